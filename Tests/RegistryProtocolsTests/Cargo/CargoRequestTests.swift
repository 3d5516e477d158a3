import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import RegistryProtocols

@Suite("A request to a registry of crates") struct CargoRequestTests {
  private static let sized = [("Content-Length", "0")]

  @Test(
    "is an upload, an exchange or a read by its method and path, and nothing else",
    arguments: [
      ("PUT", "/api/v1/crates/new", "publish"), ("PUT", "/api/v1/crates/new?x=1", "publish"),
      ("POST", "/api/v1/trusted_publishing/tokens", "issue"),
      ("DELETE", "/api/v1/trusted_publishing/tokens", "revoke"), ("GET", "/config.json", "document"),
      ("HEAD", "/index/config.json", "document"),
      ("GET", "/x/config.json", "rewritten"), ("GET", "/api/v1/crates/acme/config.json", "rewritten"), ("GET", "/x/1/a", "read"),
      ("GET", "/index/index/ac/me/acme", "read"), ("GET", "/Index/ac/me/acme", "read"),
      ("GET", "/api/v1/crates/ac/me/acme", "acme"), ("GET", "/api/v1/crates/config.json", "document"),
      ("GET", "/ac/me/acme_widgets", "acme-widgets"),
      ("GET", "/index/AC/me/Acme_widgets", "acme-widgets"),
      ("GET", "/1/a", "a"), ("GET", "/2/ab", "ab"), ("GET", "/3/a/abc", "abc"), ("GET", "/ab/cd/abcd", "abcd"), ("GET", "/2/a", "read"),
      ("GET", "/ab/abc", "read"),
      ("GET", "/ac/mx/acme", "read"), ("GET", "/api/v1/crates/acme/1.0.0/download", "read"), ("GET", "/api/v1/crates?q=acme", "read"),
      ("GET", "/api/v1/crates/acme/owners", "read"), ("GET", "/", "read"), ("GET", "/me", "read"),
      ("DELETE", "/api/v1/crates/acme/1.0.0/yank", "route.not-publishing"),
      ("PUT", "/api/v1/crates/acme/1.0.0/unyank", "route.not-publishing"),
      ("PUT", "/api/v1/crates/acme/owners", "route.not-publishing"), ("DELETE", "/api/v1/crates/acme/owners", "route.not-publishing"),
      ("PUT", "/api/v1/crates/new/", "route.not-publishing"), ("PUT", "/api/v1/crates/New", "route.not-publishing"),
      ("DELETE", "/api/v1/crates/new", "route.upload-elsewhere"),
      ("PUT", "/", "route.upload-elsewhere"), ("PUT", "/crates/new", "route.upload-elsewhere"), ("DELETE", "/me", "route.upload-elsewhere"),
      ("POST", "/api/v1/crates/new", "route.method-not-allowed"), ("PATCH", "/api/v1/crates/acme", "route.method-not-allowed"),
      ("OPTIONS", "/", "route.method-not-allowed"), ("GET", "/api/v1/trusted_publishing/tokens", "route.method-not-allowed"),
      ("PUT", "/api/v1/trusted_publishing/tokens", "route.method-not-allowed"),
    ])
  func routes(method: String, target: String, expected: String) throws {
    let fields = ["PUT", "POST", "PATCH"].contains(method) ? Self.sized : []
    let (cargo, asked) = (try sampleCargo(), try request(method, target, fields))
    let found: String
    do throws(RouteRefusal) {
      switch try cargo.route(asked) {
      case .publish: found = "publish"
      case .token(let endpoint): found = endpoint.purpose == .revoke ? "revoke" : "issue"
      case .read(let read):
        switch read.access {
        case .granted(.registry): found = read.document == nil ? "" : "document"
        case .granted(.package(let package)): found = package.canonical.text
        case .client: found = read.document == nil ? "read" : "rewritten"
        }
      case .local: found = "local"
      }
    } catch {
      found = error.code.rawValue
    }
    #expect(found == expected)
  }

  @Test("reads with the service credential only where the operator says the index is")
  func places() throws {
    let cargo = try sampleCargo(index: "/crates")
    for (target, isGranted) in [
      ("/crates/config.json", true), ("/crates/1/a", true), ("/config.json", false), ("/1/a", false), ("/index/config.json", false),
    ] {
      guard case .read(let read) = try cargo.route(request("GET", target)) else { throw RouteRefusal.notFound }
      #expect((read.access != .client) == isGranted, "\(target)")
    }
  }

  @Test("has the exchange at the root of the host") func origin() throws {
    guard case .token = try sampleCargo(prefix: "/x/").originRoute(request("POST", "/api/v1/trusted_publishing/tokens", Self.sized)) else {
      throw RouteRefusal.notFound
    }
    #expect(try sampleCargo().originRoute(request("GET", "/config.json")) == nil)
  }

