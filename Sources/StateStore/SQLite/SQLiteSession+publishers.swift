import PublisherPolicy
import StrictParsers
import TokenVerification

extension SQLiteSession {
  func learnt(issuer: ExactString, repository: ExactString, ids: ImmutableIDs) throws(DatabaseFailure) -> [PinnedIdentity] {
    let rows = try selectLearnt.all(.text(issuer.text), .text(repository.text), .blob(ids.encoded())) { row in
      (publisher: row.text(0), repository: row.text(1), ids: row.blob(2))
    }
    var learnt: [PinnedIdentity] = []
    for row in rows {
      // Ids that can't be read are nobody's: they must never look like none.
      guard let publisher = row.publisher, let repository = row.repository, let ids = row.ids else { throw .damaged }
      guard let ids = ImmutableIDs(decoding: ids) else { throw .damaged }
      let key = PublisherKey(publisher: PublisherID(publisher), issuerURL: issuer, repository: ExactString(repository))
      learnt.append(PinnedIdentity(key: key, ids: ids))
    }
    return learnt
  }

  func publisherRecords() throws(DatabaseFailure) -> [PublisherRecord] {
    let select = try connection.prepare(
      """
      SELECT publisher, issuer, repository, ids, first_time, first_run, last_time, last_run FROM publishers
        ORDER BY publisher, issuer, repository
      """)
    let rows = try select.all { row -> PublisherRecord? in
      guard let publisher = row.text(0), let issuer = row.text(1), let repository = row.text(2), let first = UnixTime(row.integer(4)),
        let last = UnixTime(row.integer(6))
      else { return nil }
      return PublisherRecord(
        key: PublisherKey(publisher: PublisherID(publisher), issuerURL: ExactString(issuer), repository: ExactString(repository)),
        ids: row.blob(3).flatMap { ImmutableIDs(decoding: $0) },
        first: .init(time: first, run: row.text(5).map { ExactString($0) }),
        last: .init(time: last, run: row.text(7).map { ExactString($0) }))
    }
    return rows.compactMap { $0 }
  }

  func forget(_ publisher: PublisherID, _ action: [UInt8]) throws(DatabaseFailure) -> Int {
    try connection.prepare("DELETE FROM publishers WHERE publisher = ?").run(.text(publisher.description))
    let count = connection.changes
    try connection.prepare("DELETE FROM creations WHERE publisher = ?").run(.text(publisher.description))
    if count > 0 { try keep(action) }
    return count
  }

  func publishersOfTokens(at now: UnixTime) throws(DatabaseFailure) -> [PublisherID] {
    let select = try connection.prepare(
      """
      SELECT DISTINCT t.publisher FROM token_publishers t JOIN credentials c ON c.id = t.credential
        WHERE c.identity IS NOT NULL AND c.expiry > ?
      """)
    return try select.all(.integer(now.seconds)) { PublisherID($0.text(0) ?? "") }
  }

  func revoke(_ publishers: [PublisherID], at now: UnixTime, _ action: [UInt8]?) throws(DatabaseFailure) -> Int {
    let end = try connection.prepare(
      """
      UPDATE credentials SET identity = NULL, expiry = NULL
        WHERE identity IS NOT NULL AND expiry > ? AND id IN (SELECT credential FROM token_publishers WHERE publisher = ?)
      """)
    var count = 0
    for publisher in publishers {
      try end.run(.integer(now.seconds), .text(publisher.description))
      count += connection.changes
    }
    if let action { try keep(action) }
    return count
  }
}
