import PublisherPolicy
import StrictParsers
import Testing

@testable import RegistryProtocols

func sampleGeneric(_ template: ExactString = "/{name}/{version}/{file}", _ methods: Set<GenericProtocol.UploadMethod> = [.put])
  -> GenericProtocol
{
  do {
    let options = RegistryOptions(["template": [template.text], "methods": methods.map(\.rawValue)], of: GenericProtocol.options)
    return try GenericProtocol(RegistrySite(name: RegistryName("files"), path: "/"), options)
  } catch {
    preconditionFailure("\(error)")
  }
}

@Suite("A registry of files at paths") struct GenericTests {
  @Test(
    "takes from the path what its template says",
    arguments: [
      ("/{name}/{version}/{file}", "/acme/1.0/acme.tgz", "acme", "1.0", "acme.tgz"), ("/{name}/{file}", "/acme/x", "acme", nil, "x"),
      ("/{name}", "/acme", "acme", nil, "acme"), ("/repo/{name}/upload", "/repo/acme/upload", "acme", nil, "upload"),
      ("/{version}/{name}", "/1/acme", "acme", "1", "acme"), ("/{file}/x/{name}", "/f/x/n", "n", nil, "f"),
      ("/{name}/{version}/{file}", "/a%2Bb/1.0+x/%C3%A9%20f", "a+b", "1.0+x", "é f"),
    ] as [(ExactString, String, ExactString, ExactString?, ExactString)])
  func matches(template: ExactString, target: String, name: ExactString, version: ExactString?, file: ExactString) throws {
    let generic = sampleGeneric(template)
    guard case .publish(let route) = try generic.route(request("PUT", target, [("Content-Length", "0")])),
      case .stream(let upload) = route.body
    else { throw RouteRefusal.notFound }
    let expected = PublishTarget(
      registry: RegistryName("files"), package: .init(canonical: name), version: version.map { .init(written: $0, canonical: $0) },
      file: file)
    #expect(upload == expected)
    var exchange = route.exchange
    let sent = exchange.begin(nil)
    guard case .streamed = sent.body else { throw RouteRefusal.notFound }
    #expect(sent.method == .put && sent.target == ExactString(target))
  }

  @Test(
    "takes no other path",
    arguments: [
      "/", "/acme", "/acme/1.0", "/acme/1.0/", "/acme/1.0/f/", "/acme/1.0/f/g", "/a*/1.0/f",
    ])
  func refused(target: String) throws {
    let expected = RouteRefusal.uploadElsewhere(.template("/{name}/{version}/{file}"))
    #expect(throws: expected) { try sampleGeneric().route(request("PUT", target, [("Content-Length", "0")])) }
    #expect(expected.status == 404 && expected.explanation.contains("/{name}/{version}/{file}"))
  }

  @Test("compares literals exactly", arguments: ["/Repo/acme", "/repos/acme", "/rep/acme"])
  func literals(target: String) throws {
    let generic = sampleGeneric("/repo/{name}")
    #expect(throws: RouteRefusal.uploadElsewhere(.template("/repo/{name}"))) {
      _ = try generic.route(request("PUT", target, [("Content-Length", "0")]))
    }
  }

  @Test("compares literals as they are after one decoding")
  func decodedLiteral() throws {
    let target = "/%72epo/acme"
    let operation = try sampleGeneric("/repo/{name}").route(request("PUT", target, [("Content-Length", "0")]))
    guard case .publish = operation else { throw RouteRefusal.notFound }
  }

  @Test(
    "takes the configured methods, and reads",
    arguments: [
      ([.put], ["PUT"]), ([.post], ["POST"]), ([.put, .post], ["POST", "PUT"]),
    ] as [(Set<GenericProtocol.UploadMethod>, [String])])
  func methods(methods: Set<GenericProtocol.UploadMethod>, allowed: [String]) throws {
    let generic = sampleGeneric("/{name}", methods)
    for method in ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"] {
      let fields = ["PUT", "POST", "PATCH"].contains(method) ? [("Content-Length", "0")] : []
      let request = try request(method, "/a", fields)
      if ["GET", "HEAD"].contains(method) {
        guard case .read = try generic.route(request) else { throw RouteRefusal.notFound }
      } else if allowed.contains(method) {
        guard case .publish = try generic.route(request) else { throw RouteRefusal.notFound }
      } else {
        #expect(throws: RouteRefusal.methodNotAllowed) { try generic.route(request) }
      }
    }
    let answer = generic.response(refusing: sampleRefusal(status: 405), to: nil)
    #expect(answer.fields.map(\.value) == [(["GET", "HEAD"] + allowed).joined(separator: ", ")])
  }

  @Test("asks for a credential in the way that curl and others wait for") func challenge() {
    let answer = sampleGeneric().response(refusing: sampleRefusal(status: 401), to: nil)
    #expect(answer.fields.map(\.name) == ["www-authenticate"] && answer.fields[0].value.hasPrefix("Basic realm="))
    #expect(sampleGeneric().response(refusing: sampleRefusal(status: 403), to: nil).fields.isEmpty)
  }

  @Test(
    "has names as they are written",
    arguments: [
      ("acme", "acme"), ("Acme_X.y", "Acme_X.y"), ("é", "é"), ("a b", "a b"), ("...a", "...a"), ("", nil), (".", nil), ("..", nil),
      ("...", nil),
      ("a/b", nil), ("a\\b", nil), ("a%b", nil), ("a?b", nil), ("a#b", nil), ("a;b", nil), ("a\nb", nil), ("a\0", nil),
    ] as [(ExactString, ExactString?)])
  func names(written: ExactString, expected: ExactString?) {
    #expect(GenericNaming().canonicalName(written) == expected)
    #expect(GenericNaming().canonicalPattern(written) == expected)
    let pattern = ExactString("\(written)*")
    #expect(GenericNaming().canonicalName(pattern) == nil)
    #expect(expected == nil || GenericNaming().canonicalPattern(pattern) == pattern)
  }

  @Test(
    "has a template with {name}, or none",
    arguments: [
      ("", .notAbsolute), ("{name}", .notAbsolute), ("/", .emptySegment), ("/{name}/", .emptySegment), ("//{name}", .emptySegment),
      ("/{name}-{version}", .mixedSegment), ("/x{name}", .mixedSegment), ("/{name", .mixedSegment), ("/{{name}}", .mixedSegment),
      ("/{}", .unknownPlaceholder), ("/{Name}", .unknownPlaceholder), ("/{name}/{group}", .unknownPlaceholder),
      ("/{name}/{name}", .repeatedPlaceholder), ("/{version}/{file}", .missingName), ("/x", .missingName),
      ("/{name}/a%20b", .forbiddenLiteral),
      ("/../{name}", .forbiddenLiteral), ("/a*/{name}", .forbiddenLiteral), ("/a?b/{name}", .forbiddenLiteral),
    ] as [(ExactString, GenericTemplate.Malformation)])
  func templates(text: ExactString, expected: GenericTemplate.Malformation) {
    #expect(throws: expected) { try GenericTemplate(parsing: text) }
    #expect(!expected.explanation.isEmpty)
  }

  @Test("knows whether its uploads have a version") func version() throws {
    #expect(try GenericTemplate(parsing: "/{name}/{version}").namesVersion)
    #expect(try !GenericTemplate(parsing: "/{name}/version").namesVersion)
  }
}
