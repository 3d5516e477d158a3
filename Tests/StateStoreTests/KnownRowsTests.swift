import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("What a store in a file remembers of its rows") struct KnownRowsTests {
  private static let direct = BindingSubject.direct(Sample.token("direct"))
  private static let exchanged = BindingSubject.uploadToken(Sample.digest("exchanged"))

  /// What changes rows that the store has just used, and what it says of the same upload then.
  struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable (any StateStore) async throws -> Void
    let direct: StateRefusal?
    let exchanged: StateRefusal?
  }

  private static let changes: [Change] = [
    Change(testDescription: "nothing", make: { _ in }, direct: nil, exchanged: nil),
    Change(
      testDescription: "everything is frozen", make: { try await $0.freeze(freeze, []) }, direct: .frozen(freeze),
      exchanged: .frozen(freeze)),
    Change(
      testDescription: "the upload token is revoked",
      make: { _ = try await $0.revoke([PublisherID("widgets-release")], at: Sample.now, nil) }, direct: nil, exchanged: .ended),
    Change(
      testDescription: "the upload token is burnt", make: { _ = try await $0.burn(Sample.digest("exchanged"), at: Sample.now) },
      direct: nil,
      exchanged: .ended),
    Change(
      testDescription: "both are forgotten",
      make: { _ = try await $0.removeExpired(at: Sample.now.advanced(by: 100_000), limit: 100) }, direct: nil, exchanged: .ended),
  ]

  private static let freeze = Freeze(scope: .everything, why: "", since: Sample.now)

  @Test("holds until the row is changed, by whomever", arguments: changes, [false, true])
  func changed(change: Change, byAnother: Bool) async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    try await store.exchange(Sample.token("origin"), rememberedUntil: Sample.now, for: Sample.record("exchanged"))
    let subjects = [Self.direct, Self.exchanged]
    for subject in subjects {
      // Twice: what is remembered is used, too.
      for _ in 0..<2 { store.end(try await store.bind(Sample.binding(subject)), as: .bound, Sample.success) }
      #expect(await store.refusal(binding: Sample.binding(subject, Sample.target(of: "2.0"))) == .otherVersion)
    }
    let other = byAnother ? SQLiteStore(path: scratch.database, role: .command) : store
    try await change.make(other)
    #expect(await store.refusal(binding: Sample.binding(Self.direct)) == change.direct)
    #expect(await store.refusal(binding: Sample.binding(Self.exchanged)) == change.exchanged)
    if byAnother { await other.close() }
    await store.close()
  }

  @Test("is forgotten with a transaction that failed") func failed() async throws {
    let store = SQLiteStore.memory(maximumPages: 40)
    var bound: [BindingSubject] = []
    var refusal: StateRefusal?
    for number in 0..<2000 where refusal == nil {
      let subject = BindingSubject.direct(Sample.token(ExactString(number)))
      refusal = await store.refusal(binding: Sample.binding(subject, note: String(repeating: "n", count: 1000)))
      if refusal == nil { bound.append(subject) } else { #expect(refusal == .unavailable) }
    }
    #expect(refusal == .unavailable)
    _ = try await store.removeExpired(at: Sample.now.advanced(by: 100_000), limit: 10)
    // Of those that were removed, nothing is remembered: another version is theirs to bind.
    #expect(await store.refusal(binding: Sample.binding(bound[0], Sample.target(of: "2.0"))) == nil)
    #expect(await store.refusal(binding: Sample.binding(bound[20], Sample.target(of: "2.0"))) == .otherVersion)
    await store.close()
  }

  @Test("bounds how much it holds") func bound() async throws {
    let store = SQLiteStore.memory()
    for number in 0..<10_000 {
      let subject = BindingSubject.direct(Sample.token(ExactString(number)))
      _ = await store.results(of: StoreBatch(reservations: [.bind(Sample.binding(subject))]))
    }
    #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token("1")), Sample.target(of: "2.0"))) == .otherVersion)
    await store.close()
  }

  @Test("ends what nobody waits for without any other request") func alone() async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    let intents = try await [store.open(Sample.upload()), store.open(Sample.upload()), store.open(Sample.upload())]
    let reader = try Connection(path: scratch.database)
    #expect(try reader.integer("SELECT count(*) FROM intents") == 3)
    for intent in intents { store.end(intent, as: .bound) }
    while try reader.integer("SELECT count(*) FROM intents") != 0 { await Task.yield() }
    await store.close()
  }
}
