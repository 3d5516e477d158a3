import PublisherPolicy
import StrictParsers
import TokenVerification

extension PostgresSession {
  func learnt(issuer: ExactString, repository: ExactString, ids: ImmutableIDs) throws(PostgresFailure) -> [PinnedIdentity] {
    try run(
      """
      SELECT publisher, repository, ids FROM imprimatur.publishers
        WHERE ids IS NOT NULL AND sha256(repository) = sha256($2) AND issuer = $1 AND repository = $2
      UNION SELECT publisher, repository, ids FROM imprimatur.publishers
        WHERE ids IS NOT NULL AND sha256(ids) = sha256($3) AND issuer = $1 AND ids = $3
      """, .text(issuer), .text(repository), .bytes(ids.encoded())
    ).map { row throws(PostgresFailure) in
      // Ids that can't be read are nobody's: they must never look like none.
      guard let ids = ImmutableIDs(decoding: try row.bytes(2)) else { throw .damaged }
      let key = PublisherKey(publisher: PublisherID(try row.text(0).text), issuerURL: issuer, repository: try row.text(1))
      return PinnedIdentity(key: key, ids: ids)
    }
  }

  func publisherRecords() throws(PostgresFailure) -> [PublisherRecord] {
    try run(
      """
      SELECT publisher, issuer, repository, ids, first_time, first_run, last_time, last_run FROM imprimatur.publishers
        ORDER BY publisher, issuer, repository
      """
    ).map { row throws(PostgresFailure) in
      guard let first = UnixTime(try row.integer(4)), let last = UnixTime(try row.integer(6)) else { throw .damaged }
      return PublisherRecord(
        key: PublisherKey(publisher: PublisherID(try row.text(0).text), issuerURL: try row.text(1), repository: try row.text(2)),
        ids: try row.optionalBytes(3).flatMap { ImmutableIDs(decoding: $0) }, first: .init(time: first, run: try row.optionalText(5)),
        last: .init(time: last, run: try row.optionalText(7)))
    }
  }

  func forget(_ publisher: PublisherID, _ action: [UInt8]) throws(PostgresFailure) -> Int {
    try run(
      """
      WITH gone AS (
        DELETE FROM imprimatur.publishers WHERE publisher = $1 RETURNING key
      ), no_creator AS (
        DELETE FROM imprimatur.creations WHERE publisher = $1
      ), kept AS (
        INSERT INTO imprimatur.deeds (note) SELECT $2 WHERE EXISTS (SELECT FROM gone)
      )
      SELECT count(*) FROM gone
      """, .name(publisher), .bytes(action)
    ).one { row throws(PostgresFailure) in Int(clamping: try row.integer(0)) }
  }

  func revoke(_ publishers: [PublisherID], at now: UnixTime, _ action: [UInt8]?) throws(PostgresFailure) -> Int {
    try run(
      """
      WITH gone AS (
        UPDATE imprimatur.credentials SET identity = NULL, expiry = NULL
          WHERE identity IS NOT NULL AND expiry > $2 AND publishers && $1 RETURNING id
      ), kept AS (
        INSERT INTO imprimatur.deeds (note) SELECT $3::bytea WHERE $3::bytea IS NOT NULL
      )
      SELECT count(*) FROM gone
      """, .optionalBytes(publishers.map { Array($0.description.utf8) }), .integer(now.seconds), action.map { .bytes($0) } ?? .null
    ).one { row throws(PostgresFailure) in Int(clamping: try row.integer(0)) }
  }

  func publishersOfTokens(at now: UnixTime) throws(PostgresFailure) -> [PublisherID] {
    try run(
      "SELECT DISTINCT unnest(publishers) FROM imprimatur.credentials WHERE identity IS NOT NULL AND expiry > $1", .integer(now.seconds)
    ).map { row throws(PostgresFailure) in PublisherID(try row.text(0).text) }
  }

  // MARK: - Operators

  func freeze(_ freeze: Freeze, _ action: [UInt8]) throws(PostgresFailure) {
    let (kind, name) = freeze.scope.postgresColumns
    _ = try run(
      "SELECT imprimatur.freeze($1, $2, $3, $4, $5)", kind, name, .text(ExactString(freeze.why)), .integer(freeze.since.seconds),
      .bytes(action))
  }

  func unfreeze(_ scope: Freeze.Scope, _ action: [UInt8]) throws(PostgresFailure) -> Bool {
    let (kind, name) = scope.postgresColumns
    return try run(
      """
      WITH gone AS (
        DELETE FROM imprimatur.freezes WHERE kind = $1 AND name = $2 RETURNING kind
      ), kept AS (
        INSERT INTO imprimatur.deeds (note) SELECT $3 FROM gone
      )
      SELECT EXISTS (SELECT FROM gone)
      """, kind, name, .bytes(action)
    ).one { row throws(PostgresFailure) in try row.flag(0) }
  }

  func freezes() throws(PostgresFailure) -> [Freeze] {
    try run("SELECT kind, name, why, since FROM imprimatur.freezes ORDER BY kind, name").map { row throws(PostgresFailure) in
      try Freeze(kind: row.integer(0), name: row.text(1), why: row.text(2), since: row.integer(3))
    }
  }

  func updates(at now: UnixTime) throws(PostgresFailure) -> OperatorUpdates {
    let rows = try run(
      """
      WITH leased AS (
        UPDATE imprimatur.deeds SET leased_until = $2 WHERE id IN (
          SELECT id FROM imprimatur.deeds WHERE leased_until <= $1 FOR UPDATE SKIP LOCKED
        ) RETURNING id, note
      )
      SELECT true, kind, name, why, since FROM imprimatur.freezes
      UNION ALL SELECT false, id, note, NULL, NULL FROM leased ORDER BY 1 DESC, 2, 3
      """, .integer(now.seconds), .integer(now.advanced(by: OperatorUpdates.lease).seconds))
    var freezes: [Freeze] = []
    var actions: [OperatorAction] = []
    _ = try rows.map { row throws(PostgresFailure) in
      if try row.flag(0) {
        freezes.append(try Freeze(kind: row.integer(1), name: row.text(2), why: row.text(3), since: row.integer(4)))
      } else {
        actions.append(OperatorAction(id: try row.integer(1), note: try row.bytes(2)))
      }
    }
    return OperatorUpdates(freezes: freezes, actions: actions)
  }

  func settle(_ actions: [OperatorAction]) throws(PostgresFailure) {
    _ = try run("DELETE FROM imprimatur.deeds WHERE id = ANY ($1)", .integers(actions.map(\.id)))
  }
}

extension Freeze {
  private enum Kind: Int64 { case everything = 1, registry, publisher }

  /// What can't be read was meant to stop something: nothing is published until somebody has looked.
  init(kind: Int64, name: ExactString, why: ExactString, since: Int64) throws(PostgresFailure) {
    let scope: Scope
    switch Kind(rawValue: kind) {
    case .everything: scope = .everything
    case .registry: scope = .registry(RegistryName(name.text))
    case .publisher: scope = .publisher(PublisherID(name.text))
    case nil: throw .damaged
    }
    guard let since = UnixTime(since) else { throw .damaged }
    self.init(scope: scope, why: why.text, since: since)
  }
}

extension Freeze.Scope {
  /// The columns kind and name.
  fileprivate var postgresColumns: (kind: PostgresValue, name: PostgresValue) {
    switch self {
    case .everything: (.integer(1), .bytes([]))
    case .registry(let name): (.integer(2), .name(name))
    case .publisher(let id): (.integer(3), .name(id))
    }
  }
}
