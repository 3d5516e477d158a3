import Digests
import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("Two operations on a PostgreSQL database that are under way at the same moment") struct PostgresLockTests {
  private static let direct = BindingSubject.direct(Sample.token("one"))
  private static let uploadToken = BindingSubject.uploadToken(Sample.digest("a"))
  private static let incident = Freeze(scope: .everything, why: "an incident", since: Sample.now)

  /// One that has not committed, one that comes then, and what becomes of that.
  struct Pair: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let first: @Sendable (PostgresSession) throws(PostgresFailure) -> Void
    let second: @Sendable (any StateStore) async throws(StateRefusal) -> Void
    let refusal: StateRefusal?

    init(
      _ words: String, _ first: @escaping @Sendable (PostgresSession) throws(PostgresFailure) -> Void,
      _ second: @escaping @Sendable (any StateStore) async throws(StateRefusal) -> Void, _ refusal: StateRefusal?
    ) {
      testDescription = words
      self.first = first
      self.second = second
      self.refusal = refusal
    }

    /// Two uploads.
    init(_ words: String, _ first: UploadIntent, _ second: UploadIntent, _ refusal: StateRefusal?) {
      self.init(
        words, { session throws(PostgresFailure) in _ = try session.reserve([.open(first)], as: [IntentID(1)]) },
        { store throws(StateRefusal) in _ = try await store.open(second) }, refusal)
    }

    /// Two bindings.
    init(_ words: String, _ subject: BindingSubject, _ first: ExactString, _ second: ExactString, _ refusal: StateRefusal?) {
      self.init(
        words,
        { session throws(PostgresFailure) in
          _ = try session.reserve([.bind(Sample.binding(subject, Sample.target(of: first)))], as: [IntentID(1)])
        },
        { store throws(StateRefusal) in _ = try await store.bind(Sample.binding(subject, Sample.target(of: second))) }, refusal)
    }
  }

  private static func exchange(_ record: String) -> TokenExchange {
    TokenExchange(token: Sample.token("one"), rule: .repeatable, rememberedUntil: Sample.now, record: Sample.record(record))
  }

  private static let pairs = [
    Pair(
      "exchanges of a token",
      { session throws(PostgresFailure) in
        _ = try session.exchange(
          TokenExchange(token: Sample.token("one"), rule: .oncePerToken, rememberedUntil: Sample.now, record: Sample.record("b")))
      },
      { store throws(StateRefusal) in
        try await store.exchange(Sample.token("one"), rememberedUntil: Sample.now, for: Sample.record("c"))
      }, .replayed),
    Pair("a new token's versions", direct, "1.0", "2.0", .otherVersion),
    Pair("an upload token's versions", uploadToken, "1.0", "2.0", .otherVersion),
    Pair(
      "a first exchange of a token and another one",
      { session throws(PostgresFailure) in _ = try session.exchange(exchange("b")) },
      { store throws(StateRefusal) in try await store.exchange(exchange("c")) }, nil),
    Pair(
      "versions of two upload tokens of one credential",
      { session throws(PostgresFailure) in
        _ = try session.exchange(exchange("b"))
        _ = try session.exchange(exchange("c"))
        try session.connection.execute("COMMIT; BEGIN", until: .now.advanced(by: .seconds(60)))
        _ = try session.reserve([.bind(Sample.binding(.uploadToken(Sample.digest("b")), Sample.target(of: "1.0")))], as: [IntentID(1)])
      },
      { store throws(StateRefusal) in
        _ = try await store.bind(Sample.binding(.uploadToken(Sample.digest("c")), Sample.target(of: "2.0")))
      }, .otherVersion),
    Pair("an upload token's repeats", uploadToken, "1.0", "1.0", nil),
    Pair(
      "a burnt token's upload", { session throws(PostgresFailure) in _ = try session.burn(Sample.digest("a"), at: Sample.now) },
      { store throws(StateRefusal) in _ = try await store.bind(Sample.binding(uploadToken)) }, .ended),
    Pair(
      "a revoked token's upload",
      { session throws(PostgresFailure) in _ = try session.revoke([PublisherID("widgets-release")], at: Sample.now, nil) },
      { store throws(StateRefusal) in _ = try await store.bind(Sample.binding(uploadToken)) }, .ended),
    Pair(
      "lessons of a publisher", Sample.upload(by: Sample.use(learning: Sample.ids("1"))),
      Sample.upload(Sample.target(package: "another"), by: Sample.use(learning: Sample.ids("2"))), .reserved),
    Pair(
      "creations of a package", Sample.upload(by: Sample.use(learning: Sample.ids("1")), creates: true),
      Sample.upload(by: Sample.use(Sample.key("rival", repository: "acme/rival"), learning: Sample.ids("2")), creates: true), .reserved),
    Pair("uploads of a file that the registry was asked for", Sample.upload(alone: true), Sample.upload(by: nil, alone: true), .inFlight),
    Pair(
      "a freeze and an upload", { session throws(PostgresFailure) in try session.freeze(incident, []) },
      { store throws(StateRefusal) in _ = try await store.open(Sample.upload()) }, .frozen(incident)),
    Pair(
      "an upload and a freeze", { session throws(PostgresFailure) in _ = try session.reserve([.open(Sample.upload())], as: [IntentID(1)]) },
      { store throws(StateRefusal) in try await store.freeze(incident, []) }, nil),
  ]

  @Test("wait for each other, and the second is judged by what the first has done", arguments: pairs)
  func waiting(pair: Pair) async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let store = database.store()
    try await store.exchange(Sample.token("zero"), rememberedUntil: Sample.now, for: Sample.record("a"))
    let user = PostgresSession.User(instance: 1, role: .gateway, times: .patient)
    let session = try PostgresSession(try #require(database.location), for: user, known: nil)
    try session.connection.execute("BEGIN", until: .now.advanced(by: .seconds(60)))
    try pair.first(session)
    let outcome = try await withThrowingTaskGroup { group in
      group.addTask { await refusal { () throws(StateRefusal) in try await pair.second(store) } }
      try await database.untilSomebodyWaits()
      try session.connection.execute("COMMIT", until: .now.advanced(by: .seconds(60)))
      return try await group.next() ?? nil
    }
    #expect(outcome == pair.refusal)
    await store.close()
    try await database.drop()
  }

  @Test("see what is learnt and what is reserved at one moment, so that no second identity slips in between")
  func lessonAtItsEnd() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    let store = database.store()
    let intent = try await store.open(Sample.upload(by: Sample.use(learning: Sample.ids("1")), creates: true))
    let user = PostgresSession.User(instance: 1, role: .gateway, times: .patient)
    let session = try PostgresSession(try #require(database.location), for: user, known: nil)
    let rivals = [
      Sample.upload(by: Sample.use(learning: Sample.ids("2"))),
      Sample.upload(by: Sample.use(Sample.key("rival", repository: "acme/rival"), learning: Sample.ids("2")), creates: true),
    ]
    func refusals() async -> [StateRefusal?] {
      var refusals: [StateRefusal?] = []
      for rival in rivals { refusals.append(await refusal { () throws(StateRefusal) in _ = try await store.open(rival) }) }
      return refusals
    }
    try session.connection.execute("BEGIN", until: .now.advanced(by: .seconds(60)))
    try session.end([PendingCompletion(intent: intent, end: .bound, success: Sample.success)])
    #expect(await refusals() == [.reserved, .reserved])
    try session.connection.execute("COMMIT", until: .now.advanced(by: .seconds(60)))
    #expect(await refusals() == [.reserved, .packageTaken(PublisherID("widgets-release"))])
    await store.close()
    try await database.drop()
  }
}

extension PostgresDatabase {
  /// Waits until a statement waits for a lock; a thousand looks at most.
  fileprivate func untilSomebodyWaits() async throws {
    let looking = try connection()
    for _ in 0..<1000 {
      let count = try looking.run(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        until: .now.advanced(by: .seconds(60))
      ).one { row throws(PostgresFailure) in try row.integer(0) }
      if count > 0 { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("Nobody waits")
  }
}
