package import Digests
package import StrictParsers

/// A token that is genuine, current and for us. Only `TokenVerifier` makes one.
package struct VerifiedToken: Sendable {
  package let issuer: ExactString
  /// The `kid` of the key that signed it.
  package let keyID: ExactString
  package let algorithm: SignatureAlgorithm
  package let subject: ExactString?
  package let audience: ExactString
  package let issuedAt: UnixTime
  package let expiry: UnixTime
  package let id: TokenID
  /// Of `header.payload`: the same however a signature is rewritten.
  package let signedPartDigest: SHA256Digest
  /// All claims, the registered ones among them.
  package let claims: JSONObject
}
