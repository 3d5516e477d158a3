import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

extension SQLiteSession {
  func exchange(_ token: TokenID, rememberedUntil: UnixTime, for record: UploadTokenRecord) throws(DatabaseFailure) -> StoreResult<Void> {
    try insertCredential.run(.digest(token.key), .integer(CredentialKind.exchanged.rawValue), .integer(rememberedUntil.seconds))
    guard connection.changes == 1 else { return .failure(.replayed) }
    try insertUploadToken.run(
      .digest(record.hash), .integer(CredentialKind.uploadToken.rawValue), .integer(record.expiry.seconds),
      .blob(record.identity.encoded()), .integer(record.expiry.seconds), .optionalText(record.package?.canonical.text))
    let row = connection.lastInsertedRow
    for (place, publisher) in record.publishers.enumerated() {
      try insertTokenPublisher.run(.integer(row), .integer(Int64(place)), .text(publisher.description))
    }
    return .success(())
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
