import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

extension PostgresSession {
  func exchange(_ exchange: TokenExchange) throws(PostgresFailure) -> StoreResult<Void> {
    let record = exchange.record
    let isMade = try run(
      "SELECT imprimatur.exchange($1, $2, $3, $4, $5, $6, $7, $8, $9)", .digest(exchange.token.key), .integer(exchange.ruleNumber),
      .optionalText(exchange.package?.canonical), .integer(exchange.memory.seconds), .digest(record.hash),
      .bytes(record.identity.encoded()),
      .integer(record.expiry.seconds), .optionalBytes(record.publishers.map { Array($0.description.utf8) }),
      .optionalText(record.package?.canonical)
    ).one { row throws(PostgresFailure) in try row.flag(0) }
    return isMade ? .success(()) : .failure(.replayed)
  }

  func uploadToken(_ hash: SHA256Digest, at now: UnixTime) throws(PostgresFailure) -> UploadTokenRecord? {
    let rows = try run(
      """
      SELECT c.identity, c.expiry, c.package, p.publisher FROM imprimatur.credentials c
        LEFT JOIN LATERAL unnest(c.publishers) WITH ORDINALITY AS p (publisher, place) ON true
        WHERE c.key = $1 AND c.kind = 3 AND c.identity IS NOT NULL AND c.expiry > $2 ORDER BY p.place
      """, .digest(hash), .integer(now.seconds))
    return try record(hash, rows)
  }

  /// The row stays, since its bindings hold for uploads of it that are under way.
  func burn(_ hash: SHA256Digest, at now: UnixTime) throws(PostgresFailure) -> UploadTokenRecord? {
    let rows = try run(
      """
      WITH found AS (
        SELECT id, identity, expiry, package, publishers FROM imprimatur.credentials
          WHERE key = $1 AND kind = 3 AND identity IS NOT NULL AND expiry > $2 FOR NO KEY UPDATE
      ), burnt AS (
        UPDATE imprimatur.credentials c SET identity = NULL, expiry = NULL FROM found WHERE c.id = found.id
      )
      SELECT found.identity, found.expiry, found.package, p.publisher FROM found
        LEFT JOIN LATERAL unnest(found.publishers) WITH ORDINALITY AS p (publisher, place) ON true ORDER BY p.place
      """, .digest(hash), .integer(now.seconds))
    return try record(hash, rows)
  }

  /// Of one row for each publisher. Nil also where the identity is in a form that this program does not read: its owner can exchange once more.
  private func record(_ hash: SHA256Digest, _ rows: PostgresRows) throws(PostgresFailure) -> UploadTokenRecord? {
    let read = try rows.map { row throws(PostgresFailure) in
      (
        identity: PublisherIdentity(decoding: try row.bytes(0)), expiry: UnixTime(try row.integer(1)), package: try row.optionalText(2),
        publisher: try row.optionalText(3)
      )
    }
    guard let first = read.first, let identity = first.identity, let expiry = first.expiry else { return nil }
    return UploadTokenRecord(
      hash: hash, identity: identity, publishers: read.compactMap { $0.publisher.map { PublisherID($0.text) } },
      package: first.package.map { .init(canonical: $0) }, expiry: expiry)
  }

  /// In small batches, of which those are passed over that another gateway is about to remove.
  func removeExpired(at now: UnixTime, limit: Int) throws(PostgresFailure) -> Int {
    try run(
      """
      WITH gone AS (
        DELETE FROM imprimatur.credentials WHERE id IN (
          SELECT id FROM imprimatur.credentials WHERE remembered_until < $1 ORDER BY remembered_until LIMIT $2 FOR UPDATE SKIP LOCKED
        ) RETURNING id
      )
      SELECT count(*) FROM gone
      """, .integer(now.seconds), .integer(Int64(max(limit, 0)))
    ).one { row throws(PostgresFailure) in Int(clamping: try row.integer(0)) }
  }
}
