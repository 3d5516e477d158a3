import StrictParsers
package import TokenVerification

/// The credential that a client presents, by its form alone.
package enum PresentedCredential: Sendable {
  /// Three dotted parts: an OIDC token, still to be verified.
  case oidc([UInt8])
  /// One of our upload tokens, by its form and checksum.
  case uploadToken(UploadToken)

  /// Throws `notAccepted` of what is neither: a password of the registry's own, say.
  package init(reading token: ArraySlice<UInt8>) throws(CredentialRefusal) {
    if token.starts(with: UploadToken.prefix) {
      guard let token = UploadToken(parsing: token) else { throw .malformedUploadToken }
      self = .uploadToken(token)
    } else {
      guard Self.hasThreeParts(token) else { throw .notAccepted }
      self = .oidc(Array(token))
    }
  }

  /// As a compact JWS (RFC 7515, section 7.1), whatever they hold.
  static func hasThreeParts(_ token: ArraySlice<UInt8>) -> Bool {
    let bytes = token.span
    let dot = UInt8(ascii: ".")
    guard let first = bytes.firstIndex(of: dot, from: 0), let second = bytes.firstIndex(of: dot, from: first + 1) else { return false }
    return first > 0 && second > first + 1 && second < bytes.count - 1 && bytes.firstIndex(of: dot, from: second + 1) == nil
  }
}
