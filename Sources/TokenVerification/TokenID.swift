package import Digests
package import StrictParsers

/// What a token is remembered by, so that it can't be used twice.
package struct TokenID: Hashable, Sendable {
  package enum Value: Hashable, Sendable {
    /// The token's own `jti` (RFC 7519, section 4.1.7).
    case jti(ExactString)
    /// The SHA-256 of `header.payload`, where the provider sends no `jti`.
    case signedPart(SHA256Digest)
  }

  package let issuer: ExactString
  package let value: Value

  package init(issuer: ExactString, value: Value) {
    self.issuer = issuer
    self.value = value
  }
}
