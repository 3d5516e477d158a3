import Configuration
import StrictParsers
import TokenVerification

/// What a token says of itself, to be explained and never to decide anything.
enum UnverifiedClaims {
  /// `nil` if it is no compact JWS of a JSON object.
  static func of(_ compact: [UInt8]) -> JSONObject? {
    let parts = compact.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = try? Base64URL.decode(parts[1]) else { return nil }
    return try? StrictJSON.parseObject(payload)
  }

  /// The one audience, as a string or as a list of one.
  static func audience(in claims: JSONObject?) -> ExactString? {
    switch claims?["aud"] {
    case .string(let audience): audience
    case .array(let list): list.count == 1 ? list[0].string : nil
    case .null, .bool, .integer, .number, .object, nil: nil
    }
  }
}

extension JSONObject {
  /// Seconds for which a token lives whose claims don't say.
  private static let usualLifetime: Int64 = 300

  /// These claims, and those that a token must have besides where they are not there: they don't change what is asked about the rest.
  func completed(issuer: IssuerSettings, audience: JSONValue, at now: UnixTime) -> JSONObject {
    let lifetime = min(Self.usualLifetime, issuer.maxLifetime.milliseconds / 1000)
    func time(_ name: ExactString) -> UnixTime? { self[name]?.integer.flatMap { UnixTime($0) } }
    // One that has expired was issued before, and one that is not valid yet expires later.
    let issuedAt = min(now, time("exp")?.advanced(by: -lifetime) ?? now)
    let start = max(now, time("iat") ?? now, time("nbf") ?? now)
    let usual: [Member] = [
      .init("iss", .string(issuer.url)), .init("aud", audience), .init("iat", .integer(issuedAt.seconds)),
      .init("exp", .integer(start.advanced(by: lifetime).seconds)), .init("jti", .string("supposed")),
    ]
    return JSONObject(members + usual.filter { self[$0.name] == nil })
  }
}
