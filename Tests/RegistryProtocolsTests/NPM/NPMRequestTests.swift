import PublisherPolicy
import StrictParsers
import Testing
import TokenVerification

@testable import RegistryProtocols

@Suite("A request to an npm registry") struct NPMRequestTests {
  private static func sample(_ written: [String: [String]] = [:]) throws -> NPMProtocol {
    try NPMProtocol(
      RegistrySite(name: RegistryName("npm"), path: "/", upstreamURL: "http://registry:4873"),
      RegistryOptions(written, of: NPMProtocol.options))
  }

  /// The path as the gateway would hand it on, which reads `@scope%2fname` as one segment.
  private static func routed(_ method: String, _ target: String, _ fields: [(String, String)] = []) throws -> RoutedRequest {
    let head = try head(method, target, fields + (["PUT", "POST", "PATCH"].contains(method) ? [("Content-Length", "0")] : []))
    let path = try RequestPath(head.target.path, allowing: NPMProtocol.pathRules)
    return RoutedRequest(
      head,
      RoutedPath(
        raw: ExactString(String(decoding: path.bytes, as: UTF8.self)),
        segments: path.segments.map(\.text) + (path.hasTrailingSlash ? [""] : []), query: nil))
  }

  @Test(
    "is an upload, an exchange, a read or a question to the gateway by its method and path, and nothing else",
    arguments: [
      ("PUT", "/acme", "publish /acme"), ("PUT", "/@acme%2fwidgets", "publish /@acme%2fwidgets"),
      ("PUT", "/@acme%2Fwidgets", "publish /@acme%2fwidgets"),
      ("PUT", "/@acme/widgets", "publish /@acme%2fwidgets"), ("PUT", "/%40acme%2Fwidgets", "publish /@acme%2fwidgets"),
      ("POST", "/-/npm/v1/oidc/token/exchange/package/acme", "exchange"),
      ("POST", "/-/npm/v1/oidc/token/exchange/package/@acme%2fwidgets", "exchange"),
      ("GET", "/-/whoami", "local"), ("GET", "/-/package/acme/visibility", "local"),
      ("GET", "/-/package/@acme%2fwidgets/visibility", "local"),
      ("GET", "/acme", "document"), ("GET", "/@acme%2fwidgets", "document"), ("GET", "/@acme/widgets", "document"),
      ("GET", "/acme/-/acme-1.0.0.tgz", "read"),
      ("GET", "/-/v1/search", "read"), ("GET", "/-/ping", "read"), ("HEAD", "/acme", "document"),
      ("PUT", "/acme/-rev/1", "route.not-publishing"), ("DELETE", "/acme/-rev/1", "route.not-publishing"),
      ("PUT", "/a/b", "route.not-publishing"),
      ("PUT", "/-/package/acme/dist-tags/latest", "route.not-publishing"), ("PUT", "/-/user/org.couchdb.user:x", "route.not-publishing"),
      ("PUT", "/-/x", "route.not-publishing"), ("PUT", "/", "route.not-publishing"), ("PUT", "/.acme", "route.not-publishing"),
      ("PUT", "/acme/", "route.not-publishing"),
      ("POST", "/acme", "route.method-not-allowed"), ("OPTIONS", "/acme", "route.method-not-allowed"),
      ("GET", "/-/npm/v1/oidc/token/exchange/package/acme", "route.method-not-allowed"),
      ("POST", "/-/npm/v1/oidc/token/exchange/package", "route.not-found"),
      ("POST", "/-/npm/v1/oidc/token/exchange/package/a/b", "route.not-found"),
    ])
  func routes(method: String, target: String, expected: String) throws {
    let (npm, asked) = (try Self.sample(), try Self.routed(method, target))
    let found: String
    do throws(RouteRefusal) {
      switch try npm.route(asked) {
      case .publish(let route):
        var exchange = route.exchange
        found = "publish \(exchange.begin(nil).target)"
      case .token(let endpoint): found = endpoint.purpose == .issue(.oncePerPackage) ? "exchange" : ""
      case .read(let read): found = read.document == nil ? "read" : "document"
      case .local: found = "local"
      }
    } catch {
      found = error.code.rawValue
    }
    #expect(found == expected)
  }

  @Test("has the exchange at the root of the host, after one slash or two") func exchange() throws {
    let bearer = [("Authorization", "Bearer a.b.c")]
    let asked = try Self.routed("POST", "/-/npm/v1/oidc/token/exchange/package/@acme%2fwidgets", bearer)
    guard case .token(let endpoint) = try Self.sample().originRoute(asked) else { throw RouteRefusal.notFound }
    let read = try endpoint.request(asked, body: [])
    #expect(read.token == Array("a.b.c".utf8) && read.package == "@acme/widgets" && endpoint.bodyLimit == 0)
    for (fields, expected) in [
      ([], .missing(challenged: false)), (bearer + bearer, .repeated), ([("Authorization", "Basic YTpi")], .unknownScheme),
    ] as [([(String, String)], CredentialRefusal)] {
      #expect(throws: expected) { try endpoint.request(Self.routed("POST", "/x", fields), body: []) }
    }
    #expect(try Self.sample().originRoute(Self.routed("GET", "/acme")) == nil)
  }

  @Test(
    "is refused in words that npm shows, and never by a challenge", arguments: [(401, 403), (403, 403), (404, 404), (405, 405), (503, 503)])
  func refusals(status: Int, expected: Int) throws {
    let answer = NPMProtocol.response(refusing: sampleRefusal(status: status))
    #expect(answer.status == expected && !answer.fields.contains { $0.name == "www-authenticate" })
    #expect(answer.fields.first { $0.name == "npm-notice" }?.value == answer.reason)
    #expect(try StrictJSON.parseObject(answer.body)["error"]?.string?.text.hasPrefix("this publisher may not publish acme") == true)
  }

  @Test("asks for statements where they are passed on") func visibility() throws {
    let npm = try Self.sample(["attestations": ["pass"]])
    guard case .read = try npm.route(Self.routed("GET", "/-/package/acme/visibility")) else { throw RouteRefusal.notFound }
  }

  @Test(
    "asks the registry for a package's versions",
    arguments: [
      (200, #"{"versions":{"1.0.0":{}}}"#, Existence.exists, Existence.exists), (200, #"{"versions":{"2.0.0":{}}}"#, .exists, .absent),
      (200, "<html>", .exists, .unknown), (404, "", .absent, .absent), (403, "", .unknown, .unknown),
    ])
  func existence(status: Int, body: String, package: Existence, file: Existence) throws {
    let name = try #require(NPMName("@acme/widgets"))
    let target = NPMProtocol.target(in: RegistryName("npm"), name, try #require(SemanticVersion("1.0.0")))
    #expect(target.file == "widgets-1.0.0.tgz")
    let answer = ExistenceProbe.Answer(status: status, location: nil, authority: "registry", body: Array(body.utf8))
    for (subject, expected) in [(ExistenceProbe.Subject.package, package), (.file, file)] {
      let probes = NPMPackument.probes(subject, target)
      #expect(probes.map(\.path) == ["/@acme%2fwidgets"] && probes.map { $0.meaning(answer) } == [expected])
    }
  }
}
