import StrictParsers

/// What must hold of each registered claim: a verifier stops at the first that does not, an explanation goes through all of them.
///
/// All sums stay in bounds: `UnixTime` is below 2^40.
struct ClaimRules {
  let rules: IssuerRules
  let audience: ExactString
  let now: UnixTime

  /// `exp` must be later than this.
  var earliestExpiry: UnixTime { now.advanced(by: -TokenVerifier.clockSkew) }
  /// `iat` and `nbf` must not be later than this.
  var latestStart: UnixTime { now.advanced(by: TokenVerifier.clockSkew) }

  func check(audience got: ExactString) throws(TokenRefusal) {
    guard got == audience else { throw .wrongAudience(expected: audience) }
  }

  func check(expiry: UnixTime) throws(TokenRefusal) {
    guard expiry.seconds > now.seconds - TokenVerifier.clockSkew else { throw .expired(at: expiry) }
  }

  func check(start: UnixTime) throws(TokenRefusal) {
    guard start.seconds <= now.seconds + TokenVerifier.clockSkew else { throw .notYetValid }
  }

  func check(lifetimeFrom issuedAt: UnixTime, to expiry: UnixTime) throws(TokenRefusal) {
    guard expiry.seconds - issuedAt.seconds <= rules.longestLifetime else { throw .lifetimeTooLong(limit: rules.longestLifetime) }
  }

  func check(tokenID: ExactString?) throws(TokenRefusal) {
    if rules.form.hasID, tokenID == nil { throw .missingClaim(.jti) }
  }

  func check(_ claims: RegisteredClaims) throws(TokenRefusal) {
    try check(audience: claims.audience)
    try check(expiry: claims.expiry)
    try check(start: claims.issuedAt)
    if let notBefore = claims.notBefore { try check(start: notBefore) }
    try check(lifetimeFrom: claims.issuedAt, to: claims.expiry)
    try check(tokenID: claims.tokenID)
  }
}
