package import StrictParsers

/// Why a token is not accepted.
///
/// No case holds a text of the token itself: what a stranger wrote is never echoed.
package enum TokenRefusal: Error, Hashable, Sendable {
  case malformed(Malformation)
  case tooLarge(limit: Int)
  case forbiddenHeader(ForbiddenHeader)
  case unknownIssuer
  case algorithmNotAllowed
  case unknownKey
  case ambiguousKey
  case unusableKey(KeyRefusal)
  case badSignature
  case wrongAudience(expected: ExactString)
  /// Its `exp` lies in the past.
  case expired(at: UnixTime)
  case notYetValid
  case lifetimeTooLong(limit: Int64)
  case missingClaim(RegisteredClaim)
  case invalidClaim(RegisteredClaim)
  /// The issuer's keys could not be fetched, or have become too old to trust.
  case keysUnavailable(retryAfter: Int)

  /// Where a token stops to be a compact JWS with a JSON header and JSON claims.
  package enum Malformation: Hashable, Sendable {
    case parts
    case headerEncoding(Base64Error)
    case header(JSONError)
    case headerMember(HeaderMember)
    case payloadEncoding(Base64Error)
    case payload(JSONError)
    case signatureEncoding(Base64Error)
  }

  /// A header member that must be a non-empty string.
  package enum HeaderMember: String, Hashable, Sendable, CaseIterable { case alg, kid }

  /// A header member that would change what is verified, or bring its own key (RFC 7515, section 4.1; RFC 7516; RFC 7797).
  package enum ForbiddenHeader: String, Hashable, Sendable, CaseIterable {
    case crit, b64, zip, enc, jku, jwk, x5u, x5c
    /// Only a `typ` that is neither `JWT` nor `at+jwt` (RFC 9068).
    case typ
    /// Only a `cty`, which announces a token within the token (RFC 7519, section 5.2).
    case cty
  }

  /// A claim of RFC 7519, section 4.1.
  package enum RegisteredClaim: String, Hashable, Sendable, CaseIterable { case iss, sub, aud, exp, nbf, iat, jti }

  /// What programs are told: stable words.
  package enum Code: String, CaseIterable, Sendable {
    case malformed = "token.malformed"
    case tooLarge = "token.too-large"
    case forbiddenHeader = "token.forbidden-header"
    case unknownIssuer = "token.unknown-issuer"
    case algorithmNotAllowed = "token.algorithm-not-allowed"
    case unknownKey = "token.unknown-key"
    case ambiguousKey = "token.ambiguous-key"
    case unusableKey = "token.unusable-key"
    case badSignature = "token.bad-signature"
    case wrongAudience = "token.wrong-audience"
    case expired = "token.expired"
    case notYetValid = "token.not-yet-valid"
    case lifetimeTooLong = "token.lifetime-too-long"
    case missingClaim = "token.missing-claim"
    case invalidClaim = "token.invalid-claim"
    case keysUnavailable = "token.keys-unavailable"
  }

  package var code: Code {
    switch self {
    case .malformed: .malformed
    case .tooLarge: .tooLarge
    case .forbiddenHeader: .forbiddenHeader
    case .unknownIssuer: .unknownIssuer
    case .algorithmNotAllowed: .algorithmNotAllowed
    case .unknownKey: .unknownKey
    case .ambiguousKey: .ambiguousKey
    case .unusableKey: .unusableKey
    case .badSignature: .badSignature
    case .wrongAudience: .wrongAudience
    case .expired: .expired
    case .notYetValid: .notYetValid
    case .lifetimeTooLong: .lifetimeTooLong
    case .missingClaim: .missingClaim
    case .invalidClaim: .invalidClaim
    case .keysUnavailable: .keysUnavailable
    }
  }
}