  @Test("is told where crates are published to") func elsewhere() throws {
    #expect(throws: RouteRefusal.uploadElsewhere(.paths(["/x/api/v1/crates/new"]))) {
      try sampleCargo(prefix: "/x/").route(request("PUT", "/new", Self.sized))
    }
  }

  @Test("becomes one request to the registry") func upstream() throws {
    guard case .publish(let route) = try sampleCargo().route(request("PUT", "/api/v1/crates/new?a=b", Self.sized)) else {
      throw RouteRefusal.notFound
    }
    var exchange = route.exchange
    let sent = exchange.begin(InspectedUpload(target: sampleTarget, contentType: "a/b", segments: [.artifact]))
    #expect(sent.method == .put && sent.target == "/api/v1/crates/new")
  }

  @Test(
    "is refused where the answer has errors, whatever its status is",
    arguments: [
      (200, #"{"errors":[{"detail":"x"}]}"#, true), (201, #"{"errors":[{}],"warnings":{}}"#, true), (200, #"{"errors":[]}"#, true),
      (200, #"{"errors":[],"errors":[{"detail":"x"}]}"#, true), (200, #"{"errors":[{"detail":"x"}],"errors":null}"#, true),
      (200, #"{"errors":null}"#, false), (200, #"{"warnings":{},"warnings":{}}"#, false),
      (200, #"{"warnings":{"other":["errors"]}}"#, false), (200, "", false), (200, "errors", false),
      (400, #"{"errors":[{"detail":"x"}]}"#, false),
    ])
  func errors(status: Int, body: String, isRefusal: Bool) throws {
    let links = LinkRewrite(upstreamOrigin: "http://registry", upstreamPath: "", publicOrigin: "https://upload.example.com", publicPath: "")
    let answer = UpstreamResponse(status: status, fields: try head().fields, body: Array(body.utf8), links: links)
    switch CargoUpload().next(after: answer) {
    case .relay: #expect(!isRefusal)
    case .refuse(let status): #expect(isRefusal && status == 400)
    case .send, .respond, .relayAs: Issue.record("goes on")
    }
  }

  // MARK: Credentials

  private static let jws = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"

  @Test(
    "has its token alone, or after a scheme",
    arguments: [
      (jws, nil), ("Bearer \(jws)", nil), ("bearer   \(jws)", nil), ("BEARER \(jws)", nil), ("token \(jws)", nil),
      ("svc-token", .notAccepted),
      ("Bearer svc-token", .notAccepted), ("", .missing(challenged: false)), ("impr_x", .malformedUploadToken),
      ("Bearer impr_x", .malformedUploadToken), ("Basic impr_x", .malformed), ("Scheme \(jws)", .unknownScheme), ("a b", .unknownScheme),
      ("Bearer", .notAccepted), ("Basic YTpi", .notAccepted),
    ] as [(String, CredentialRefusal?)])
  func credentials(value: String, expected: CredentialRefusal?) throws {
    let request = try request("PUT", "/api/v1/crates/new", [("Content-Length", "0"), ("Authorization", value)])
    let cargo = try sampleCargo()
    do throws(CredentialRefusal) {
      guard case .oidc(let token) = try cargo.credential(of: request) else { throw .malformed }
      #expect(expected == nil && token == Array(Self.jws.utf8))
    } catch {
      #expect(error == expected)
    }
  }

  @Test("has one token") func repeated() throws {
    let fields = [("Authorization", Self.jws), ("Authorization", Self.jws)]
    #expect(throws: CredentialRefusal.repeated) { try sampleCargo().credential(of: request("GET", "/", fields)) }
    #expect(throws: CredentialRefusal.missing(challenged: false)) { try sampleCargo().credential(of: request("GET", "/")) }
  }

  // MARK: The exchange

  @Test(
    "exchanges the token in its body",
    arguments: [
      (#"{"jwt":"a.b.c"}"#, true), (#"{"jwt":"a.b.c","more":1}"#, true), ("{}", false), (#"{"jwt":1}"#, false),
      (#"{"token":"a.b.c"}"#, false),
      ("", false), ("a.b.c", false), (#"{"jwt":"a","jwt":"b"}"#, false),
    ])
  func exchange(body: String, isRead: Bool) throws {
    let endpoint = CargoTokens(purpose: .issue(.oncePerToken))
    let routed = try request("POST", "/api/v1/trusted_publishing/tokens", Self.sized)
    if isRead {
      let read = try endpoint.request(routed, body: Array(body.utf8))
      #expect(read.token == Array("a.b.c".utf8) && read.package == nil)
    } else {
      #expect(throws: CredentialRefusal.missingExchangeMember("jwt")) { try endpoint.request(routed, body: Array(body.utf8)) }
    }
  }

  @Test("ends the token in its head", arguments: ["impr_x", "Bearer impr_x", "bearer  impr_x"]) func revocation(value: String) throws {
    let endpoint = CargoTokens(purpose: .revoke)
    #expect(endpoint.bodyLimit == 0 && endpoint.revoked().status == 204)
    let read = try endpoint.request(request("DELETE", "/api/v1/trusted_publishing/tokens", [("Authorization", value)]), body: [])
    #expect(read.token == Array("impr_x".utf8))
    #expect(throws: CredentialRefusal.missing(challenged: true)) { try endpoint.request(request("DELETE", "/"), body: []) }
  }

  @Test(
    "is refused as crates.io refuses it",
    arguments: [
      (TokenPurpose.issue(.oncePerToken), 403, 400), (.issue(.oncePerToken), 401, 400), (.issue(.oncePerToken), 503, 503),
      (.revoke, 403, 400), (.revoke, 401, 401),
      (.revoke, 503, 503),
    ])
  func refusals(purpose: TokenPurpose, status: Int, expected: Int) throws {
    let answer = CargoTokens(purpose: purpose).refused(sampleRefusal(status: status, retryAfter: 3))
    #expect(answer.status == expected && answer.fields.map(\.value) == ["3"])
    let error = try StrictJSON.parseObject(answer.body)["errors"]?.array?.first?.object
    #expect(error?["detail"]?.string?.text.hasPrefix("this publisher may not publish acme") == true)
  }
}
