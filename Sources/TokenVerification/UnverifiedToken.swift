import Digests
package import StrictParsers

/// A token of which nothing is known to be true. It can only be asked whose keys to verify it with.
package struct UnverifiedToken: Sendable {
  package static let usualLimit = 16 * 1024

  /// The `iss` that it claims.
  package let issuer: ExactString
  /// The `kid` that it names.
  package var keyID: ExactString { jws.keyID }
  package var algorithm: SignatureAlgorithm { jws.algorithm }

  let jws: CompactJWS
  let claims: JSONObject
  /// Of the whole compact text.
  let digest: SHA256Digest
  /// What an earlier verification of the same bytes found.
  var proof: SignatureProof?

  /// The compact serialisation, refused unread where it has more than `limit` bytes.
  package init(compact: some Collection<UInt8>, limit: Int = usualLimit) throws(TokenRefusal) {
    guard compact.count <= limit else { throw .tooLarge(limit: limit) }
    let text = Array(compact)
    try self.init(text, digest: SHA256.digest(of: text))
  }

  init(_ text: [UInt8], digest: SHA256Digest) throws(TokenRefusal) {
    jws = try CompactJWS(text)
    do { claims = try StrictJSON.parseObject(jws.payload) } catch { throw .malformed(.payload(error)) }
    guard let issuer = claims["iss"] else { throw .missingClaim(.iss) }
    guard let issuer = issuer.string, !issuer.isEmpty else { throw .invalidClaim(.iss) }
    self.issuer = issuer
    self.digest = digest
  }
}
