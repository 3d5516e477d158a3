import Digests
import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import StateStore

@Suite("A store that the program's commit 7fdecd1 filled") struct MigrationTests {
  private static let direct = BindingSubject.direct(Sample.token("direct"))
  private static let live = BindingSubject.uploadToken(Sample.digest("live"))
  private static let burnt = BindingSubject.uploadToken(Sample.digest("burnt"))
  private static let freeze = Freeze(scope: .registry(RegistryName("files")), why: "an incident", since: Sample.now)

  @Test("keeps its meaning in SQLite")
  func sqlite() async throws {
    let scratch = try Scratch()
    try DatabaseFile(path: scratch.database).createIfMissing()
    try Connection(path: scratch.database).execute(SQLiteSecondVersion.schema + SQLiteSecondVersion.rows)
    let store = SQLiteStore(path: scratch.database)
    try await Self.expectMeaning(of: store)
    await store.close()
  }

  @Test("keeps its meaning in PostgreSQL")
  func postgres() async throws {
    let database = try await PostgresDatabase.onCommonServer()
    try await database.execute(PostgresFirstVersion.schema + ";" + PostgresFirstVersion.rows)
    let store = database.store()
    try await Self.expectMeaning(of: store)
    await store.close()
    try await database.drop()
  }

  private static func expectMeaning(of store: any StateStore) async throws {
    try await expectUses(in: store)
    try await expectBindings(in: store)
    try await expectIntents(in: store)
    try await expectPublishers(in: store)
    #expect(try await store.freezes() == [freeze])
    let frozen = await refusal { () throws(StateRefusal) in _ = try await store.open(Sample.upload(Sample.target(registry: "files"))) }
    #expect(frozen == .frozen(freeze))
    #expect(try await store.updates(at: Sample.now).actions.map { String(decoding: $0.note, as: UTF8.self) } == ["frozen"])
    #expect(try await store.unfreeze(freeze.scope, []))
    #expect(try await store.removeExpired(at: Sample.now.advanced(by: 1000), limit: 100) == 4)
  }

  private static func expectUses(in store: any StateStore) async throws {
    for rule in [ExchangeRule.oncePerToken, .oncePerPackage(Sample.target().package), .repeatable] {
      for token in ["exchanged", "direct"] as [ExactString] {
        let exchange = TokenExchange(
          token: Sample.token(token), rule: rule, rememberedUntil: Sample.now, record: Sample.record("new"))
        #expect(await refusal { () throws(StateRefusal) in try await store.exchange(exchange) } == .replayed)
      }
    }
    #expect(await store.refusal(binding: Sample.binding(.direct(Sample.token("exchanged")))) == .replayed)
    #expect(try await store.uploadToken(Sample.digest("live"), at: Sample.now) == Sample.record("live"))
    #expect(try await store.uploadToken(Sample.digest("burnt"), at: Sample.now) == nil)
    #expect(try await store.publishersOfTokens(at: Sample.now).map(\.description) == ["widgets-release"])
    #expect(await store.refusal(binding: Sample.binding(burnt)) == .ended)
  }

  private static func expectBindings(in store: any StateStore) async throws {
    let steps: [(UploadReservation, StateRefusal?)] = [
      (.bind(Sample.binding(direct, Sample.target("bound"))), nil),
      (.bind(Sample.binding(direct, Sample.target("bound"), "other")), .otherBytes),
      (.bind(Sample.binding(direct, Sample.target("bound", of: "2.0"))), .otherVersion),
      (.bind(Sample.binding(direct, Sample.target("sent"))), .alreadySent),
      (.claim(Sample.claim(direct, Sample.target("sent"))), .alreadySent),
      (.claim(Sample.claim(direct, Sample.target("claimed"))), .inFlight),
      (.bind(Sample.binding(direct, Sample.target("claimed"))), .inFlight),
      (.bind(Sample.binding(live, Sample.target("blob", of: nil, package: "no-version"))), nil),
      (.bind(Sample.binding(live, Sample.target("blob", of: "1.0", package: "no-version"))), .otherVersion),
      (.bind(Sample.binding(direct, Sample.target("tag"), kind: .mutable)), nil),
      (.bind(Sample.binding(direct, Sample.target("tag", of: "2.0"), "another", kind: .mutable)), .otherVersion),
    ]
    #expect(await store.results(of: StoreBatch(reservations: steps.map(\.0))).map(\.refusal) == steps.map(\.1))
    #expect(try await store.claim(Sample.claim(direct, Sample.target("bound"))) == .alreadyBound(Sample.digest("bytes")))
    let names = try await store.artifacts(of: direct, in: Sample.target().package, of: Sample.target().registry).map(\.name)
    #expect(names == ["tag", "bound"])
  }

