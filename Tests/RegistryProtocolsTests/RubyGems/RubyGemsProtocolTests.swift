import Digests
import PublisherPolicy
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import RegistryProtocols

@Suite("A gem server") struct RubyGemsProtocolTests {
  static let exchange = "/api/v1/oidc/trusted_publisher/exchange_token"

  private func upload(_ body: [UInt8], _ type: String?, attestations: Attestations = .drop, cut: Int? = nil) throws -> InspectedUpload {
    let request = try request("POST", "/api/v1/gems", type.map { [("Content-Type", $0)] } ?? [])
    guard case .publish(let route) = try sampleRubyGems(attestations: attestations).route(request), case .inspect(_, let make) = route.body
    else {
      throw RouteRefusal.notFound
    }
    var inspector = try make()
    var file: [UInt8] = []
    for range in [0..<(cut ?? 0), (cut ?? 0)..<body.count] {
      try inspector.receive(body.span.extracting(range)) { bytes in for index in bytes.indices { file.append(bytes[index]) } }
    }
    #expect(inspector.announcedTarget == nil && inspector.digestsToCompute.isEmpty)
    return try inspector.finish(artifact: file, digests: ArtifactHasher([]).finalize(), budget: .unlimited)
  }

  private static func form(_ parts: [String], gem: [UInt8] = SampleGem().bytes) -> [UInt8] {
    var body: [UInt8] = []
    for part in parts {
      body += Array("--b\r\nContent-Disposition: form-data; name=".utf8)
      body +=
        part == "gem"
        ? Array("\"gem\"; filename=\"/home/a b/pkg/x.gem\"\r\nContent-Type: application/octet-stream\r\n\r\n".utf8) + gem : Array(part.utf8)
      body += Array("\r\n".utf8)
    }
    return body + Array("--b--\r\n".utf8)
  }

  static let attested = "\"attestations\"\r\n\r\n[{\"mediaType\": \"x\"}]" + String(repeating: " ", count: 300)

  @Test(
    "takes a gem as the body, whatever the client calls it",
    arguments: ["application/octet-stream", "application/octet-stream; a=b", nil, "text/plain"])
  func raw(type: String?) throws {
    let upload = try upload(SampleGem().bytes, type, cut: 700)
    #expect(upload.target.file == "acme-1.2.3.gem" && upload.target.version?.written == "1.2.3")
    #expect(upload.contentType == "application/octet-stream" && upload.envelope.isEmpty && upload.segments.count == 1)
  }

