import StrictParsers
import Testing

@testable import StateStore

@Suite("Notes of intents that were opened together") struct GroupedNotesTests {
  private static let names = ["first", "second", "third"] as [ExactString]

  /// Opens an intent of each name in one transaction.
  private static func open(in store: SQLiteStore) async -> [IntentID] {
    let subject = BindingSubject.direct(Sample.token("one"))
    let bindings = names.map { UploadReservation.bind(Sample.binding(subject, Sample.target($0), note: $0.text)) }
    return await store.results(of: StoreBatch(reservations: bindings)).compactMap { result in
      guard case .success(.reserved(let intent)) = result else { return nil }
      return intent
    }
  }

  private static func rows(_ scratch: Scratch) throws -> Int64? {
    try Connection(path: scratch.database).integer("SELECT count(*) FROM notes")
  }

  @Test("are one row, which goes with the last of the intents")
  func end() async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    for (number, intent) in await Self.open(in: store).enumerated() {
      try await store.probe()
      #expect(try Self.rows(scratch) == 1, "before the end of \(number)")
      store.end(intent, as: .bound)
    }
    try await store.probe()
    #expect(try Self.rows(scratch) == 0)
    await store.close()
  }

  @Test("are found by the next process of those that were left open, and go with the last of these")
  func interruption() async throws {
    let scratch = try Scratch()
    let first = SQLiteStore(path: scratch.database)
    let intents = await Self.open(in: first)
    try #require(intents.count == Self.names.count)
    first.end(intents[1], as: .bound)
    await first.close()

    let second = SQLiteStore(path: scratch.database)
    let interrupted = try await second.interruptedIntents()
    #expect(interrupted.map(\.id) == [intents[0], intents[2]])
    #expect(interrupted.map { String(decoding: $0.note, as: UTF8.self) } == ["first", "third"])
    second.end(interrupted[0].id, as: .bound)
    try await second.probe()
    #expect(try Self.rows(scratch) == 1)
    #expect(try await second.interruptedIntents() == [interrupted[1]])
    second.end(interrupted[1].id, as: .bound)
    try await second.probe()
    #expect(try Self.rows(scratch) == 0)
    await second.close()
  }

  @Test("are not looked for beyond what is there", arguments: [0, 7, 8, 15, 16, 20])
  func cutOff(count: Int) {
    var notes = GroupedNotes()
    #expect(notes.append(Array("note".utf8), of: IntentID(1)) == 1)
    #expect(notes.append(Array("other".utf8), of: IntentID(2)) == 1)
    #expect(GroupedNotes.note(of: IntentID(2), in: notes.bytes) == Array("other".utf8))
    #expect(GroupedNotes.note(of: IntentID(2), in: Array(notes.bytes.prefix(count))) == nil)
    #expect(GroupedNotes.note(of: IntentID(3), in: notes.bytes) == nil)
  }
}
