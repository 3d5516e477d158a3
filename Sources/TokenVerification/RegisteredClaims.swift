import StrictParsers

/// The claims of RFC 7519, section 4.1, each absent or of its exact type.
struct RegisteredClaims: Sendable {
  /// Longer ids are nobody's, and each is kept by the store.
  private static let longestTokenID = 512

  let subject: ExactString?
  let audience: ExactString
  let expiry: UnixTime
  let notBefore: UnixTime?
  let issuedAt: UnixTime
  let tokenID: ExactString?

  /// Refuses a claim of a wrong type, which must never count as absent.
  init(_ claims: JSONObject, _ form: TokenForm) throws(TokenRefusal) {
    audience = try Self.required(.aud, try Self.audience(of: claims, form.audience))
    expiry = try Self.required(.exp, try Self.time(.exp, of: claims))
    issuedAt = try Self.required(.iat, try Self.time(.iat, of: claims))
    notBefore = try Self.time(.nbf, of: claims)
    subject = try Self.text(.sub, of: claims)
    tokenID = try Self.tokenID(of: claims)
    guard issuedAt < expiry else { throw .invalidClaim(.exp) }
    if let notBefore, notBefore >= expiry { throw .invalidClaim(.nbf) }
  }

  private static func required<Value>(_ claim: TokenRefusal.RegisteredClaim, _ value: Value?) throws(TokenRefusal) -> Value {
    guard let value else { throw .missingClaim(claim) }
    return value
  }

  static func audience(of claims: JSONObject, _ form: TokenForm.Audience) throws(TokenRefusal) -> ExactString? {
    switch form {
    case .string: return try text(.aud, of: claims)
    case .stringOrListOfOne where claims["aud"]?.array == nil: return try text(.aud, of: claims)
    case .listOfOne, .stringOrListOfOne:
      guard let value = claims["aud"] else { return nil }
      guard let list = value.array, list.count == 1, let text = list[0].string, !text.isEmpty else { throw .invalidClaim(.aud) }
      return text
    }
  }

  static func tokenID(of claims: JSONObject) throws(TokenRefusal) -> ExactString? {
    let id = try text(.jti, of: claims)
    if let id, id.utf8.count > longestTokenID { throw .invalidClaim(.jti) }
    return id
  }

  private static func text(_ claim: TokenRefusal.RegisteredClaim, of claims: JSONObject) throws(TokenRefusal) -> ExactString? {
    guard let value = claims[ExactString(claim.rawValue)] else { return nil }
    guard let text = value.string, !text.isEmpty else { throw .invalidClaim(claim) }
    return text
  }

  static func time(_ claim: TokenRefusal.RegisteredClaim, of claims: JSONObject) throws(TokenRefusal) -> UnixTime? {
    guard let value = claims[ExactString(claim.rawValue)] else { return nil }
    guard let seconds = value.integer, let time = UnixTime(seconds) else { throw .invalidClaim(claim) }
    return time
  }
}
