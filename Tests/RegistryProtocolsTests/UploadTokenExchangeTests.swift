import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import RegistryProtocols

@Suite("The exchange of tokens") struct UploadTokenExchangeTests {
  private let exchange = UploadTokenExchange(.issue(.oncePerToken))

  private func read(_ body: [UInt8]) throws -> TokenRequest { try exchange.request(request("POST", "/_/oidc/mint-token"), body: body) }

  private func text(_ answer: LocalResponse) -> String { String(decoding: answer.body, as: UTF8.self) }

  @Test(
    "stands at the root of the host",
    arguments: [
      ("GET", "/_/oidc/audience", nil), ("POST", "/_/oidc/mint-token", .issue(.oncePerToken)),
      ("POST", "/_/oidc/github/mint-token", .issue(.oncePerToken)), ("POST", "/_/oidc/burn-token", .revoke),
    ] as [(String, String, TokenPurpose?)])
  func routes(method: String, target: String, expected: TokenPurpose?) throws {
    for one in [samplePyPI(), sampleGeneric()] as [any RegistryProtocol] {
      switch try one.anyOriginRoute(request(method, target)) {
      case .token(let endpoint): #expect(endpoint.purpose == expected && endpoint.bodyLimit == 65_536)
      case .local(let route): #expect(expected == nil && route.caller == .anyone)
      case .read, .publish, nil: Issue.record("another route")
      }
      let other = method == "GET" ? "POST" : "GET"
      #expect(throws: RouteRefusal.methodNotAllowed) { try one.anyOriginRoute(request(other, target)) }
      let elsewhere = try one.anyOriginRoute(request(method, target + "/"))
      if elsewhere != nil { Issue.record("a route at another path") }
    }
  }

  @Test("says the audience") func audience() {
    let answer = UploadTokenExchange.audience("example_pypi")
    #expect(answer.status == 200 && answer.contentType == "application/json" && text(answer) == "{\"audience\":\"example_pypi\"}")
  }

  @Test("hands out the token with its expiry, for nobody to keep") func minted() throws {
    let token = try UploadToken.random()
    let answer = exchange.issued(IssuedToken(token, expiry: try #require(UnixTime(1_700_000_900))))
    let expected = "{\"success\":true,\"token\":\"\(String(decoding: token.exposedText, as: UTF8.self))\",\"expires\":1700000900}"
    #expect(answer.status == 200 && text(answer) == expected)
    #expect(answer.fields.map(\.name) == ["cache-control"] && answer.fields.map(\.value) == ["no-store"])
  }

  @Test("answers every burning alike") func burnt() {
    #expect(exchange.revoked().status == 202 && text(exchange.revoked()) == "{\"message\":\"Accepted\",\"errors\":[]}")
  }

  @Test(
    "reads the token of a JSON object and nothing else",
    arguments: [
      ("{\"token\":\"a.b.c\"}", "a.b.c"), (" {\"x\":[1],\"token\":\"\\u0061\"} ", "a"), ("{\"token\":\"\"}", ""), ("", nil), ("null", nil),
      ("[]", nil),
      ("{}", nil), ("{\"token\":null}", nil), ("{\"token\":1}", nil), ("{\"token\":[\"a\"]}", nil),
      ("{\"token\":\"a\",\"token\":\"b\"}", nil),
      ("{\"token\":\"a\",\"tok\\u0065n\":\"b\"}", nil), ("{\"Token\":\"a\"}", nil), ("{\"token\":\"a\"}x", nil),
      ("{\"token\":\"a\",}", nil),
      ("\u{feff}{\"token\":\"a\"}", nil), ("token=a", nil),
    ] as [(String, String?)])
  func token(body: String, expected: String?) throws {
    if let expected {
      #expect(try read(Array(body.utf8)).token == Array(expected.utf8))
    } else {
      #expect(throws: CredentialRefusal.malformedExchange) { try read(Array(body.utf8)) }
    }
  }

  @Test(
    "reads the one package that the upload token is to be for, where the body names one",
    arguments: [
      (#"{"token":"a.b.c"}"#, nil), (#"{"token":"a.b.c","package":"Acme.Widgets"}"#, "Acme.Widgets"),
      (#"{"token":"a.b.c","packages":["x"]}"#, nil),
    ] as [(String, ExactString?)])
  func package(body: String, expected: ExactString?) throws {
    #expect(try read(Array(body.utf8)).package == expected)
  }

  @Test(
    "refuses a package that is none, which must not widen what was asked for",
    arguments: ["null", "1", "[\"acme\"]", "{}"])
  func noPackage(value: String) {
    let body = Array("{\"token\":\"a.b.c\",\"package\":\(value)}".utf8)
    #expect(throws: CredentialRefusal.malformedExchange) { try read(body) }
  }

  @Test(
    "refuses in PyPI's words, with ours in the description",
    arguments: [
      ("credential.malformed-exchange", 400, "invalid-payload"), ("token.malformed", 403, "invalid-payload"),
      ("token.too-large", 403, "invalid-payload"),
      ("token.unknown-issuer", 403, "invalid-payload"), ("token.expired", 403, "invalid-token"),
      ("token.bad-signature", 403, "invalid-token"),
      ("token.wrong-audience", 403, "invalid-token"), ("state.replayed", 403, "invalid-reuse-token"), ("state.frozen", 403, "not-enabled"),
      ("publisher.claim-mismatch", 403, "invalid-publisher"),
      ("scope.package-not-allowed", 403, "invalid-publisher"), ("route.not-found", 404, "not-enabled"),
      ("body.too-large", 413, "invalid-payload"),
    ])
  func refused(code: String, status: Int, expected: ExactString) throws {
    let answer = exchange.refused(sampleRefusal(status: status, code: code, sentence: "no"))
    #expect(answer.status == 422 && answer.contentType == "application/json")
    let json = try StrictJSON.parseObject(answer.body)
    #expect(json["message"]?.string == "Token request failed" && json["errors"]?.array?.count == 1)
    let error = try #require(json["errors"]?.array?.first?.object)
    #expect(error["code"]?.string == expected && error["description"]?.string == ExactString("no (\(code), request 01J8)"))
  }

  @Test("fails in the same shape", arguments: ["token.keys-unavailable", "state.unavailable", "audit.unavailable"])
  func failed(code: String) throws {
    let answer = exchange.refused(sampleRefusal(status: 503, code: code, retryAfter: 5))
    #expect(answer.status == 503 && answer.fields.map(\.name) == ["retry-after"])
    #expect(try StrictJSON.parseObject(answer.body)["errors"]?.array?.first?.object?["code"]?.string == "unavailable")
  }
}
