import PublisherPolicy
import StrictParsers
import Testing

@testable import StateStore

@Suite("A PostgreSQL database") struct PostgresOpeningTests {
  private static let direct = BindingSubject.direct(Sample.token("one"))

  private static func failure(of store: PostgresStore, _ reports: Reports<PostgresFailure>) async -> StoreCondition<PostgresFailure>? {
    #expect(await refusal { () throws(StateRefusal) in try await store.probe() } == .unavailable)
    return reports.all.first
  }

  @Test(
    "that can't be entered is unavailable, with a word why and no secret in it",
    arguments: [
      ("{user}:s3cr3t-word@{host}/{database}", "28P01"), ("nobody:s3cr3t-word@{host}/{database}", "28P01"),
      ("{login}@{host}/no-such-s3cr3t-word", "3D000"), ("{login}@no-such-host-s3cr3t-word.invalid/{database}", nil),
      ("{login}@127.0.0.1:1/s3cr3t-word", nil), ("{login}@{host}/{database}?sslmode=require&application_name=s3cr3t-word", nil),
      ("{login}@{host}/{database}?sslrootcert=/s3cr3t-word&sslmode=verify-full", nil),
    ] as [(String, String?)])
  func refusedEntry(url: String, state: String?) async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let parts = try #require(database.url.wholeMatch(of: #/postgres://((.*):(.*))@(.*)/(.*)/#))
    let written =
      "postgres://"
      + url.replacing("{user}", with: parts.2).replacing("{login}", with: parts.1).replacing("{host}", with: parts.4)
      .replacing("{database}", with: parts.5)
    let reports = Reports<PostgresFailure>()
    let store = PostgresStore(times: .patient, report: reports.add) { PostgresLocation(url: Array(written.utf8)) }
    let expected: PostgresFailure = try state.map { .refused(try #require(SQLState($0.utf8))) } ?? .unreachable
    #expect(await Self.failure(of: store, reports) == .unavailable(expected))
    for secret in ["s3cr3t", parts.3] { #expect(!"\(reports.all)\(expected)".contains(secret)) }
    await store.close()
    try await database.drop()
  }

  @Test("whose URL can't be read is unavailable until it can, and its password may change")
  func changedLocation() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let reports = Reports<PostgresFailure>()
    let isReadable = Flag()
    let store = PostgresStore(times: .patient, report: reports.add) { isReadable.isSet ? database.location : nil }
    #expect(await Self.failure(of: store, reports) == .unavailable(.location))
    isReadable.set()
    try await store.probe()
    #expect(reports.all == [.unavailable(.location), .available])
    await store.close()
    #expect(await refusal { () throws(StateRefusal) in try await store.probe() } == .unavailable)
    await store.close()
    try await database.drop()
  }

  @Test("of a later version is refused and left as it is, at the start and while it is used")
  func laterVersion() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    var times = PostgresTimes.patient
    times.beat = .zero
    let reports = Reports<PostgresFailure>()
    let running = database.store(times: times, report: reports.add)
    try await running.probe()
    try await database.execute("UPDATE imprimatur.schema_version SET version = 99")
    #expect(await Self.failure(of: running, reports) == .unavailable(.newerVersion(99)))
    let others = Reports<PostgresFailure>()
    let next = database.store(report: others.add)
    #expect(await Self.failure(of: next, others) == .unavailable(.newerVersion(99)))
    #expect(try await database.count("schema_version WHERE version = 99") == 1)
    await running.close()
    await next.close()
    try await database.drop()
  }

