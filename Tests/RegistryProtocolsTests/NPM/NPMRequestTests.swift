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
      ("POST", "/-/stage/package/acme", "route.not-publishing"), ("POST", "/-/stage/package/@acme%2fwidgets", "route.not-publishing"),
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

  private static func target(_ name: String, _ version: String = "1.0.0") throws -> PublishTarget {
    NPMProtocol.target(
      in: RegistryName("npm"), try #require(NPMName(ExactString(name))), try #require(SemanticVersion(ExactString(version))))
  }

  private static func answer(_ status: Int, _ body: String) -> ExistenceProbe.Answer {
    .init(status: status, location: nil, authority: "registry", body: Array(body.utf8))
  }

  @Test(
    "asks the registry for a package's versions",
    arguments: [
      (200, #"{"versions":{"1.0.0":{}}}"#, Existence.exists, Existence.exists), (200, #"{"versions":{"2.0.0":{}}}"#, .exists, .absent),
      (200, #"{"name":"@acme/widgets","versions":{"1.0.0+other":{}}}"#, .exists, .exists),
      (200, #"{"name":"@acme/widgets","versions":{"1.0.0-rc.1":{"1.0.0":{}},"0.1.0":{"versions":{"1.0.0":{}}}}}"#, .exists, .absent),
      (200, #"{"versions":{"1.0.0":{}},"name":"@Acme/widgets"}"#, .exists, .existsAs("@Acme/widgets")),
      (200, "<html>", .exists, .unknown), (200, #"{"versions":{"1.0.0":{}"#, .exists, .unknown), (404, "", .absent, .absent),
      (403, "", .unknown, .unknown),
    ])
  func existence(status: Int, body: String, package: Existence, file: Existence) throws {
    for version in ["1.0.0", "1.0.0+evil"] {
      let target = try Self.target("@acme/widgets", version)
      #expect(target.file == ExactString("widgets-\(version).tgz") && target.version?.canonical == "1.0.0")
      for (subject, expected) in [(ExistenceProbe.Subject.package, package), (.file, file)] {
        let probes = NPMPackument.probes(subject, target)
        #expect(probes.map(\.path) == ["/@acme%2fwidgets"] && probes.map { $0.meaning(Self.answer(status, body)) } == [expected])
        // A package with many versions is not read to know that it is there.
        #expect((probes[0].bodyLimit == 0) == (subject == .package))
      }
    }
  }

  @Test(
    "asks for a name with capitals as it is written, and in lower case, and takes neither for the other",
    arguments: [
      ("", "", .absent, .absent), ("Acme", "", .exists, .exists), ("", "acme", .existsAs("acme"), .existsAs("acme")),
      ("Acme", "acme", .exists, .exists), ("acme", "acme", .existsAs("acme"), .existsAs("acme")),
    ] as [(String, String, Existence, Existence)])
  func spellings(written: String, plain: String, package: Existence, file: Existence) throws {
    let target = try Self.target("Acme")
    for (subject, expected) in [(ExistenceProbe.Subject.package, package), (.file, file)] {
      let probes = NPMPackument.probes(subject, target)
      #expect(probes.map(\.path) == ["/Acme", "/acme"])
      let found = zip(probes, [written, plain]).map { probe, name in
        probe.meaning(name.isEmpty ? Self.answer(404, "") : Self.answer(200, #"{"name":"\#(name)","versions":{"1.0.0":{}}}"#))
      }
      #expect(found.reduce(.absent) { $0 || $1 } == expected)
    }
  }

  @Test("finds a version among very many") func manyVersions() throws {
    let versions = (0..<20_000).map { #""0.\#($0).0":{"dist":{"tarball":"x","files":[1,2,3]},"scripts":{"a":"{"}}"# }.joined(separator: ",")
    let probe = try #require(NPMPackument.probes(.file, Self.target("acme", "0.19999.0")).first)
    #expect(probe.meaning(Self.answer(200, #"{"name":"acme","versions":{\#(versions)}}"#)) == .exists)
    #expect(probe.bodyLimit == 64 << 20)
  }
}
