import Digests
import PublisherPolicy
import TokenVerification

extension Ledger {
  func exchange(_ token: TokenID, rememberedUntil: UnixTime, for record: UploadTokenRecord) throws(DatabaseFailure) -> Verdict<Void> {
    try insertCredential.run(.digest(token.key), .integer(CredentialKind.exchanged.rawValue), .integer(rememberedUntil.seconds))
    guard connection.changes == 1 else { return .failure(.replayed) }
    try insertUploadToken.run(
      .digest(record.hash), .integer(CredentialKind.uploadToken.rawValue), .integer(record.expiry.seconds),
      .blob(record.identity.encoded()), .integer(record.expiry.seconds))
    return .success(())
  }

  /// Nil also where the identity is in a form that this program does not read: its owner can exchange once more.
  func uploadToken(_ hash: SHA256Digest, at now: UnixTime) throws(DatabaseFailure) -> UploadTokenRecord? {
    let found = try selectUploadToken.first(.digest(hash), .integer(CredentialKind.uploadToken.rawValue)) { row in
      (identity: row.blob(0), expiry: row.integer(1))
    }
    guard let found, let bytes = found.identity, let identity = PublisherIdentity(decoding: bytes),
      let expiry = UnixTime(found.expiry), now < expiry
    else { return nil }
    return UploadTokenRecord(hash: hash, identity: identity, expiry: expiry)
  }

  /// The row stays, since its bindings hold for uploads of it that are under way.
  func burn(_ hash: SHA256Digest, at now: UnixTime) throws(DatabaseFailure) -> UploadTokenRecord? {
    guard let record = try uploadToken(hash, at: now) else { return nil }
    try endUploadToken.run(.digest(hash))
    return record
  }
}
