import Digests
import StrictParsers
import TokenVerification

extension PublisherIdentity {
  /// As JSON, for the store to keep with an upload token.
  package func encoded() -> [UInt8] {
    let id: JSONObject.Member
    switch token.value {
    case .jti(let jti): id = .init("jti", .string(jti))
    case .signedPart(let digest): id = .init("signed_part", .string(ExactString(Hex.encode(digest.bytes))))
    }
    return JSONObject([
      .init("issuer", .string(ExactString(issuer.description))), .init("url", .string(issuerURL)), .init("audience", .string(audience)), id,
      .init("expiry", .integer(expiry.seconds)), .init("claims", .object(claims)),
    ]).encoded()
  }

  /// `nil` if the bytes are not what `encoded` writes.
  package convenience init?(decoding bytes: [UInt8]) {
    guard let object = try? StrictJSON.parseObject(bytes), let issuer = object["issuer"]?.string, let url = object["url"]?.string,
      let audience = object["audience"]?.string, case .integer(let seconds) = object["expiry"], let expiry = UnixTime(seconds),
      case .object(let claims) = object["claims"]
    else { return nil }
    let id: TokenID.Value
    if let jti = object["jti"]?.string {
      id = .jti(jti)
    } else if let hex = object["signed_part"]?.string, let decoded = Hex.decode(hex.utf8), let digest = SHA256Digest(bytes: decoded) {
      id = .signedPart(digest)
    } else {
      return nil
    }
    self.init(
      issuer: IssuerName(issuer.text), issuerURL: url, audience: audience, claims: claims, token: TokenID(issuer: url, value: id),
      expiry: expiry)
  }
}
