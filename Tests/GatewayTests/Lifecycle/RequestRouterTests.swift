import Configuration
import Observability
import PublisherPolicy
import RegistryProtocols
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway

@Suite("The way of a request to its registry") struct RequestRouterTests {
  private static let text = """
    version: 1
    issuers: {github: {provider: github}}
    registries:
      root: {protocol: pypi, host: a.example, audience: shared, upstream: {url: "http://127.0.0.1:1", credential: {none: true}}}
      files:
        {protocol: generic, host: a.example, path: /files, audience: files, template: "/{name}/{version}/{file}",
         upstream: {url: "http://127.0.0.1:2", credential: {none: true}}}
      deep:
        {protocol: generic, host: a.example, path: /files/deep, audience: deep, template: "/{name}/{version}/{file}",
         upstream: {url: "http://127.0.0.1:3", credential: {none: true}}}
      other: {protocol: pypi, host: b.example, path: /python, audience: other, upstream: {url: "http://127.0.0.1:4", credential: {none: true}}}
    publishers:
      - id: all
        issuer: github
        when: {repository: acme/widgets, repository_owner_id: 42, workflow: release.yml, environment: release}
        may_publish: {root: a, files: a, deep: a, other: a}
    """

  private static let configuration = Result {
    let (settings, problems) = SettingsSample.load(text)
    let read = try #require(settings, "\(problems.map(\.complaint))")
    return try ConfigurationBuilder.forCommand(environment: [:]) { .latest }.build(read, replacing: nil)
  }

  /// The same host with registries whose clients send paths that are not plain.
  private static let unusual = Result {
    let text = """
      version: 1
      issuers: {github: {provider: github}}
      registries:
        root: {protocol: pypi, host: a.example, audience: root, upstream: {url: "http://127.0.0.1:1", credential: {none: true}}}
        scoped:
          {protocol: scoped, host: a.example, path: /npm, audience: scoped, template: "/{name}/{file}",
           upstream: {url: "http://127.0.0.1:2", credential: {none: true}}}
        slashed:
          {protocol: slashed, host: a.example, path: /gems, audience: slashed, template: "/{name}/{file}",
           upstream: {url: "http://127.0.0.1:3", credential: {none: true}}}
      """
    let files = MemoryFiles(files: [SettingsSample.path: Array(text.utf8)])
    let (settings, problems) = SettingsFile.load(
      SettingsSample.path, environment: [:], reading: files,
      ecosystems: RegistryCatalog.all + [Ecosystem(UnusualFiles<EncodedScope>.self), Ecosystem(UnusualFiles<DoubleSlash>.self)])
    let read = try #require(settings, "\(problems.map(\.complaint))")
    return try ConfigurationBuilder.forCommand(environment: [:]) { .latest }.build(read, replacing: nil)
  }

  /// The registries that are meant, the kind of the route and the path below the prefix; the refusal's code if there is none.
  private static func route(
    _ method: String, _ host: String, _ target: String, _ configuration: Result<ConfigurationSnapshot, any Error> = configuration
  ) throws -> String {
    var parser = RequestHeadParser()
    let body = method == "GET" ? "" : "Content-Length: 0\r\n"
    let bytes = Array("\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\n\(body)\r\n".utf8)
    guard case .head(let head, _) = try parser.feed(bytes.span) else { throw HTTPRefusal.truncatedBody }
    let registries = try configuration.get().registries(on: head.host.name)
    do throws(RoutingFailure) {
      let routed = try RequestRouter(registries: registries).route(head)
      let kind =
        switch routed.route {
        case .read: "read"
        case .local: "local"
        case .token: "token"
        case .publish: "publish"
        }
      return "\(routed.registries.map(\.name.description).joined(separator: "+")) \(kind) \(routed.request.path.raw)"
    } catch {
      return error.refusal.code.description + (error.registry.map { " of \($0.name)" } ?? "")
    }
  }

  @Test(
    "is the longest prefix of its host, by whole segments",
    arguments: [
      ("GET", "a.example", "/simple/x/", "root read /simple/x/"), ("POST", "a.example", "/", "root publish /"),
      ("PUT", "a.example", "/files/a/1/f", "files publish /a/1/f"), ("PUT", "a.example", "/files/deep/a/1/f", "deep publish /a/1/f"),
      ("GET", "a.example", "/files/deeper/f", "files read /deeper/f"), ("GET", "a.example", "/filesystem", "root read /filesystem"),
      ("GET", "a.example", "/files", "files read "), ("POST", "b.example", "/python/", "other publish /"),
      ("GET", "b.example", "/", "route.not-found"), ("GET", "c.example", "/", "route.unknown-host"),
      ("DELETE", "a.example", "/files/a/1/f", "route.method-not-allowed of files"),
    ])
  func prefixes(method: String, host: String, target: String, expected: String) throws {
    #expect(try Self.route(method, host, target) == expected)
  }

  @Test(
    "takes a path that is not plain only where its own clients send such",
    arguments: [
      ("/npm/@acme%2fwidgets", "scoped read /@acme%2fwidgets"), ("/npm/@acme%2Fwidgets/w.tgz", "scoped read /@acme%2Fwidgets/w.tgz"),
      ("/npm/acme%2fwidgets", "route.path-encoded-delimiter"), ("/npm//@acme", "route.path-empty-segment"),
      ("/gems//api/v1", "slashed read /api/v1"), ("/gems/api//v1", "route.path-empty-segment"), ("/gems///api", "route.path-empty-segment"),
      ("/gems/@acme%2fwidgets", "route.path-encoded-delimiter"), ("/@acme%2fwidgets", "route.path-encoded-delimiter"),
      ("//simple", "route.path-empty-segment"),
      ("/npm/..", "route.path-dot-segment"), ("/gems//_/oidc/audience", "slashed read /_/oidc/audience"), ("/simple", "root read /simple"),
    ])
  func unusual(target: String, expected: String) throws {
    #expect(try Self.route("GET", "a.example", target, Self.unusual) == expected)
  }

  @Test("is told of a path before it is told that nobody has its host", arguments: ["//simple", "/@acme%2fwidgets"])
  func unusualElsewhere(target: String) throws {
    #expect(try Self.route("GET", "c.example", target, Self.unusual).hasPrefix("route.path-e"))
  }

  @Test(
    "at the root of a host is that of all its registries, of which the token tells one from another",
    arguments: [
      ("GET", "a.example", "/_/oidc/audience", "root+files+deep local /_/oidc/audience"),
      ("POST", "a.example", "/_/oidc/mint-token", "root+files+deep token /_/oidc/mint-token"),
      ("POST", "b.example", "/_/oidc/burn-token", "other token /_/oidc/burn-token"),
      ("GET", "a.example", "/_/oidc/mint-token", "route.method-not-allowed"),
    ])
  func origin(method: String, host: String, target: String, expected: String) throws {
    #expect(try Self.route(method, host, target) == expected)
  }
}