  @Test(
    "takes a gem of any path", arguments: [#"C:\\pkg\\x.gem"#, #"pkg\\x.gem"#, "/pkg/x.gem", "x.gem", #"C:/a\\x.gem"#])
  func paths(path: String) throws {
    let gem = "\"gem\"; filename=\"\(path)\"\r\n\r\n"
    let body = Array("--b\r\nContent-Disposition: form-data; name=\(gem)".utf8) + SampleGem().bytes + Array("\r\n--b--\r\n".utf8)
    #expect(try upload(body, "multipart/form-data; boundary=b").target.file == "acme-1.2.3.gem")
  }

  @Test("takes a gem in a form, and its attestations only where they pass") func formed() throws {
    let form = Self.form(["gem", Self.attested])
    let dropped = try upload(form, "multipart/form-data; boundary=b", cut: 4_000)
    #expect(dropped.contentType == "application/octet-stream" && dropped.envelope.isEmpty)
    let passed = try upload(form, "multipart/form-data; boundary=b", attestations: .pass)
    #expect(passed.contentType == "multipart/form-data; boundary=0123456789abcdef0123456789abcdef" && passed.envelope.count == 2)
    let text = passed.envelope.map { String(decoding: $0, as: UTF8.self) }
    #expect(text[0].contains("name=\"gem\"; filename=\"acme-1.2.3.gem\"") && !text[0].contains("pkg"))
    #expect(text[1].contains("name=\"attestations\"") && text[1].contains("[{\"mediaType\": \"x\"}]"))
    #expect(try upload(Self.form(["gem"]), "multipart/form-data; boundary=b", attestations: .pass).envelope.isEmpty)
  }

  @Test(
    "takes no other form",
    arguments: [
      (["gem", "gem"], .unexpectedFile("gem")), ([RubyGemsProtocolTests.attested], .missingField("gem")),
      (["gem", "\"name\"\r\n\r\nacme"], .unknownField("name")),
      ([RubyGemsProtocolTests.attested, RubyGemsProtocolTests.attested], .repeatedField("attestations")),
      (["\"gem\"\r\n\r\nacme"], .unexpectedFile("gem")),
      (["\"attestations\"; filename=\"x\"\r\n\r\n[]"], .unexpectedFile("attestations")),
      (["\"attestations\"\r\n\r\n{}"], .malformedField("attestations")),
      (["\"attestations\"\r\n\r\n[{\"a\":1,\"a\":2}]"], .malformedField("attestations")),
      (["gem", RubyGemsProtocolTests.attested, RubyGemsProtocolTests.attested], .malformedForm(.tooManyParts)),
      (["\"gem\"; filename=\"a/..\"\r\n\r\n"], .malformedForm(.fileName)),
      (["\"gem\"; filename=\"a/\"\r\n\r\n"], .malformedForm(.fileName)),
      (["\"gem\"; filename=\"a\\\\\"\r\n\r\n"], .malformedForm(.fileName)),
      (["\"gem\"; filename=\"a\\b\"\r\n\r\n"], .malformedForm(.disposition)),
      (["\"gem\"; filename=\"a\\\\\\\"\r\n\r\n"], .malformedForm(.disposition)),
    ] as [([String], UploadRefusal)])
  func forms(parts: [String], refusal: UploadRefusal) {
    #expect(throws: refusal) { try upload(Self.form(parts), "multipart/form-data; boundary=b") }
  }

  @Test(
    "takes no form of another kind", arguments: ["multipart/mixed; boundary=b", "Multipart/Form-Data; boundary=b", "multipart/form-data"])
  func kinds(type: String) {
    #expect(throws: UploadRefusal.malformedForm(.mediaType)) { try upload(Self.form(["gem"]), type) }
  }

  @Test("reads what a file would publish") func file() throws {
    #expect(try sampleRubyGems().target(ofFile: "any.gem", SampleGem().bytes, .unlimited)?.file == "acme-1.2.3.gem")
    #expect(throws: UploadRefusal.self) { try sampleRubyGems().target(ofFile: "any.gem", [1], .unlimited) }
  }

  @Test("publishes by one request of its own") func push() throws {
    guard case .publish(let route) = try sampleRubyGems().route(request("POST", "/api/v1/gems")) else { throw RouteRefusal.notFound }
    var exchange = route.exchange
    let sent = exchange.begin(InspectedUpload(target: sampleTarget, contentType: "a/b", segments: [.artifact]))
    #expect(sent.method == .post && sent.target == "/api/v1/gems")
    let fields = try head().fields
    let links = LinkRewrite(upstreamOrigin: "http://a", upstreamPath: "", publicOrigin: "http://b", publicPath: "")
    for (body, asks) in [
      ("no", false), ("The API key doesn't have access to that", true), ("You have enabled multifactor authentication", true),
    ] {
      let own = UpstreamResponse(status: 403, fields: fields, body: Array(body.utf8), links: links, isToOwnCredential: true)
      guard case .relay = try exchange.next(after: own) else { throw RouteRefusal.notFound }
      let answer = UpstreamResponse(status: 403, fields: fields, body: Array(body.utf8), links: links)
      switch try exchange.next(after: answer) {
      case .relay: #expect(!asks)
      case .relayAs(let words): #expect(asks && String(decoding: words, as: UTF8.self) == "the registry says: \(body)")
      case .send, .respond, .refuse: Issue.record("another request")
      }
    }
  }

  @Test(
    "serves no other change",
    arguments: [
      ("DELETE", "/api/v1/gems/yank", .notPublishing), ("PUT", "/api/v1/gems/unyank", .notPublishing),
      ("PUT", "/api/v1/gems", .notPublishing),
      ("PATCH", "/api/v1/gems/acme/owners", .notPublishing), ("DELETE", "/api/v1/gems/acme/owners", .notPublishing),
      ("DELETE", "/api/v1/gems", .notPublishing), ("OPTIONS", "/api/v1/gems", .notPublishing),
      ("POST", "/api/v1/gems/acme/owners", .uploadElsewhere(.paths(["/g/api/v1/gems"]))),
      ("POST", "/api/v1/gems/", .uploadElsewhere(.paths(["/g/api/v1/gems"]))),
      ("POST", "/api/v1/api_key", .uploadElsewhere(.paths(["/g/api/v1/gems"]))),
      ("POST", "/", .uploadElsewhere(.paths(["/g/api/v1/gems"]))), ("POST", "/API/v1/gems", .uploadElsewhere(.paths(["/g/api/v1/gems"]))),
      ("GET", RubyGemsProtocolTests.exchange, .methodNotAllowed), ("DELETE", RubyGemsProtocolTests.exchange, .methodNotAllowed),
    ] as [(String, String, RouteRefusal)])
  func closed(method: String, target: String, refusal: RouteRefusal) throws {
    #expect(throws: refusal) { try sampleRubyGems(prefix: "/g/").route(request(method, target)) }
  }

  @Test(
    "passes reads with the client's own credential",
    arguments: ["/versions", "/info/acme", "/gems/acme-1.0.gem", "/api/v1/api_key", "/api/v1/gems"])
  func reads(target: String) throws {
    for method in ["GET", "HEAD"] {
      guard case .read(let route) = try sampleRubyGems().route(request(method, target)) else { throw RouteRefusal.notFound }
      #expect(route.access == .client && route.document == nil)
    }
  }

  @Test(
    "finds the credential where gem puts it",
    arguments: [
      ("a.b.c", .oidc), ("Bearer a.b.c", .oidc), ("Basic \(Base64.encode(Array("x:a.b.c".utf8)))", .oidc),
      ("own-key", .refused(.notAccepted)),
      ("rubygems_0123456789abcdef", .refused(.notAccepted)), ("Basic eDp5", .refused(.notAccepted)), ("Digest x", .refused(.unknownScheme)),
      ("", .refused(.malformed)), ("impr_short", .refused(.malformedUploadToken)),
    ] as [(String, Expected)])
  func credentials(value: String, expected: Expected) throws {
    let routed = try request("POST", "/api/v1/gems", [("Authorization", value)])
    do {
      guard case .oidc(let token) = try sampleRubyGems().credential(of: routed) else { throw CredentialRefusal.malformed }
      #expect(expected == .oidc && token == Array("a.b.c".utf8))
    } catch let refusal as CredentialRefusal {
      #expect(expected == .refused(refusal))
    }
  }

  enum Expected: Equatable { case oidc, refused(CredentialRefusal) }

  @Test("misses a credential that is not there, or there twice") func noCredential() throws {
    #expect(throws: CredentialRefusal.missing(challenged: false)) { try sampleRubyGems().credential(of: request("POST", "/api/v1/gems")) }
    let twice = try request("POST", "/api/v1/gems", [("Authorization", "a.b.c"), ("Authorization", "a.b.c")])
    #expect(throws: CredentialRefusal.repeated) { try sampleRubyGems().credential(of: twice) }
  }

  @Test("exchanges a token as the official helper asks") func exchanges() throws {
    guard case .token(let endpoint) = try #require(try sampleRubyGems().originRoute(request("POST", Self.exchange))) else {
      throw RouteRefusal.notFound
    }
    let routed = try request("POST", Self.exchange)
    #expect(endpoint.purpose == .issue(.oncePerToken))
    #expect(try endpoint.request(routed, body: Array(#"{"jwt":"a.b.c","more":1}"#.utf8)).token == Array("a.b.c".utf8))
    for body in ["", "{}", #"{"jwt":1}"#, #"{"jwt":"a","jwt":"b"}"#, "jwt=a.b.c", #"["a"]"#] {
      #expect(throws: CredentialRefusal.malformedExchange) { try endpoint.request(routed, body: Array(body.utf8)) }
    }
    #expect(endpoint.revoked().status == 204)
    #expect(try sampleRubyGems().originRoute(request("POST", "/api/v1/oidc/other")) == nil)
  }

  @Test(
    "tells the helper why it refuses, never by a 404",
    arguments: [(404, 403), (401, 403), (403, 403), (400, 400), (405, 403), (413, 413), (429, 429), (503, 503), (500, 500)])
  func refusedExchange(status: Int, told: Int) throws {
    let answer = GemKeyExchange().refused(sampleRefusal(status: status, retryAfter: 5))
    let body = try StrictJSON.parseObject(answer.body)
    #expect(
      answer.status == told && body["message"]?.string == body["error"]?.string && body["reason"]?.string == "scope.package-not-allowed")
    #expect(body["message"]?.string?.text.hasPrefix("this publisher may not publish acme") == true)
    #expect(answer.fields.contains { $0.name == "retry-after" && $0.value == "5" })
    let malformed = GemKeyExchange().refused(sampleRefusal(status: 400, code: "credential.malformed-exchange"))
    #expect(try StrictJSON.parseObject(malformed.body)["message"]?.string?.text.contains("jwt") == true)
  }

