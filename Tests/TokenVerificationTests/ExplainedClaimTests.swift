import StrictParsers
import Testing

@testable import TokenVerification

@Suite("Registered claims, explained,") struct ExplainedClaimTests {
  private static let issuer: ExactString = "https://issuer.example"
  private static let now: Int64 = 1_700_000_100

  private static func verifier(_ form: TokenForm) -> TokenVerifier {
    TokenVerifier(
      issuers: [IssuerRules(url: issuer, algorithms: [.rs256], longestLifetime: 3600, form: form)],
      cache: VerifiedSignatureCache(capacity: 0))
  }

  private static func claims(_ changes: [ExactString: JSONValue?]) -> JSONObject {
    let usual: [JSONObject.Member] = [
      .init("iss", .string(issuer)), .init("aud", .string("us")), .init("iat", .integer(1_700_000_000)),
      .init("nbf", .integer(1_700_000_000)), .init("exp", .integer(1_700_000_300)), .init("jti", .string("1")),
    ]
    let kept = usual.filter { changes[$0.name] == nil }
    return JSONObject(kept + changes.compactMap { name, value in value.map { .init(name, $0) } })
  }

  private static func failing(_ claims: JSONObject, isWhole: Bool, _ form: TokenForm) throws -> [String] {
    let explained = try verifier(form).explain(
      claims, isWhole: isWhole, issuer: issuer, audience: "us", at: #require(UnixTime(now)))
    #expect(explained.map(\.claim.rawValue) == ["iss", "aud", "exp", "nbf", "iat", "jti"])
    return explained.filter { $0.holds == false }.map(\.claim.rawValue)
  }

  @Test(
    "fail exactly where the verifier refuses",
    arguments: [
      ([:], []), (["aud": .string("them")], ["aud"]), (["aud": .array([.string("us")])], ["aud"]), (["aud": .string("")], ["aud"]),
      (["aud": nil], ["aud"]), (["exp": .integer(now - 29)], []), (["exp": .integer(now - 30)], ["exp"]), (["exp": nil], ["exp"]),
      (["exp": .integer(1_700_003_601)], ["exp"]), (["exp": .string("1700000300")], ["exp"]), (["exp": .integer(-1)], ["exp", "nbf"]),
      (["exp": .integer(1_700_000_000), "nbf": nil], ["exp"]), (["iat": .integer(now + 30)], []), (["iat": .integer(now + 31)], ["iat"]),
      (["iat": nil], ["iat"]), (["iat": .bool(true)], ["iat"]), (["nbf": .integer(now + 31)], ["nbf"]), (["nbf": nil], []),
      (["nbf": .null], ["nbf"]), (["nbf": .integer(1_700_000_300), "exp": .integer(1_700_000_200)], ["nbf"]), (["jti": nil], ["jti"]),
      (["jti": .string("")], ["jti"]), (["jti": .string(ExactString(String(repeating: "j", count: 513)))], ["jti"]),
      (["aud": .string("them"), "exp": .integer(1)], ["aud", "exp", "nbf"]),
    ] as [([ExactString: JSONValue?], [String])])
  func agreement(changes: [ExactString: JSONValue?], expected: [String]) throws {
    let claims = Self.claims(changes)
    let form = TokenForm(hasID: true)
    #expect(try Self.failing(claims, isWhole: true, form) == expected)
    let refusal = try Self.verifier(form).refusal(of: claims, issuer: Self.issuer, audience: "us", at: #require(UnixTime(Self.now)))
    #expect((refusal == nil) == expected.isEmpty)
  }

  @Test("are not missed where not all of them are known, nor an id where the issuer sends none")
  func partial() throws {
    #expect(try Self.failing(JSONObject([]), isWhole: false, TokenForm(hasID: true)).isEmpty)
    #expect(try Self.failing(JSONObject([]), isWhole: true, TokenForm(hasID: false)) == ["iss", "aud", "exp", "iat"])
    #expect(try Self.failing(Self.claims(["exp": .integer(5)]), isWhole: false, TokenForm(hasID: true)) == ["exp", "nbf"])
    #expect(
      try Self.failing(Self.claims(["aud": .array([.string("us")])]), isWhole: true, TokenForm(hasID: true, audience: .listOfOne)) == [])
  }

  @Test("are of nobody where the issuer is not configured")
  func stranger() throws {
    let verifier = Self.verifier(TokenForm(hasID: true))
    let claims = Self.claims([:])
    #expect(try verifier.refusal(of: claims, issuer: "https://x", audience: "us", at: #require(UnixTime(Self.now))) == .unknownIssuer)
    #expect(try verifier.explain(claims, isWhole: true, issuer: "https://x", audience: "us", at: #require(UnixTime(Self.now))).isEmpty)
  }
}