  @Test("that is made anew while it is used is not taken for the one that it was", arguments: [false, true])
  func replacement(isMadeAnew: Bool) async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let reports = Reports<PostgresFailure>()
    var times = PostgresTimes.patient
    times.beat = .seconds(3600)
    let store = database.store(connections: 1, times: times, report: reports.add)
    _ = try await store.bind(Sample.binding(Self.direct))
    try await database.execute("DROP SCHEMA imprimatur CASCADE")
    if isMadeAnew {
      let other = database.store()
      try await other.probe()
      await other.close()
    }
    try await database.disconnectAll()
    #expect(await Self.failure(of: store, reports) == .unavailable(.replaced))
    #expect(try await database.hasSchema == isMadeAnew)
    await store.close()
    try await database.drop()
  }

  @Test("may hold other tables, and belong to a user that may do nothing but use the schema that was made for it")
  func privileges() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let user = database.name
    try await database.execute(
      """
      CREATE TABLE public.credentials (x text); CREATE TABLE public.intents (x text);
      CREATE ROLE \(user) LOGIN PASSWORD 'word';
      REVOKE ALL ON DATABASE \(database.name) FROM PUBLIC; GRANT CONNECT ON DATABASE \(database.name) TO \(user);
      """)
    let url = database.url.replacing(#/://.*@/#, with: "://\(user):word@")
    let reports = Reports<PostgresFailure>()
    let store = PostgresStore(times: .patient, report: reports.add) { PostgresLocation(url: Array(url.utf8)) }
    #expect(await Self.failure(of: store, reports) == .unavailable(.statement(try #require(SQLState("42501".utf8)))))
    try await database.execute("CREATE SCHEMA imprimatur AUTHORIZATION \(user)")
    store.end(try await store.bind(Sample.binding(Self.direct)), as: .bound)
    #expect(try await store.interruptedIntents().isEmpty)
    await store.close()
    try await database.execute("DROP OWNED BY \(user); DROP ROLE \(user)")
    try await database.drop()
  }

  @Test("of an earlier version is left as it is by commands, which a newer program's may be beside older gateways")
  func earlierVersion() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let gateway = database.store()
    try await gateway.probe()
    try await database.execute("UPDATE imprimatur.schema_version SET version = 0")
    let reports = Reports<PostgresFailure>()
    let command = database.store(role: .command, report: reports.add)
    #expect(await Self.failure(of: command, reports) == .unavailable(.noTables))
    #expect(try await database.count("schema_version WHERE version = 0") == 1)
    await command.close()
    await gateway.close()
    try await database.drop()
  }

  @Test("is there for commands beside its gateways, and made by none")
  func commands() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let reports = Reports<PostgresFailure>()
    let command = database.store(role: .command, report: reports.add)
    #expect(await Self.failure(of: command, reports) == .unavailable(.noTables))
    #expect(try await !database.hasSchema)
    let gateway = database.store()
    try await gateway.probe()
    let freeze = Freeze(scope: .everything, why: "an incident", since: Sample.now)
    try await command.freeze(freeze, [])
    #expect(try await gateway.updates(at: Sample.now).freezes == [freeze])
    #expect(await gateway.refusal(binding: Sample.binding(Self.direct)) == .frozen(freeze))
    await command.close()
    await gateway.close()
    #expect(try await database.count("instances") == 0)
    try await database.drop()
  }

  @Test("keeps what a server says that forgets its last commits when it crashes")
  func durability() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    try await database.execute("ALTER DATABASE \(database.name) SET synchronous_commit = off")
    let user = PostgresSession.User(instance: 1, role: .gateway, times: .patient)
    let session = try PostgresSession(try #require(database.location), for: user, known: nil)
    let isSafe = try session.run("SELECT current_setting('synchronous_commit') = 'on'").one { row throws(PostgresFailure) in try row.flag(0)
    }
    #expect(isSafe)
    try await database.drop()
  }

  @Test("holds names of any length")
  func longNames() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let store = database.store()
    let long = ExactString(String(repeating: "x", count: 20_000))
    let use = Sample.use(Sample.key(repository: long), learning: Sample.ids(long))
    let upload = Sample.upload(Sample.target(long, of: long, package: long), by: use, creates: true, alone: true)
    store.end(try await store.open(upload), as: .bound, Sample.success)
    let learnt = try await store.learnt(issuer: "https://issuer.example", repository: long, ids: Sample.ids(long))
    #expect(learnt.map(\.key.repository) == [long])
    #expect(await store.refusal(binding: Sample.binding(Self.direct, Sample.target(long, of: long, package: long))) == nil)
    await store.close()
    try await database.drop()
  }
}

extension PostgresDatabase {
  fileprivate var hasSchema: Bool {
    get async throws { try await number("SELECT count(*) FROM pg_namespace WHERE nspname = 'imprimatur'") == 1 }
  }
}
