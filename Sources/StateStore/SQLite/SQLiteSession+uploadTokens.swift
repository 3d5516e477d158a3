import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

extension SQLiteSession {
  func exchange(_ exchange: TokenExchange) throws(DatabaseFailure) -> StoreResult<Void> {
    guard let owner = try markExchanged(exchange) else { return .failure(.replayed) }
    let record = exchange.record
    try insertUploadToken.run(
      .digest(record.hash), .integer(CredentialKind.uploadToken.rawValue), .integer(record.expiry.seconds),
      .blob(record.identity.encoded()), .integer(record.expiry.seconds), .optionalText(record.package?.canonical.text),
      exchange.rule == .repeatable ? .integer(owner) : .null)
    let row = connection.lastInsertedRow
    for (place, publisher) in record.publishers.enumerated() {
      try insertTokenPublisher.run(.integer(row), .integer(Int64(place)), .text(publisher.description))
    }
    return .success(())
  }

  /// The OIDC token's row; `nil` if it is a replay.
  private func markExchanged(_ exchange: TokenExchange) throws(DatabaseFailure) -> Int64? {
    let key = SQLValue.digest(exchange.token.key)
    try insertExchanged.run(
      key, .integer(CredentialKind.exchanged.rawValue), .integer(exchange.memory.seconds), .integer(exchange.ruleNumber))
    let isFirst = connection.changes == 1
    let row: Int64
    if isFirst {
      row = connection.lastInsertedRow
    } else {
      let found = try selectExchanged.first(key, .integer(CredentialKind.exchanged.rawValue)) { (id: $0.integer(0), rule: $0.integer(1)) }
      guard let found, found.rule == exchange.ruleNumber else { return nil }
      row = found.id
    }
    switch exchange.rule {
    case .oncePerToken: guard isFirst else { return nil }
    case .oncePerPackage(let package):
      try insertExchangedPackage.run(.integer(row), .text(package.canonical.text))
      guard connection.changes == 1 else { return nil }
    case .repeatable: break
    }
    if !isFirst { try extendCredential.run(.integer(row), .integer(exchange.memory.seconds)) }
    return row
  }

  /// Nil also where the identity is in a form that this program does not read: its owner can exchange once more.
  func uploadToken(_ hash: SHA256Digest, at now: UnixTime) throws(DatabaseFailure) -> UploadTokenRecord? {
    let found = try selectUploadToken.first(.digest(hash), .integer(CredentialKind.uploadToken.rawValue)) { row in
      (id: row.integer(0), identity: row.blob(1), expiry: row.integer(2), package: row.text(3))
    }
    guard let found, let bytes = found.identity, let identity = PublisherIdentity(decoding: bytes),
      let expiry = UnixTime(found.expiry), now < expiry
    else { return nil }
    let publishers = try selectTokenPublishers.all(.integer(found.id)) { PublisherID($0.text(0) ?? "") }
    return UploadTokenRecord(
      hash: hash, identity: identity, publishers: publishers, package: found.package.map { .init(canonical: ExactString($0)) },
      expiry: expiry)
  }

  /// The row stays, since its bindings hold for uploads of it that are under way.
  func burn(_ hash: SHA256Digest, at now: UnixTime) throws(DatabaseFailure) -> UploadTokenRecord? {
    guard let record = try uploadToken(hash, at: now) else { return nil }
    try endUploadToken.run(.digest(hash))
    return record
  }
}
