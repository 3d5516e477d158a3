import Digests
import PublisherPolicy
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import RegistryProtocols

@Suite("A registry of NuGet's") struct NuGetProtocolTests {
  static let exchange = "/api/v2/token"
  private static let dotnet =
    "Content-Type: application/octet-stream\r\nContent-Disposition: form-data; name=package; filename=package.nupkg; filename*=utf-8''package.nupkg"

  private func upload(
    _ part: String, _ path: String = "/api/v2/package/", type: String? = "multipart/form-data; boundary=\"b\"", end: String = "\r\n",
    more: String = "", package: SampleNuGet = SampleNuGet()
  ) throws
    -> InspectedUpload
  {
    let routed = try request("PUT", path, type.map { [("Content-Type", $0)] } ?? [])
    guard case .publish(let route) = try sampleNuGet().route(routed), case .inspect(_, let make) = route.body else {
      throw RouteRefusal.notFound
    }
    var inspector = try make()
    let body = Array("--b\r\n\(part)\r\n\r\n".utf8) + package.bytes + Array("\(end)--b\(more)--\r\n".utf8)
    var file: [UInt8] = []
    for range in [0..<500, 500..<body.count] {
      try inspector.receive(body.span.extracting(range)) { bytes in for index in bytes.indices { file.append(bytes[index]) } }
    }
    #expect(inspector.announcedTarget == nil && inspector.digestsToCompute.isEmpty && inspector.bufferedBytes == 0)
    return try inspector.finish(artifact: file, digests: ArtifactHasher([]).finalize(), budget: .unlimited)
  }

