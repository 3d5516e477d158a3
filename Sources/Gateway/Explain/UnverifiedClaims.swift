import StrictParsers
import TokenVerification

/// What a token says of itself, for choosing what to explain and never for deciding anything.
struct UnverifiedClaims {
  let audience: ExactString?
  let issuedAt: UnixTime?

  init?(of compact: [UInt8]) {
    let parts = compact.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = try? Base64URL.decode(parts[1]), let claims = try? StrictJSON.parseObject(payload) else {
      return nil
    }
    audience = claims["aud"]?.string
    issuedAt = claims["iat"]?.integer.flatMap { UnixTime($0) }
  }
}
