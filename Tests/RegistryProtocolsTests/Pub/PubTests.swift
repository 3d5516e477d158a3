import Digests
import PublisherPolicy
import StrictParsers
import TestSupport
import Testing

@testable import RegistryProtocols

@Suite("A repository of Dart packages") struct PubTests {
  private static let pub = PubProtocol(RegistrySite(name: sampleRegistry, path: "/dart/")) { "0123456789abcdef0123456789abcdef" }
  private static let links = LinkRewrite(
    upstreamOrigin: "http://pub", upstreamPath: "/base", publicOrigin: "https://gateway", publicPath: "/dart")

  private static func archive(_ pubspec: String, _ more: [(name: String, content: [UInt8])] = []) -> [UInt8] {
    SampleArchive.tarGzip([("lib/a.dart", [1]), ("pubspec.yaml", Array(pubspec.utf8))] + more)
  }

  private func target(_ archive: [UInt8]) throws(UploadRefusal) -> PublishTarget? {
    try Self.pub.target(ofFile: "x.tar.gz", archive, .unlimited)
  }

  @Test(
    "reads the pubspec of an archive",
    arguments: [
      ("name: acme\nversion: 1.0.0\n", "acme-1.0.0.tar.gz"), ("version: '1.0.0-a.1+b'\nname: \"acme_2\"\n", "acme_2-1.0.0-a.1+b.tar.gz"),
      ("\u{FEFF}name: acme\nversion: 1.0.0\n", "acme-1.0.0.tar.gz"),
      ("name: acme\nversion: 1.0.0\ndependencies: {a: {git: https://a/b?c=d}}\n", "acme-1.0.0.tar.gz"),
      ("# c\nname: _a\nversion: 10.20.30\nenvironment: {sdk: ^3.0.0}\n", "_a-10.20.30.tar.gz"),
    ] as [(String, ExactString)])
  func reads(pubspec: String, file: ExactString) throws { #expect(try target(Self.archive(pubspec))?.file == file) }

  @Test(
    "refuses a pubspec of two readings",
    arguments: [
      "name: 1\nversion: 1.0.0", "name: acme-x\nversion: 1.0.0", "name: true\nversion: 1.0.0", "name: 9a\nversion: 1.0.0", "version: 1.0.0",
      "name: acme", "name: acme\nversion: 1.0", "name: acme\nversion: 1.0.0.0", "name: acme\nversion: 01.0.0",
      "name: acme\nversion: 1.0.0-",
      "name: acme\nversion: 1.0.0+a+b", "name: acme\nversion: v1.0.0", "name: acme\nversion: 1.0.0-a..b", "name: acme\nversion: [1.0.0]",
    ])
  func refuses(pubspec: String) {
    #expect { try target(Self.archive(pubspec)) } throws: { ($0 as? UploadRefusal)?.code == .malformedMetadata }
  }

  @Test("names the pubspec where it can't be read") func faults() {
    #expect { try target(Self.archive("name: acme\nversion: 1.0.0\ndescription: \u{2028}\n")) } throws: {
      let told = ($0 as? UploadRefusal)?.explanation ?? ""
      return told.hasPrefix("`pubspec.yaml` is not YAML") && told.hasSuffix(", in `description`)")
    }
    #expect { try target(Self.archive("\u{FEFF}\u{FEFF}name: acme\nversion: 1.0.0\n")) } throws: {
      ($0 as? UploadRefusal)?.code == .malformedYAML
    }
  }

  @Test("refuses an archive of another pubspec, or none") func places() {
    let pubspec = "name: acme\nversion: 1.0.0\n"
    let bytes = Array(pubspec.utf8)
    #expect(throws: UploadRefusal.metadataPlace) { try target(SampleArchive.tarGzip([("acme/pubspec.yaml", bytes)])) }
    #expect(throws: UploadRefusal.metadataPlace) { try target(Self.archive(pubspec, [("PUBSPEC.yaml", bytes)])) }
    let other = Array("name: acme\nversion: 1.0.1\n".utf8)
    #expect(throws: UploadRefusal.malformedArchive(.repeatedMember)) { try target(Self.archive(pubspec, [("pubspec.yaml", other)])) }
    #expect { try target(Self.archive("name: acme\nname: b\n")) } throws: { ($0 as? UploadRefusal)?.code == .malformedYAML }
    #expect(throws: UploadRefusal.inspectionTooLong) { try Self.pub.target(ofFile: "x", Self.archive(pubspec), WorkBudget { true }) }
  }

  private static func answer(_ status: Int, _ body: String = "", location: String? = nil) throws -> UpstreamResponse {
    let fields = try head("GET", "/", location.map { [("Location", $0)] } ?? []).fields
    return UpstreamResponse(status: status, fields: fields, body: Array(body.utf8), links: links)
  }

  private static func exchange() throws -> any UpstreamExchange {
    guard case .publish(let route) = try pub.route(request("POST", "/api/packages/versions/newUpload")) else { throw RouteRefusal.notFound }
    return route.exchange
  }

  @Test("is asked, sent the archive, and asked to finish") func delivers() throws {
    var exchange = try Self.exchange()
    #expect(exchange.begin(nil).target == "/api/packages/versions/new")
    let asked = try exchange.next(after: Self.answer(200, #"{"url":"http://pub/base/up?x=1","fields":{"a":"1","b-c":"2"}}"#))
    guard case .send(let upload) = asked, case .segments(let segments, let type) = upload.body, case .bytes(let before)? = segments.first
    else { throw RouteRefusal.notFound }
    #expect(
      upload.method == .post && upload.target == "/up?x=1" && segments.count == 3 && type.text.hasPrefix("multipart/form-data; boundary="))
    let text = String(decoding: before, as: UTF8.self)
    #expect(
      text.contains("name=\"a\"\r\n\r\n1\r\n") && text.contains("name=\"b-c\"\r\n\r\n2\r\n") && text.contains("filename=\"package.tar.gz\"")
    )
    guard case .send(let finish) = try exchange.next(after: Self.answer(303, location: "http://pub/base/done?x=1")) else {
      throw RouteRefusal.notFound
    }
    #expect(finish.method == .get && finish.target == "/done?x=1")
    guard case .respond(let told) = try exchange.next(after: Self.answer(200, #"{"success":{"message":"ok"}}"#)) else {
      throw RouteRefusal.notFound
    }
    #expect(told.status == 204 && told.fields.first?.value == "https://gateway/dart/api/packages/versions/newUploadFinish")
  }

  @Test(
    "is not followed elsewhere, nor believed without an answer",
    arguments: [
      "{}", "", #"{"url":"http://other/up"}"#, #"{"url":"/up"}"#, #"{"url":"http://pub/base/up","fields":{"a":1}}"#,
      #"{"url":"http://pub/base/up","fields":{"a\"b":"1"}}"#, #"{"url":"http://pub/base/../up"}"#,
    ])
  func elsewhere(body: String) throws {
    var exchange = try Self.exchange()
    _ = exchange.begin(nil)
    #expect(throws: UnexpectedResponse.self) { try exchange.next(after: Self.answer(200, body)) }
  }

  @Test("must say where it is finished, and that it is") func unfinished() throws {
    for location in [nil, "http://other/done", "/elsewhere"] as [String?] {
      var exchange = try Self.exchange()
      _ = exchange.begin(nil)
      _ = try exchange.next(after: Self.answer(200, #"{"url":"http://pub/base/up"}"#))
      #expect(throws: UnexpectedResponse.self) { try exchange.next(after: Self.answer(204, location: location)) }
    }
    var exchange = try Self.exchange()
    _ = exchange.begin(nil)
    _ = try exchange.next(after: Self.answer(200, #"{"url":"http://pub/base/up"}"#))
    _ = try exchange.next(after: Self.answer(204, location: "http://pub/base/done"))
    #expect(throws: UnexpectedResponse.self) { try exchange.next(after: Self.answer(200, "{}")) }
  }

  @Test("has its refusals told as the client shows them") func refusals() throws {
    var exchange = try Self.exchange()
    _ = exchange.begin(nil)
    guard case .relayAs(let words) = try exchange.next(after: Self.answer(400, #"{"error":{"code":"C","message":"a <b> & c"}}"#)) else {
      throw RouteRefusal.notFound
    }
    #expect(String(decoding: words, as: UTF8.self).contains("<Code>C</Code><Message>a &lt;b&gt; &amp; c</Message>"))
    guard case .relay = try exchange.next(after: Self.answer(500, "oh")) else { throw RouteRefusal.notFound }
    for (status, told, challenge) in [(400, 403, true), (401, 403, true), (404, 404, false), (503, 503, false)] {
      let answer = Self.pub.response(refusing: sampleRefusal(status: status, sentence: "a \"b\" \\ c", retryAfter: 5), to: nil)
      #expect(answer.status == told && answer.fields.contains { $0.name == "retry-after" })
      let words = answer.fields.first { $0.name == "www-authenticate" }?.value
      #expect((words == "Bearer realm=\"pub\", message=\"a 'b' / c (scope.package-not-allowed, request 01J8)\"") == challenge)
    }
  }

  @Test(
    "takes nothing else",
    arguments: [
      ("POST", "/", .uploadElsewhere(.paths(["/dart/api/packages/versions/newUpload"]))),
      ("POST", "/api/packages/versions/newUpload/", .uploadElsewhere(.paths(["/dart/api/packages/versions/newUpload"]))),
      ("PUT", "/api/packages/versions/newUpload", .notPublishing), ("DELETE", "/api/packages/a/uploaders/b", .notPublishing),
    ] as [(String, String, RouteRefusal)])
  func closed(method: String, target: String, refusal: RouteRefusal) {
    #expect(throws: refusal) { try Self.pub.route(request(method, target)) }
  }

  @Test("takes a form of one file") func forms() throws {
    func upload(_ part: String, type: String = "multipart/form-data; boundary=b") throws -> InspectedUpload {
      var inspector = try PubUpload(contentType: type.utf8, registry: sampleRegistry)
      var file: [UInt8] = []
      let body = Array("--b\r\ncontent-disposition: form-data; name=\(part)\r\n\r\n".utf8) + Self.archive("name: a\nversion: 1.0.0\n")
      try inspector.receive((body + Array("\r\n--b--\r\n".utf8)).span) { bytes in for index in bytes.indices { file.append(bytes[index]) } }
      return try inspector.finish(artifact: file, digests: ArtifactHasher([]).finalize(), budget: .unlimited)
    }
    #expect(try upload("\"file\"; filename=\"package.tar.gz\"").target.file == "a-1.0.0.tar.gz")
    #expect(throws: UploadRefusal.unexpectedFile("file")) { try upload("\"file\"") }
    #expect(throws: UploadRefusal.unknownField("other")) { try upload("\"other\"; filename=\"x\"") }
    #expect(throws: UploadRefusal.malformedForm(.mediaType)) { try upload("\"file\"; filename=\"x\"", type: "application/gzip") }
  }

  @Test("has names and versions of one spelling") func naming() {
    let naming = PubProtocol.naming
    #expect(naming.canonicalName("acme_2") == "acme_2" && naming.canonicalName("2acme") == nil && naming.canonicalName("") == nil)
    #expect(naming.canonicalPattern("acme_*") == "acme_*" && naming.canonicalPattern("acme-*") == nil && naming.canonicalPattern("") == nil)
    #expect(naming.canonicalVersion("1.0.0") == "1.0.0" && naming.canonicalVersion("1.0") == nil && naming.versionKey("1.0.0") == nil)
  }

  @Test("is asked for a package and for a version of it") func probes() throws {
    let target = PublishTarget(
      registry: sampleRegistry, package: .init(canonical: "a"), version: .init(written: "1.0.0+b", canonical: "1.0.0+b"), file: "x")
    let routed = try request("POST", "/api/packages/versions/newUpload")
    #expect(Self.pub.probes(.package, target, for: routed).map(\.path) == ["/api/packages/a"])
    #expect(Self.pub.probes(.file, target, for: routed).map(\.path) == ["/api/packages/a/versions/1.0.0%2Bb"])
    for subject in [ExistenceProbe.Subject.package, .file] {
      #expect(Self.pub.probes(subject, target, for: routed).allSatisfy { $0.bodyLimit == 0 })
    }
  }
}
