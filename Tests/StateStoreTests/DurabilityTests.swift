import Digests
import Foundation
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("A store in a file") struct DurabilityTests {
  private static let direct = BindingSubject.direct(Sample.token("one"))

  @Test("keeps everything when it is closed and opened again")
  func reopening() async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    let record = Sample.record("a")
    try await store.exchange(Sample.token("exchanged"), rememberedUntil: Sample.now, for: record)
    store.end(try await store.bind(Sample.binding(Self.direct)), as: .bound)
    let claim = try #require(await store.claimed(Sample.claim(Self.direct, Sample.target("streamed"))))
    store.end(claim, as: .streamed(Sample.digests("stream")))
    await store.close()
    #expect(await refusal { () throws(StateRefusal) in try await store.probe() } == .unavailable)
    try await expectEverything(in: SQLiteStore(path: scratch.database))
  }

  @Test("keeps everything that it agreed to when its process is killed")
  func killed() async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    try await store.exchange(Sample.token("exchanged"), rememberedUntil: Sample.now, for: Sample.record("a"))
    store.end(try await store.bind(Sample.binding(Self.direct)), as: .bound)
    let claim = try #require(await store.claimed(Sample.claim(Self.direct, Sample.target("streamed"))))
    store.end(claim, as: .streamed(Sample.digests("stream")))
    // Nobody waits for an end, but what is asked of the store after it comes after it.
    try await store.probe()
    // What the system holds of the files at this moment is what it would hold if the process ended here.
    for suffix in ["", "-wal"] {
      try FileManager.default.copyItem(atPath: scratch.database + suffix, toPath: scratch.path("killed.db") + suffix)
    }
    try await expectEverything(in: SQLiteStore(path: scratch.path("killed.db")))
    await store.close()
  }

  private func expectEverything(in store: SQLiteStore) async throws {
    #expect(try await store.uploadToken(Sample.digest("a"), at: Sample.now) == Sample.record("a"))
    #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token("exchanged")))) == .replayed)
    #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target(of: "2.0"))) == .otherVersion)
    #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target(), "other")) == .otherBytes)
    #expect(try await store.claim(Sample.claim(Self.direct, Sample.target("streamed"))) == .alreadyBound(Sample.digest("stream")))
    #expect(try await store.interruptedIntents().isEmpty)
    await store.close()
  }

  @Test("gives the intents that an earlier process left open in their order, until they are ended, and what was streamed then is sent")
  func interruption() async throws {
    let scratch = try Scratch()
    let first = SQLiteStore(path: scratch.database)
    _ = try await first.bind(Sample.binding(Self.direct, note: "bound"))
    first.end(try await first.bind(Sample.binding(Self.direct, note: "ended")), as: .bound)
    _ = try await first.claim(Sample.claim(Self.direct, Sample.target("streamed"), note: "streamed"))
    await first.close()

    let second = SQLiteStore(path: scratch.database)
    #expect(await second.refusal(claiming: Sample.claim(Self.direct, Sample.target("streamed"))) == .inFlight)
    let own = try await second.bind(Sample.binding(Self.direct, note: "own"))
    let interrupted = try await second.interruptedIntents()
    #expect(interrupted.map { String(decoding: $0.note, as: UTF8.self) } == ["bound", "streamed"])
    #expect(!interrupted.map(\.id).contains(own))
    #expect(try await second.interruptedIntents() == interrupted)
    for intent in interrupted { second.end(intent.id, as: .bound) }
    #expect(try await second.interruptedIntents().isEmpty)
    #expect(await second.refusal(claiming: Sample.claim(Self.direct, Sample.target("streamed"))) == .alreadySent)
    #expect(await second.refusal(binding: Sample.binding(Self.direct)) == nil)
    await second.close()
  }

  @Test("is readable for its user only")
  func mode() async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    try await store.probe()
    for file in try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path) {
      let mode = try FileManager.default.attributesOfItem(atPath: scratch.path(file))[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(file)")
    }
    await store.close()
  }

  @Test("belongs to one process at a time")
  func exclusiveness() async throws {
    let scratch = try Scratch()
    let first = SQLiteStore(path: scratch.database)
    try await first.probe()
    let second = SQLiteStore(path: scratch.database)
    #expect(await refusal { () throws(StateRefusal) in try await second.probe() } == .unavailable)
    // Under another name it is the same one.
    try FileManager.default.linkItem(atPath: scratch.database, toPath: scratch.path("link.db"))
    try FileManager.default.createSymbolicLink(atPath: scratch.path("symbolic.db"), withDestinationPath: scratch.database)
    for name in ["link.db", "symbolic.db"] {
      let other = SQLiteStore(path: scratch.path(name))
      #expect(await refusal { () throws(StateRefusal) in try await other.probe() } == .unavailable, "\(name)")
      await other.close()
    }
    try await first.probe()
    await first.close()
    try await second.probe()
    await second.close()
  }

  @Test("is there for commands beside the gateway that serves from it, which make no store themselves")
  func commands() async throws {
    let scratch = try Scratch()
    let command = SQLiteStore(path: scratch.database, role: .command)
    #expect(await refusal { () throws(StateRefusal) in try await command.probe() } == .unavailable)
    #expect(!FileManager.default.fileExists(atPath: scratch.database))
    let gateway = SQLiteStore(path: scratch.database)
    try await gateway.probe()
    let freeze = Freeze(scope: .everything, why: "an incident", since: Sample.now)
    try await command.freeze(freeze, [])
    #expect(try await gateway.updates(at: Sample.now).freezes == [freeze])
    #expect(await gateway.refusal(binding: Sample.binding(Self.direct)) == .frozen(freeze))
    await command.close()
    await gateway.close()
  }

  @Test("is brought from each earlier version to this one, with what it holds")
  func migration() async throws {
    let scratch = try Scratch()
    try DatabaseFile(path: scratch.database).createIfMissing()
    let old = try Connection(path: scratch.database)
    try Schema.migrate(old, from: 0, to: 1)
    try old.execute(
      """
      INSERT INTO credentials (key, kind, remembered_until) VALUES (x'\(Sample.token("one").key.hex)', 1, \(Sample.now.seconds));
      INSERT INTO intents VALUES (7, CAST('left open' AS BLOB))
      """)
    let store = SQLiteStore(path: scratch.database)
    #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .replayed)
    #expect(try await store.interruptedIntents() == [InterruptedIntent(id: IntentID(7), note: Array("left open".utf8))])
    store.end(IntentID(7), as: .bound)
    store.end(try await store.open(Sample.upload()), as: .bound, Sample.success)
    #expect(try await store.publisherRecords().count == 1)
    await store.close()
  }

  @Test("is brought to this version by a gateway, not by a command: an earlier gateway may use it")
  func noMigrationByCommands() async throws {
    let scratch = try Scratch()
    try DatabaseFile(path: scratch.database).createIfMissing()
    try Schema.migrate(try Connection(path: scratch.database), from: 0, to: 1)
    let reports = Reports<DatabaseFailure>()
    let command = SQLiteStore(path: scratch.database, role: .command, report: reports.add)
    #expect(await refusal { () throws(StateRefusal) in _ = try await command.freezes() } == .unavailable)
    #expect(reports.all == [.unavailable(.olderVersion(1))])
    #expect(try Schema.version(of: Connection(path: scratch.database)) == 1)
    let gateway = SQLiteStore(path: scratch.database)
    try await gateway.probe()
    #expect(try await command.freezes().isEmpty)
    await command.close()
    await gateway.close()
  }

  @Test("is unavailable while its folder is missing, and works once it is there")
  func missingFolder() async throws {
    let scratch = try Scratch()
    let reports = Reports<DatabaseFailure>()
    let store = SQLiteStore(path: scratch.path("later/state.db"), report: reports.add)
    #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .unavailable)
    #expect(await refusal { () throws(StateRefusal) in try await store.probe() } == .unavailable)
    try FileManager.default.createDirectory(atPath: scratch.path("later"), withIntermediateDirectories: false)
    #expect(await store.refusal(binding: Sample.binding(Self.direct)) == nil)
    #expect(reports.all == [.unavailable(.file(ENOENT)), .available])
    await store.close()
  }

  @Test(
    "is unavailable where the file is something else, which stays as it is",
    arguments: [
      "short", "this is no database, and it is longer than the header of one, which has a hundred bytes. This is no database, and so on.",
      "SQLite format 3\0" + String(repeating: "x", count: 4080),
    ])
  func garbage(content: String) async throws {
    let scratch = try Scratch()
    try Data(content.utf8).write(to: URL(filePath: scratch.database))
    let store = SQLiteStore(path: scratch.database)
    #expect(await refusal { () throws(StateRefusal) in try await store.probe() } == .unavailable)
    #expect(try Data(contentsOf: URL(filePath: scratch.database)) == Data(content.utf8))
    try FileManager.default.removeItem(atPath: scratch.database)
    try await store.probe()
    await store.close()
  }

  @Test("is unavailable where a pipe stands in the file's place, and does not wait for its other end")
  func pipe() async throws {
    let scratch = try Scratch()
    #expect(unsafe mkfifo(scratch.database, 0o600) == 0)
    let store = SQLiteStore(path: scratch.database)
    #expect(await refusal { () throws(StateRefusal) in try await store.probe() } == .unavailable)
    await store.close()
  }

  @Test(
    "refuses a database of a later version and of another program, and leaves it as it is",
    arguments: [
      ("PRAGMA application_id = 1229803602; PRAGMA user_version = 99; CREATE TABLE t (x)", DatabaseFailure.newerVersion(99)),
      ("PRAGMA application_id = 1229803602; PRAGMA user_version = -1", .foreign),
      ("CREATE TABLE t (x)", .foreign),
      ("PRAGMA user_version = 7", .foreign),
    ])
  func foreignDatabases(script: String, expected: DatabaseFailure) async throws {
    let scratch = try Scratch()
    try DatabaseFile(path: scratch.database).createIfMissing()
    try Connection(path: scratch.database).execute(script)
    let before = try Data(contentsOf: URL(filePath: scratch.database))
    let reports = Reports<DatabaseFailure>()
    let store = SQLiteStore(path: scratch.database, report: reports.add)
    #expect(await refusal { () throws(StateRefusal) in try await store.probe() } == .unavailable)
    #expect(reports.all == [.unavailable(expected)])
    await store.close()
    #expect(try Data(contentsOf: URL(filePath: scratch.database)) == before)
  }

  @Test("does not begin anew where its file is removed or replaced while it runs")
  func replacement() async throws {
    let scratch = try Scratch()
    let reports = Reports<DatabaseFailure>()
    let store = SQLiteStore(path: scratch.database, report: reports.add)
    _ = try await store.bind(Sample.binding(Self.direct))
    try FileManager.default.moveItem(atPath: scratch.database, toPath: scratch.path("moved"))
    #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .unavailable)
    #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .unavailable)
    #expect(!FileManager.default.fileExists(atPath: scratch.database))
    for content in ["", "garbage"] {
      try Data(content.utf8).write(to: URL(filePath: scratch.database))
      #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .unavailable)
      #expect(try Data(contentsOf: URL(filePath: scratch.database)) == Data(content.utf8))
      try FileManager.default.removeItem(atPath: scratch.database)
    }
    try FileManager.default.moveItem(atPath: scratch.path("moved"), toPath: scratch.database)
    #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target(of: "2.0"))) == .otherVersion)
    #expect(reports.all.first == .unavailable(.replaced))
    #expect(reports.all.last == .available)
    await store.close()
  }

  @Test("does not go on with another database that is put in its place before the next start")
  func anotherDatabase() async throws {
    let scratch = try Scratch()
    for name in ["other.db", "state.db"] {
      let store = SQLiteStore(path: scratch.path(name))
      try await store.probe()
      await store.close()
    }
    let reports = Reports<DatabaseFailure>()
    let store = SQLiteStore(path: scratch.database, report: reports.add)
    _ = try await store.bind(Sample.binding(Self.direct))
    #expect(unsafe rename(scratch.path("other.db"), scratch.database) == 0)
    for _ in 0..<3 { #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .unavailable) }
    #expect(reports.all == [.unavailable(.replaced)])
    await store.close()
  }

  @Test("refuses while the disk is full, keeps what it knows, and works once there is room", arguments: [false, true])
  func full(isInMemory: Bool) async throws {
    let scratch = try Scratch()
    let store = isInMemory ? SQLiteStore.memory(maximumPages: 40) : SQLiteStore(path: scratch.database, maximumPages: 40)
    func bind(_ number: Int) async -> StoreResult<ReservationOutcome>? {
      let binding = Sample.binding(.direct(Sample.token(ExactString(number))), note: .init(repeating: "n", count: 900))
      return await store.results(of: StoreBatch(reservations: [.bind(binding)])).first
    }
    var intents: [IntentID] = []
    while intents.count < 10_000, let intent = await bind(intents.count)?.intent { intents.append(intent) }
    let bound = intents.count
    #expect((10..<10_000).contains(bound))
    #expect(await bind(bound)?.refusal == .unavailable)
    #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token("0")), Sample.target(of: "2.0"))) == .otherVersion)
    for intent in intents.prefix(10) { store.end(intent, as: .bound) }
    #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token(ExactString(bound))))) == nil)
    await store.close()
  }

  @Test("leaves nothing reserved of a transaction that failed, and was done all the same")
  func doneAlthoughFailed() async throws {
    let scratch = try Scratch()
    let file = DatabaseFile(path: scratch.database)
    let writer = StoreWriter(.file(file, .gateway), maximumPages: nil) { _ in }
    writer.commit([])
    let upload = Sample.upload(by: Sample.use(learning: Sample.ids("1")), creates: true, alone: true)
    let failures = Flag()
    writer.commit([
      .operation(
        StoreOperation(
          run: { ledger, numbers throws(DatabaseFailure) in
            let first = numbers.first
            #expect(try ledger.reserve(.open(upload), as: numbers.next()) == .success(.reserved(first)))
            let claim = Sample.claim(Self.direct, Sample.target("streamed"))
            #expect(try ledger.reserve(.claim(claim), as: numbers.next()) == .success(.reserved(first.advanced(by: 1))))
            try ledger.commit()
            throw .sqlite(1034)
          }, fail: failures.set))
    ])
    #expect(failures.isSet)
    let successes = Flag()
    writer.commit([
      .operation(
        StoreOperation(
          run: { ledger, numbers throws(DatabaseFailure) in
            let first = numbers.first
            let rival = Sample.upload(by: Sample.use(learning: Sample.ids("2")), creates: true, alone: true)
            #expect(try ledger.reserve(.open(rival), as: numbers.next()) == .success(.reserved(first.advanced(by: 2))))
            let claim = Sample.claim(Self.direct, Sample.target("streamed"))
            #expect(try ledger.reserve(.claim(claim), as: numbers.next()) == .success(.reserved(first.advanced(by: 3))))
            return successes.set
          }, fail: {}))
    ])
    #expect(successes.isSet)
    writer.close()
    let next = SQLiteStore(path: scratch.database)
    let interrupted = try await next.interruptedIntents().map(\.id)
    #expect(interrupted.count == 2 && interrupted.last == interrupted.first?.advanced(by: 1))
    await next.close()
  }

  @Test("gives intents numbers above all that it ever gave")
  func numbers() async throws {
    let scratch = try Scratch()
    var last = IntentID(0)
    for _ in 0..<3 {
      let store = SQLiteStore(path: scratch.database)
      let intent = try await store.bind(Sample.binding(Self.direct))
      #expect(intent.value > last.value)
      store.end(intent, as: .bound)
      last = intent
      await store.close()
    }
  }

  @Test("ends an intent with its next transaction where it could not at once")
  func owedEnds() async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    let intent = try await store.bind(Sample.binding(Self.direct))
    let claim = try #require(await store.claimed(Sample.claim(Self.direct, Sample.target("streamed"))))
    try FileManager.default.moveItem(atPath: scratch.database, toPath: scratch.path("moved"))
    store.end(intent, as: .bound)
    store.end(claim, as: .released)
    #expect(await refusal { () throws(StateRefusal) in try await store.probe() } == .unavailable)
    try FileManager.default.moveItem(atPath: scratch.path("moved"), toPath: scratch.database)
    #expect(await store.claimed(Sample.claim(Self.direct, Sample.target("streamed"))) != nil)
    await store.close()
    let next = SQLiteStore(path: scratch.database)
    #expect(try await next.interruptedIntents().count == 1)
    await next.close()
  }
}