  private static func expectIntents(in store: any StateStore) async throws {
    let alone = Sample.upload(Sample.target("alone"), alone: true)
    #expect(await store.results(of: StoreBatch(reservations: [.open(alone)])).map(\.refusal) == [.inFlight])
    let interrupted = try await store.interruptedIntents()
    #expect(interrupted.map(\.id) == [IntentID(7), IntentID(8)])
    #expect(interrupted.map { String(decoding: $0.note, as: UTF8.self) } == ["streamed", "first use"])
    #expect(await store.refusal(claiming: Sample.claim(direct, Sample.target("claimed"))) == .alreadySent)
    store.end(IntentID(7), as: .bound)
    store.end(IntentID(8), as: .bound, Sample.success)
    #expect(try await store.interruptedIntents().isEmpty)
    #expect(await store.results(of: StoreBatch(reservations: [.open(alone)])).map(\.refusal) == [nil])
  }

  private static func expectPublishers(in store: any StateStore) async throws {
    let first = PublisherRecord.Use(time: Sample.time(1), run: "run 1")
    let last = PublisherRecord.Use(time: Sample.time(2), run: "run 2")
    let use = PublisherRecord.Use(time: Sample.now, run: "run 3")
    let expected = [
      PublisherRecord(key: Sample.key("first-use", repository: "acme/other"), ids: Sample.ids("2"), first: use, last: use),
      PublisherRecord(key: Sample.key(), ids: Sample.ids("1"), first: first, last: last),
    ]
    #expect(try await store.publisherRecords() == expected)
    let learnt = try await store.learnt(issuer: "https://issuer.example", repository: "acme/widgets", ids: Sample.ids("9"))
    #expect(learnt == [PinnedIdentity(key: Sample.key(), ids: Sample.ids("1"))])
    let rival = Sample.upload(by: Sample.use(Sample.key("rival", repository: "evil/widgets"), learning: Sample.ids("3")), creates: true)
    #expect(
      await store.results(of: StoreBatch(reservations: [.open(rival)])).map(\.refusal) == [.packageTaken(PublisherID("widgets-release"))])
    let second = Sample.upload(Sample.target("b"), by: Sample.use(learning: Sample.ids("3")))
    #expect(await store.results(of: StoreBatch(reservations: [.open(second)])).map(\.refusal) == [.reserved])
  }
}

/// What each of the two databases held.
private enum OldRows {
  static let until = Sample.now.advanced(by: 900).seconds
  static let keys = (
    exchanged: Sample.token("exchanged").key.bytes, direct: Sample.token("direct").key.bytes, live: Sample.digest("live").bytes,
    burnt: Sample.digest("burnt").bytes
  )
  static let identity = Sample.record("live").identity.encoded()
  static let bytes = Sample.digest("bytes").bytes