  @Test("says in plain text why it refuses, and never asks a question") func refusals() {
    let answer = sampleRubyGems().response(refusing: sampleRefusal(retryAfter: 7), to: nil)
    #expect(answer.status == 403 && answer.contentType == "text/plain" && answer.fields.contains { $0.name == "retry-after" })
    let text = String(decoding: answer.body, as: UTF8.self)
    #expect(text == "this publisher may not publish acme (scope.package-not-allowed, request 01J8)\n")
    #expect(!GemPush.questions.contains { text.hasPrefix($0) })
  }

  @Test("is asked for a gem by its indexes, and for a file by its specification and itself") func probes() throws {
    let target = try SampleGem(metadata: SampleGem.first + "name: acme\n\(SampleGem.version)platform: jruby\n").specification().target(
      in: sampleRegistry)
    let routed = try request("POST", "/api/v1/gems")
    let package = sampleRubyGems().probes(.package, target, for: routed)
    #expect(package.map(\.path) == ["/info/acme", "/api/v1/dependencies?gems=acme"] && package.allSatisfy { $0.method == .get })
    let file = sampleRubyGems().probes(.file, target, for: routed)
    #expect(
      file.map(\.path) == [
        "/quick/Marshal.4.8/acme-1.2.3-java.gemspec.rz", "/gems/acme-1.2.3-java.gem", "/quick/Marshal.4.8/acme-1.2.3-jruby.gemspec.rz",
        "/gems/acme-1.2.3-jruby.gem", "/info/acme",
      ])
    #expect(file.dropLast().allSatisfy { $0.method == .get && $0.bodyLimit == 0 } && package.allSatisfy { $0.bodyLimit > 0 })
    func answer(_ status: Int, _ body: [UInt8]) -> ExistenceProbe.Answer {
      .init(status: status, location: nil, authority: "a", body: body)
    }
    func info(_ status: Int, _ body: String) -> Existence { package[0].meaning(answer(status, Array(body.utf8))) }
    #expect(info(200, "---\n1.0 |checksum:0\n") == .exists && info(200, "---\n") == .absent && info(404, "") == .absent)
    #expect(info(200, "<html>") == .unknown && info(500, "") == .unknown && info(401, "") == .unknown)
    func dependencies(_ status: Int, _ body: [UInt8]) -> Existence { package[1].meaning(answer(status, body)) }
    #expect(dependencies(200, [4, 8, 0x5B, 0]) == .absent && dependencies(200, [4, 8, 0x5B, 6, 0x7B]) == .exists)
    #expect(
      dependencies(200, [4, 8]) == .unknown && dependencies(404, []) == .absent && dependencies(200, Array("<html>".utf8)) == .unknown)
    #expect(file[0].meaning(answer(200, [1])) == .exists && file[0].meaning(answer(404, [])) == .absent)
    #expect(file[4].bodyLimit > 0)
  }

  @Test(
    "has a file where its index lists an equal version for the same platform",
    arguments: [
      ("java", "1.2.3-java", true), ("java", "1.2.3.0-java", true), ("java", "1.2.3", false), ("java", "1.2.3-x86_64-linux", false),
      ("x86_64-linux", "1.2.3.0.0-x86_64-linux", true), ("ruby", "1.2.3", true), ("ruby", "1.2.3.0", true), ("ruby", "1.2.3.1", false),
      ("ruby", "1.2.3-java", false), ("ruby", "1.2.3.pre", false), ("ruby", "-1.2.3", false), ("ruby", "", false),
    ])
  func equalVersions(platform: String, listed: String, isThere: Bool) throws {
    let target = try SampleGem(metadata: SampleGem.first + "name: acme\n\(SampleGem.version)platform: \(platform)\n").specification()
      .target(
        in: sampleRegistry)
    let probe = try #require(sampleRubyGems().probes(.file, target, for: try request("POST", "/api/v1/gems")).last)
    func found(_ status: Int, _ body: String) -> Existence {
      probe.meaning(.init(status: status, location: nil, authority: "a", body: Array(body.utf8)))
    }
    #expect(found(200, "---\n0.1 |checksum:0\n\(listed) rack:>= 1|checksum:0\n") == (isThere ? .exists : .absent))
    #expect(found(404, "") == .absent && found(500, "") == .unknown && found(200, "<html>") == .absent)
  }
}
