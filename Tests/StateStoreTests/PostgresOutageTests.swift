import Digests
import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("A store on a PostgreSQL server that fails") struct PostgresOutageTests {
  private static let direct = BindingSubject.direct(Sample.token("one"))
  private static let streamed = Sample.target("streamed")

  private static func unavailable(_ store: PostgresStore) async -> Bool {
    await refusal { () throws(StateRefusal) in try await store.probe() } == .unavailable
  }

  /// Waits until something is seen that happens elsewhere; a thousand looks at most.
  private static func until(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<1000 {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("It did not happen")
  }

  @Test("refuses while the server is away, and keeps everything for its return, also what is owed to it")
  func restart() async throws {
    let server = try await PostgresServer()
    let database = try await PostgresDatabase(on: server.url)
    let reports = Reports<PostgresFailure>()
    let store = database.store(report: reports.add)
    try await store.exchange(Sample.token("exchanged"), rememberedUntil: Sample.now, for: Sample.record("a"))
    let bound = try await store.bind(Sample.binding(Self.direct))
    let claim = try #require(await store.claimed(Sample.claim(Self.direct, Self.streamed)))
    let newPin = try await store.open(Sample.upload(by: Sample.use(learning: Sample.ids("1"))))

    try await server.stop()
    #expect(await Self.unavailable(store))
    #expect(await store.refusal(binding: Sample.binding(Self.direct)) == .unavailable)
    store.end(bound, as: .bound)
    store.end(claim, as: .streamed(Sample.digests("stream")))
    store.end(newPin, as: .bound, Sample.success)
    #expect(await Self.unavailable(store))

    try await server.start()
    // What is owed is written before what is asked now.
    #expect(try await store.claim(Sample.claim(Self.direct, Self.streamed)) == .alreadyBound(Sample.digest("stream")))
    #expect(try await database.count("intents") == 0)
    #expect(try await store.publisherRecords().map(\.ids) == [Sample.ids("1")])
    #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token("exchanged")))) == .replayed)
    #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target(of: "2.0"))) == .otherVersion)
    #expect(try await store.uploadToken(Sample.digest("a"), at: Sample.now) == Sample.record("a"))
    #expect(reports.all.first == .unavailable(.unreachable) && reports.all.last == .available)
    await store.close()
  }

  @Test("writes what is owed also where nobody asks for anything")
  func owedInSilence() async throws {
    let server = try await PostgresServer()
    let database = try await PostgresDatabase(on: server.url)
    let store = database.store()
    let intent = try await store.bind(Sample.binding(Self.direct))
    try await server.stop()
    store.end(intent, as: .bound)
    try await server.start()
    try await Self.until { try await database.count("intents") == 0 }
    await store.close()
  }

  @Test("loses no request with a connection that ended while nobody used it")
  func idleConnections() async throws {
    let server = try await PostgresServer()
    let database = try await PostgresDatabase(on: server.url)
    let reports = Reports<PostgresFailure>()
    let store = database.store(report: reports.add)
    for round in 0..<5 {
      _ = try await store.bind(Sample.binding(.direct(Sample.token(ExactString(round)))))
      try await database.disconnectAll()
    }
    #expect(reports.all.isEmpty)
    await store.close()
  }

  @Test("refuses in bounded time where the server is frozen, and works when it goes on")
  func frozen() async throws {
    let server = try await PostgresServer()
    let database = try await PostgresDatabase(on: server.url)
    let reports = Reports<PostgresFailure>()
    let store = database.store(times: .short, report: reports.add)
    let intent = try await store.bind(Sample.binding(Self.direct))
    try await server.freeze()
    let outcomes = await withTaskGroup { group in
      for index in 0..<64 {
        group.addTask { await store.refusal(claiming: Sample.claim(.direct(Sample.token(ExactString(index))))) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.allSatisfy { $0 == .unavailable })
    store.end(intent, as: .bound)
    #expect(await Self.unavailable(store))
    #expect(reports.all == [.unavailable(.timedOut)])
    try await server.thaw()
    try await Self.until { await !Self.unavailable(store) }
    // Of what was refused nothing stays open, whatever the server made of it when it went on.
    try await Self.until { try await database.open == 0 }
    for index in 0..<64 {
      try await Self.until { await store.claimed(Sample.claim(.direct(Sample.token(ExactString(index))))) != nil }
    }
    await store.close()
  }

  @Test("never lets a claim come into being whose upload was refused, also where its statement goes on at the server")
  func unknownOutcome() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let store = database.store(times: .short)
    try await store.exchange(Sample.token("one"), rememberedUntil: Sample.now, for: Sample.record("a"))
    let claim = Sample.claim(.uploadToken(Sample.digest("a")), Self.streamed)
    let other = try database.connection()
    try other.execute("BEGIN; SELECT 1 FROM imprimatur.credentials FOR UPDATE", until: .now.advanced(by: .seconds(60)))
    #expect(await store.refusal(claiming: claim) == .unavailable)
    // The refused statement still waits for the row. Before it gets it, its intent is ruled out.
    try await Self.until { try await database.count("intents WHERE state = 3") == 1 }
    try other.execute("COMMIT", until: .now.advanced(by: .seconds(60)))
    try await Self.until { try await database.statements == 0 }
    #expect(try await database.count("files") == 0)
    #expect(try await database.count("intents WHERE state <> 3") == 0)
    #expect(await store.claimed(claim) != nil)
    await store.close()
    try await database.drop()
  }

  @Test("grants nothing whose commit was not acknowledged, and leaves nothing of it open where it was committed")
  func unacknowledgedCommit() async throws {
    let server = try await PostgresServer()
    let database = try await PostgresDatabase(on: server.url)
    let store = database.store(times: .short)
    try await store.probe()
    // A commit waits for a standby that does not come: by then it is on the server's disk.
    try await database.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    try await database.execute("SELECT pg_reload_conf()")
    try await Self.until { await Self.unavailable(store) }
    #expect(await store.refusal(claiming: Sample.claim(Self.direct, Self.streamed)) == .unavailable)
    try await database.execute("ALTER SYSTEM RESET synchronous_standby_names")
    try await database.execute("SELECT pg_reload_conf()")
    try await Self.until { await !Self.unavailable(store) }
    try await Self.until { await store.claimed(Sample.claim(Self.direct, Self.streamed)) != nil }
    #expect(await store.refusal(claiming: Sample.claim(Self.direct, Sample.target("streamed", of: "2.0"))) == .otherVersion)
    await store.close()
  }

  @Test("refuses what was under way when its connection ended")
  func endedConnection() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let reports = Reports<PostgresFailure>()
    let store = database.store(report: reports.add)
    try await store.exchange(Sample.token("one"), rememberedUntil: Sample.now, for: Sample.record("a"))
    let claim = Sample.claim(.uploadToken(Sample.digest("a")), Self.streamed)
    let other = try database.connection()
    try other.execute("BEGIN; SELECT 1 FROM imprimatur.credentials FOR UPDATE", until: .now.advanced(by: .seconds(60)))
    let refusals = try await withThrowingTaskGroup { group in
      group.addTask { await store.refusal(claiming: claim) }
      try await Self.until { try await database.statements == 1 }
      try await database.execute(
        """
        SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE '%begin_upload%' AND pid <> pg_backend_pid()
        """)
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(refusals == [.unavailable])
    let shutdown = try #require(SQLState("57P01".utf8))
    #expect(reports.all.first == .unavailable(.ended(shutdown)))
    try other.execute("COMMIT", until: .now.advanced(by: .seconds(60)))
    #expect(await store.claimed(claim) != nil)
    await store.close()
    try await database.drop()
  }

  @Test("closes what was opened without its knowledge")
  func lostAnswer() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let store = database.store()
    let claim = try #require(await store.claimed(Sample.claim(Self.direct, Self.streamed)))
    let user = PostgresSession.User(instance: 1, role: .gateway, times: .patient)
    let session = try PostgresSession(try #require(database.location), for: user, known: nil)
    try session.void([claim])
    try session.void([claim])
    #expect(await store.claimed(Sample.claim(Self.direct, Self.streamed)) != nil)
    await store.close()
    try await database.drop()
  }

  @Test("tries once more what the server took back because of somebody else, and not for ever", arguments: [("40001", 3), ("40P01", 4)])
  func retries(state: String, failures: Int) async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let reports = Reports<PostgresFailure>()
    let store = database.store(report: reports.add)
    try await store.probe()
    try await database.execute(
      """
      CREATE SEQUENCE public.tried;
      CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF nextval('public.tried') <= \(failures) THEN RAISE SQLSTATE '\(state)'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER fail BEFORE INSERT ON imprimatur.intents FOR EACH ROW EXECUTE FUNCTION public.fail()
      """)
    let isRefused = failures > 3
    #expect(await store.refusal(binding: Sample.binding(Self.direct)) == (isRefused ? .unavailable : nil))
    #expect(try await database.count("files") == (isRefused ? 0 : 1))
    let expected = try #require(SQLState(state.utf8))
    #expect(reports.all.first == (isRefused ? .unavailable(.statement(expected)) : nil))
    await store.close()
    try await database.drop()
  }
}

extension PostgresDatabase {
  /// The intents of uploads.
  fileprivate var open: Int64 { get async throws { try await count("intents WHERE state = 1") } }

  /// The uploads that begin at this moment.
  fileprivate var statements: Int64 {
    get async throws {
      try await number(
        """
        SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND state = 'active' AND query LIKE '%begin_upload%' AND pid <> pg_backend_pid()
        """)
    }
  }
}