  static func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

extension SQLiteSecondVersion {
  fileprivate static var rows: String {
    func blob(_ bytes: [UInt8]) -> String { "x'\(OldRows.hex(bytes))'" }
    let (until, keys, now) = (OldRows.until, OldRows.keys, Sample.now.seconds)
    return """
      INSERT INTO credentials (id, key, kind, remembered_until, identity, expiry) VALUES
        (1, \(blob(keys.exchanged)), 1, \(until), NULL, NULL), (2, \(blob(keys.direct)), 2, \(until), NULL, NULL),
        (3, \(blob(keys.live)), 3, \(until), \(blob(OldRows.identity)), \(until)), (4, \(blob(keys.burnt)), 3, \(until), NULL, NULL);
      INSERT INTO token_publishers VALUES (3, 0, 'widgets-release'), (4, 0, 'widgets-release');
      INSERT INTO releases VALUES (2, 'python', 'acme-widgets', '1.0'), (3, 'python', 'no-version', NULL);
      INSERT INTO files VALUES (2, 'python', 'acme-widgets', 'bound', \(blob(OldRows.bytes)), NULL),
        (2, 'python', 'acme-widgets', 'sent', NULL, NULL), (2, 'python', 'acme-widgets', 'claimed', NULL, 7),
        (3, 'python', 'no-version', 'blob', \(blob(OldRows.bytes)), NULL);
      INSERT INTO intents (id, note) VALUES (7, CAST('streamed' AS BLOB));
      INSERT INTO intents VALUES (8, CAST('first use' AS BLOB), 'python', 'acme-widgets', 'alone', 'first-use', 'https://issuer.example',
        'acme/other', \(blob(Sample.ids("2").encoded())), 'run 3', 0, 1);
      INSERT INTO publishers VALUES ('widgets-release', 'https://issuer.example', 'acme/widgets', \(blob(Sample.ids("1").encoded())),
        1, 'run 1', 2, 'run 2');
      INSERT INTO creations VALUES ('python', 'acme-widgets', 'widgets-release', 'https://issuer.example', \(blob(Sample.ids("1").encoded())));
      INSERT INTO freezes VALUES (2, 'files', 'an incident', \(now));
      INSERT INTO deeds (note) VALUES (CAST('frozen' AS BLOB));
      """
  }
}

extension PostgresFirstVersion {
  fileprivate static var rows: String {
    func bytes(_ bytes: [UInt8]) -> String { "'\\x\(OldRows.hex(bytes))'" }
    func key(_ texts: ExactString...) -> String {
      var written: [UInt8] = []
      for text in texts { TextKey.append(text, to: &written) }
      return bytes(SHA256.digest(of: written).bytes)
    }
    let (until, keys, now) = (OldRows.until, OldRows.keys, Sample.now.seconds)
    let (package, other) = (key("python", "acme-widgets"), key("python", "no-version"))
    return """
      INSERT INTO imprimatur.credentials (id, key, kind, remembered_until, identity, expiry, publishers) OVERRIDING SYSTEM VALUE VALUES
        (101, \(bytes(keys.exchanged)), 1, \(until), NULL, NULL, NULL), (102, \(bytes(keys.direct)), 2, \(until), NULL, NULL, NULL),
        (103, \(bytes(keys.live)), 3, \(until), \(bytes(OldRows.identity)), \(until), ARRAY['widgets-release'::bytea]),
        (104, \(bytes(keys.burnt)), 3, \(until), NULL, NULL, ARRAY['widgets-release'::bytea]);
      INSERT INTO imprimatur.releases VALUES (102, \(package), '1.0'), (103, \(other), NULL);
      INSERT INTO imprimatur.files VALUES (102, \(key("python", "acme-widgets", "bound")), \(bytes(OldRows.bytes)), NULL),
        (102, \(key("python", "acme-widgets", "sent")), NULL, NULL), (102, \(key("python", "acme-widgets", "claimed")), NULL, 7),
        (103, \(key("python", "no-version", "blob")), \(bytes(OldRows.bytes)), NULL);
      INSERT INTO imprimatur.intents (id, instance, state, note) VALUES (7, 1, 1, 'streamed');
      INSERT INTO imprimatur.intents (id, instance, state, note, publisher_key, publisher, issuer, repository, ids, run, taught_repository,
          exclusive_file)
        VALUES (8, 1, 1, 'first use', \(key("first-use", "https://issuer.example", "acme/other")), 'first-use', 'https://issuer.example',
          'acme/other', \(bytes(Sample.ids("2").encoded())), 'run 3', \(key("https://issuer.example", "acme/other")),
          \(key("python", "acme-widgets", "alone")));
      INSERT INTO imprimatur.publishers VALUES (\(key("widgets-release", "https://issuer.example", "acme/widgets")), 'widgets-release',
        'https://issuer.example', 'acme/widgets', \(bytes(Sample.ids("1").encoded())), 1, 'run 1', 2, 'run 2');
      INSERT INTO imprimatur.creations VALUES (\(package), 'widgets-release', 'https://issuer.example', \(bytes(Sample.ids("1").encoded())));
      INSERT INTO imprimatur.freezes VALUES (2, 'files', 'an incident', \(now));
      INSERT INTO imprimatur.deeds (note) VALUES ('frozen');
      """
  }
}
