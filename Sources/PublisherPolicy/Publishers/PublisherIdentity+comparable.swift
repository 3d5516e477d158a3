package import StrictParsers

extension PublisherIdentity {
  /// Every claim that a condition can compare, under the name that conditions use, sorted. The token's id and its issuer are not among them.
  package var comparable: JSONObject {
    let kept = claims.members.filter { $0.name != "jti" && $0.name != "aud" }
    return JSONObject((kept + [.init("aud", .string(audience))]).sorted { $0.name < $1.name })
  }
}