  @Test(
    "takes a form of one part, as clients of each age write it",
    arguments: [
      (NuGetProtocolTests.dotnet, "\r\n"),
      ("Content-Disposition: form-data; name=\"package\"; filename=\"package\"\r\nContent-Type: application/octet-stream", "\n"),
      ("Content-Disposition: form-data; name=\"file\"; filename=\"a.nupkg\"", "\r\n"),
    ])
  func forms(part: String, end: String) throws {
    let upload = try upload(part, end: end)
    #expect(
      upload.target.file == "acme.1.2.3.nupkg" && upload.contentType == "multipart/form-data; boundary=0123456789abcdef0123456789abcdef")
    #expect(
      String(decoding: upload.envelope[0], as: UTF8.self).contains("name=\"package\"; filename=\"acme.1.2.3.nupkg\"")
        && upload.envelope.count == 2)
    #expect(try self.upload(part, "/api/v2/symbolpackage", end: end, package: .symbols()).target.file == "acme.1.2.3.snupkg")
  }

  @Test("takes each kind at its own place") func kinds() {
    #expect(throws: UploadRefusal.metadataMismatch("packageType")) { try upload(Self.dotnet, "/api/v2/symbolpackage") }
    #expect(throws: UploadRefusal.metadataMismatch("packageType")) { try upload(Self.dotnet, package: .symbols()) }
  }

  @Test("takes no other form") func otherForms() {
    #expect(throws: UploadRefusal.missingField("package")) { try upload("Content-Disposition: form-data; name=\"package\"") }
    #expect(throws: UploadRefusal.malformedForm(.fileName)) { try upload("Content-Disposition: form-data; name=a; filename=\"a/b\"") }
    #expect(throws: UploadRefusal.malformedForm(.tooManyParts)) { try upload(Self.dotnet, more: "\r\n\(Self.dotnet)\r\n\r\nx\r\n--b") }
    for type in [nil, "application/octet-stream", "multipart/mixed; boundary=b"] {
      #expect(throws: UploadRefusal.malformedForm(.mediaType)) { try upload(Self.dotnet, type: type) }
    }
  }

  @Test("says what a file would publish, by its suffix") func files() throws {
    #expect(try sampleNuGet().target(ofFile: "x.nupkg", SampleNuGet().bytes, .unlimited)?.file == "acme.1.2.3.nupkg")
    #expect(try sampleNuGet().target(ofFile: "x.SNUPKG", SampleNuGet.symbols().bytes, .unlimited)?.file == "acme.1.2.3.snupkg")
  }

  @Test(
    "takes pushes where clients send them",
    arguments: [
      ("/api/v2/package", true), ("/api/v2/package/", true), ("/", true), ("", true), ("/api/v2/symbolpackage/", true),
      ("/symbolpackage", true), ("/api/v2/package/a/1.0", false),
      ("/v3/index.json", false), ("/package", false), ("/api/v2/package//", false),
    ])
  func places(path: String, isTaken: Bool) throws {
    let raw = RoutedPath(
      raw: ExactString(path),
      segments: path.isEmpty ? [] : path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { ExactString($0) },
      query: nil)
    let routed = RoutedRequest(try head("PUT", "/x"), raw)
    if isTaken {
      guard case .publish = try sampleNuGet(prefix: "/n/").route(routed) else { throw RouteRefusal.notFound }
    } else {
      #expect(throws: RouteRefusal.uploadElsewhere(.paths(["/n/api/v2/package", "/n/api/v2/symbolpackage"]))) {
        try sampleNuGet(prefix: "/n/").route(routed)
      }
    }
  }

  @Test(
    "serves no other change",
    arguments: [
      ("DELETE", "/api/v2/package/a/1.0", .notPublishing), ("POST", "/api/v2/package/a/1.0", .notPublishing), ("POST", "/", .notPublishing),
      ("PATCH", "/api/v2/package", .methodNotAllowed), ("OPTIONS", "/", .methodNotAllowed),
      ("GET", NuGetProtocolTests.exchange, .methodNotAllowed),
      ("DELETE", NuGetProtocolTests.exchange, .methodNotAllowed),
    ] as [(String, String, RouteRefusal)])
  func closed(method: String, path: String, refusal: RouteRefusal) {
    #expect(throws: refusal) { try sampleNuGet().route(request(method, path)) }
  }

  @Test("refuses symbols where they are not to be") func noSymbols() throws {
    #expect(throws: RouteRefusal.uploadElsewhere(.paths(["/api/v2/package"]))) {
      try sampleNuGet(symbols: .refuse).route(request("PUT", "/api/v2/symbolpackage"))
    }
  }

  @Test(
    "finds the credential where clients put it",
    arguments: [
      ([("X-NuGet-ApiKey", "a.b.c")], nil), ([("X-NuGet-ApiKey", "a.b.c"), ("Authorization", "Basic eDp5")], nil),
      ([("Authorization", "Basic \(Base64.encode(Array("x:a.b.c".utf8)))")], nil),
      ([("X-NuGet-ApiKey", "own-key")], .notAccepted), ([], .missing(challenged: false)),
      ([("X-NuGet-ApiKey", "a.b.c"), ("X-NuGet-ApiKey", "a.b.c")], .repeated),
      ([("X-NuGet-ApiKey", "impr_short")], .malformedUploadToken),
    ] as [([(String, String)], CredentialRefusal?)])
  func credentials(fields: [(String, String)], refusal: CredentialRefusal?) throws {
    let routed = try request("PUT", "/api/v2/package", fields)
    let hasKey = fields.contains { $0.0 == "X-NuGet-ApiKey" }
    #expect(sampleNuGet().credentialField(of: routed) == (hasKey ? "x-nuget-apikey" : "authorization"))
    do throws(CredentialRefusal) {
      guard case .oidc(let token) = try sampleNuGet().credential(of: routed) else { throw .malformed }
      #expect(refusal == nil && token == Array("a.b.c".utf8))
    } catch { #expect(error == refusal) }
  }

  @Test("tells a refusal by the reason phrase and a field") func refusals() {
    let refusal = sampleRefusal(retryAfter: 7)
    let answer = sampleNuGet().response(refusing: refusal, to: nil)
    #expect(answer.reason == refusal.reason && answer.fields.contains { $0.name == "x-nuget-warning" && $0.value == refusal.reason })
    #expect(sampleNuGet().response(refusing: sampleRefusal(status: 405), to: nil).fields.contains { $0.name == "allow" })
  }

  // MARK: - The exchange

  private static func ask(_ fields: [(String, String)], _ body: String) throws -> TokenRequest {
    let routed = try request("POST", exchange, fields)
    guard case .token(let endpoint) = try #require(try sampleNuGet().originRoute(routed)) else { throw RouteRefusal.notFound }
    #expect(endpoint.purpose == .issue(.oncePerToken) && endpoint.revoked().status == 204)
    return try endpoint.request(routed, body: Array(body.utf8))
  }

  @Test("exchanges a token as the official helper asks") func exchanges() throws {
    let body = #"{"username":"someone","tokenType":"ApiKey"}"#
    let json = ("Content-Type", "application/json; charset=utf-8")
    let token = ("Authorization", "Bearer a.b.c")
    #expect(try Self.ask([json, token], body).token == Array("a.b.c".utf8))
    #expect(try sampleNuGet().originRoute(request("POST", "/api/v2/other")) == nil)
    for (fields, refusal) in [
      ([json], .missing(challenged: true)), ([json, token, token], .repeated), ([json, ("Authorization", "Basic x")], .unknownScheme),
      ([json, ("Authorization", "Bearer2 x")], .unknownScheme), ([json, ("Authorization", "Bearer")], .malformed),
      ([json, ("Authorization", "Bearer a b")], .malformed),
      ([token], .exchangeMediaType), ([token, ("Content-Type", ";;;;;")], .exchangeMediaType),
      ([token, ("Content-Type", "text/plain")], .exchangeMediaType),
    ] as [([(String, String)], CredentialRefusal)] {
      #expect(throws: refusal) { try Self.ask(fields, body) }
    }
    for body in [
      "", "[]", "{}", #"{"username":"","tokenType":"ApiKey"}"#, #"{"username":1,"tokenType":"ApiKey"}"#, #"{"tokenType":"ApiKey"}"#,
    ] {
      #expect(throws: CredentialRefusal.missingExchangeMember("username")) { try Self.ask([json, token], body) }
    }
    for body in [#"{"username":"a"}"#, #"{"username":"a","tokenType":"apikey"}"#] {
      #expect(throws: CredentialRefusal.missingExchangeMember("tokenType, which must be ApiKey,")) { try Self.ask([json, token], body) }
    }
  }

  @Test(
    "tells the helper why it refuses",
    arguments: [
      (403, "token.expired", 401), (400, "credential.repeated", 401), (400, "credential.malformed-exchange", 400),
      (415, "credential.exchange-media-type", 415), (503, "state.unavailable", 503), (401, "credential.missing", 401),
    ])
  func refusedExchange(status: Int, code: String, told: Int) throws {
    let answer = NuGetTokens().refused(sampleRefusal(status: status, code: code))
    #expect(answer.status == told && answer.fields.contains { $0.name == "www-authenticate" } == (told == 401))
    #expect(try StrictJSON.parseObject(answer.body)["error"]?.string?.text.contains(code) == true && answer.reason.contains(code))
  }

  // MARK: - The registry's places

  @Test(
    "knows by its URL where it is",
    arguments: [
      (nil, "", "/api/v2/package/", "/v3/index.json"), ("http://h", "", "/api/v2/package/", "/v3/index.json"),
      ("http://h/api/v2/package", "", "/api/v2/package/", "/v3/index.json"),
      ("https://h:1/n/api/v2/Package", "/n", "/api/v2/package/", "/v3/index.json"), ("http://h/n", "/n", "/", "/v3/index.json"),
      ("http://h/v3/index.json", "", nil, "/v3/index.json"),
      ("http://h/n/index.json", "/n", nil, "/index.json"), ("http://h/api/nuget/v3/r/index.json", "/api/nuget/v3/r", nil, "/index.json"),
      ("http://h/n/V3/index.json", "/n", nil, "/V3/index.json"),
    ] as [(ExactString?, ExactString, ExactString?, ExactString)])
  func places(url: ExactString?, base: ExactString, push: ExactString?, index: ExactString) throws {
    let path = ExactString(
      url.map { $0.text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false) }.flatMap { $0.count > 3 ? "/\($0[3])" : "" }
        ?? "")
    #expect(NuGetProtocol.basePath(of: path) == base)
    let nuget = sampleNuGet(upstream: url)
    guard case .publish(let route) = try nuget.route(request("PUT", "/api/v2/package")) else { throw RouteRefusal.notFound }
    var exchange = route.exchange
    let sent = exchange.begin(InspectedUpload(target: sampleTarget, contentType: "a/b", segments: [.artifact]))
    #expect(sent.method == (push == nil ? .get : .put) && sent.target == (push ?? index))
    #expect(
      nuget.publishProbe.method == .put && nuget.publishProbe.path == (push ?? (index == "/v3/index.json" ? "/api/v2/package/" : "/")))
    guard case .read(let read) = try nuget.route(request("GET", index.text)) else { throw RouteRefusal.notFound }
    #expect(read.document != nil && read.substitute != nil)
  }

  @Test(
    "has an index however its path is spelt",
    arguments: [
      ("/v3/index.json", true), ("/V3/Index.JSON", true), ("/v3/index.json/", true), ("/index.json", true), ("/v3/index%2Ejson", true),
      ("/v3/index.jso", false), ("/v3/v3/index.json", false),
    ])
  func indexes(path: String, isIndex: Bool) throws {
    guard case .read(let read) = try sampleNuGet().route(request("GET", path)) else { throw RouteRefusal.notFound }
    #expect((read.document != nil) == isIndex)
  }

  private static let links = LinkRewrite(upstreamOrigin: "http://h", upstreamPath: "/n", publicOrigin: "https://g", publicPath: "/p")
  private static func index(_ resources: String) -> [UInt8] { Array(#"{"version":"3.0.0","resources":[\#(resources)]}"#.utf8) }

  @Test("asks its index where packages go") func discovery() throws {
    let upload = InspectedUpload(target: sampleTarget, contentType: "a/b", segments: [.artifact])
    func next(_ status: Int, _ body: [UInt8]) throws -> UpstreamStep {
      var push = NuGetPush(index: "/index.json", resource: "PackagePublish/2.0.0")
      _ = push.begin(upload)
      return try push.next(after: UpstreamResponse(status: status, fields: head().fields, body: body, links: Self.links))
    }
    for url in ["http://h/n/push", "/n/push/", "http://h/n"] {
      guard
        case .send(let sent) = try next(200, [0xEF, 0xBB, 0xBF] + Self.index(#"{"@id":"\#(url)","@type":["x","PackagePublish/2.0.0"]}"#))
      else { throw RouteRefusal.notFound }
      #expect(sent.method == .put && sent.target == (url == "http://h/n" ? "/" : "/push/"))
    }
    guard case .relay = try next(401, []) else { throw RouteRefusal.notFound }
    for (body, cause) in [
      (Self.index(""), .notTaken), (Self.index(#"{"@id":"http://h/n/s","@type":"SymbolPackagePublish/4.9.0"}"#), .notTaken),
      (Self.index(#"{"@id":"http://other/push","@type":"PackagePublish/2.0.0"}"#), .elsewhere), (Self.index("1"), .unreadable),
      (Array("[]".utf8), .unreadable),
    ] as [([UInt8], UnexpectedResponse.Cause)] {
      #expect(throws: UnexpectedResponse(cause)) { try next(200, body) }
    }
  }

  @Test("has an index that leads uploads through the gateway") func rewritten() throws {
    let document = Self.index(
      #"{"@id":"http://h/n/x","@type":"PackagePublish/2.0.0"},{"@id":"http://other/s","@type":"SymbolPackagePublish/4.9.0"},{"@id":"http://h/n/flat/","@type":"PackageBaseAddress/3.0.0"},{"@id":"http://other/q","@type":"SearchQueryService"}"#
    )
    let rewritten = try #require(NuGetIndex.rewrite([.package]).rewrite(.init(mediaType: "", body: document), Self.links))
    let index = try #require(NuGetIndex(rewritten))
    #expect(index.url(of: "PackagePublish/2.0.0") == "https://g/p/api/v2/package" && index.url(of: "SymbolPackagePublish/4.9.0") == nil)
    #expect(index.url(of: "PackageBaseAddress/3.0.0") == "https://g/p/flat/" && index.url(of: "SearchQueryService") == "http://other/q")
    #expect(NuGetIndex.rewrite([.package]).rewrite(.init(mediaType: "", body: [1]), Self.links) == nil)
    for (type, hasSymbols) in [("SymbolPackagePublish/4.9.0", true), ("SymbolPackagePublish/5.0.0", false), ("x", false)] {
      let document = Self.index(#"{"@id":"http://other/s","@type":"\#(type)"}"#)
      let symbols = try #require(NuGetIndex.rewrite(NuGetPackageKind.allCases).rewrite(.init(mediaType: "", body: document), Self.links))
      let expected: ExactString? = hasSymbols ? "https://g/p/api/v2/symbolpackage" : nil
      #expect(NuGetIndex(symbols)?.url(of: "SymbolPackagePublish/4.9.0") == expected)
      #expect(NuGetIndex(symbols)?.url(of: "PackagePublish/2.0.0") == "https://g/p/api/v2/package")
    }
    let own = NuGetIndex.substitute([.package, .symbols])(LocalContext(audience: "a", publicURL: "https://g/p"))
    #expect(NuGetIndex(own.body)?.url(of: "SymbolPackagePublish/4.9.0") == "https://g/p/api/v2/symbolpackage")
  }

  @Test("wants a path for its flat container", arguments: [("/v3/package/", true), ("v3", false), ("/a/../b", false)]) func options(
    path: String, isTaken: Bool
  ) throws {
    let options = RegistryOptions(["flat_container": [path]], of: NuGetProtocol.options)
    let site = RegistrySite(name: sampleRegistry, path: "/")
    if isTaken { _ = try NuGetProtocol(site, options) } else { #expect(throws: OptionProblem.self) { try NuGetProtocol(site, options) } }
  }
}