extension DurabilityTests {
  @Test("refuses a whole batch that it could not write, and owes its ends")
  func failedBatch() async throws {
    let scratch = try Scratch()
    let store = SQLiteStore(path: scratch.database)
    let direct = BindingSubject.direct(Sample.token("one"))
    let claim = UploadReservation.claim(Sample.claim(direct))
    let intent = try #require(await store.results(of: StoreBatch(reservations: [claim])).first?.intent)
    try FileManager.default.moveItem(atPath: scratch.database, toPath: scratch.path("moved"))
    let batch = StoreBatch(
      reservations: [.open(Sample.upload()), .claim(Sample.claim(direct, Sample.target("another")))],
      ends: [PendingCompletion(intent: intent, end: .released, success: nil)])
    #expect(await store.results(of: batch).map(\.refusal) == [.unavailable, .unavailable])
    try FileManager.default.moveItem(atPath: scratch.path("moved"), toPath: scratch.database)
    #expect(await store.results(of: StoreBatch(reservations: [claim])).map(\.refusal) == [nil])
    await store.close()
    let next = SQLiteStore(path: scratch.database)
    #expect(try await next.interruptedIntents().count == 1)
    await next.close()
  }
}

extension IntentID {
  fileprivate func advanced(by count: Int64) -> IntentID { IntentID(value + count) }
}
