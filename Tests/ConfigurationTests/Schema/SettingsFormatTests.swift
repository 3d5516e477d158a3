import Digests
import Observability
import PublisherPolicy
import RegistryProtocols
import Secrets
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Configuration

@Suite("A configuration") struct SettingsFormatTests {
  @Test("that says nothing more than it must has the defaults that are documented")
  func defaults() throws {
    let settings = try SettingsSample().settings()
    let limits = settings.server.limits
    #expect(settings.server.listen == ListenAddress(host: "127.0.0.1", port: 8080))
    #expect(settings.server.tls == nil && settings.server.publicOrigin == nil && settings.server.trustedProxies.isEmpty)
    #expect(
      limits.upload == 2 << 30 && limits.spoolMemory == 64 << 10 && limits.spoolTotal == 8 << 30 && limits.spoolDirectory == "/var/tmp")
    #expect(limits.connections == 10_000 && limits.headerBytes == 32 << 10 && limits.headerCount == 100 && limits.tokenBytes == 16 << 10)
    #expect(limits.headTimeout.milliseconds == 10_000 && limits.bodyTimeout.milliseconds == 3_600_000 && limits.bodyRate == 1 << 10)
    #expect(limits.answer == 1 << 20 && limits.connectTimeout.milliseconds == 10_000 && limits.upstreamTimeout.milliseconds == 300_000)
    #expect(limits.drain.milliseconds == 60_000)
    #expect(settings.admin == nil && settings.state == .sqlite(path: "/var/lib/imprimatur/state.db"))
    #expect(settings.log == LogSettings(format: .json, level: "info") && settings.audit == AuditSettings(file: nil, onFailure: .refuse))
    let issuer = try #require(settings.issuers.first)
    #expect(
      issuer.name.description == "github" && issuer.provider == "github" && issuer.url == "https://token.actions.githubusercontent.com")
    #expect(
      issuer.keys == .discovery && issuer.caFile == nil && issuer.algorithms == ["RS256"] && issuer.maxLifetime.milliseconds == 86_400_000)
    #expect(!issuer.allowPrivateNetwork && !issuer.allowHTTP)
    let registry = try #require(settings.registries.first)
    #expect(registry.host == nil && registry.path == PathPrefix(raw: "", segments: []))
    #expect(registry.digest == .sha256 && registry.direct == .allow && registry.uploadTokenLifetime.milliseconds == 900_000)
    #expect(registry.reads == .pass && registry.ecosystem == PyPIProtocol.ecosystem && registry.protocol.namesVersion)
    #expect(registry.upstream.keepAlive && registry.upstream.caFile == nil && registry.upstream.clientCertificate == nil)
    #expect(settings.publishers.map(\.expires) == [nil])
    #expect(settings.files == [SettingsSample.path])
  }

  @Test("may say everything that is documented")
  func complete() throws {
    let (loaded, problems) = SettingsSample.load(
      SettingsSample.complete, files: SettingsSample.completeFiles, environment: SettingsSample.completeEnvironment)
    #expect(problems.map(\.complaint) == [])
    let settings = try #require(loaded)
    let limits = settings.server.limits
    #expect(settings.server.listen == ListenAddress(host: "0.0.0.0", port: 0))
    #expect(settings.server.tls == .init(certificate: "/etc/imprimatur/tls.crt", key: "/etc/tls.key"))
    #expect(settings.server.publicOrigin == "https://upload.example.com:8443")
    #expect(settings.server.trustedProxies.map { $0.contains("10.9.8.7") } == [true, false])
    #expect(limits.upload == 3 << 30 && limits.spoolMemory == 1 << 10 && limits.spoolTotal == 4 << 20)
    #expect(limits.spoolDirectory == "/etc/imprimatur/spool" && limits.connections == 7 && limits.headerBytes == 1 << 20)
    #expect(limits.headerCount == 8 && limits.tokenBytes == 2 << 10 && limits.headTimeout.milliseconds == 11_000)
    #expect(limits.bodyTimeout.milliseconds == 7_200_000 && limits.bodyRate == 5 && limits.answer == 6)
    #expect(
      limits.connectTimeout.milliseconds == 700 && limits.upstreamTimeout.milliseconds == 86_400_000 && limits.drain.milliseconds == 180_000
    )
    #expect(settings.admin == ListenAddress(host: "::1", port: 9090) && settings.state == .sqlite(path: "/etc/imprimatur/state.db"))
    #expect(settings.log == LogSettings(format: .text, level: "debug"))
    #expect(settings.audit == AuditSettings(file: "/var/log/imprimatur/audit.jsonl", onFailure: .continue))
    #expect(settings.issuers.map(\.keys) == [.discovery, .url("https://keys.example.com/x"), .file("/etc/imprimatur/keys.json")])
    #expect(settings.issuers.map(\.url.text).suffix(2) == ["https://gitlab.example.com", "http://127.0.0.1:8080"])
    #expect(settings.issuers[1].algorithms == ["RS256", "ES256"] && settings.issuers[1].maxLifetime.milliseconds == 3_600_000)
    #expect(
      settings.issuers[1].caFile == "/etc/imprimatur/corp.pem" && settings.issuers[1].allowPrivateNetwork && settings.issuers[2].allowHTTP)
  }

  @Test("may say everything that is documented of registries and publishers")
  func completeRegistries() throws {
    let settings = try #require(
      SettingsSample.load(
        SettingsSample.complete, files: SettingsSample.completeFiles, environment: SettingsSample.completeEnvironment
      ).settings)
    let python = settings.registries[0]
    #expect(python.name.description == "python" && python.ecosystem == PyPIProtocol.ecosystem && python.host == "upload.example.com")
    #expect(python.path == PathPrefix(raw: "/simple", segments: ["simple"]) && python.audience == "example_pypi")
    #expect(python.upstream.isTLS && python.upstream.host == "registry.example.com" && python.upstream.port == 444)
    #expect(python.upstream.authority == "registry.example.com:444" && python.upstream.basePath == "/upload" && !python.upstream.keepAlive)
    #expect(python.upstream.credential == .basic(username: "uploader", password: .environment("PASSWORD")))
    #expect(python.upstream.clientCertificate == .init(certificate: "/etc/imprimatur/client.pem", key: .environment("KEY")))
    #expect(python.digest == .none && python.direct == .refuse && python.uploadTokenLifetime.milliseconds == 21_600_000)
    #expect(python.reads == .refuse && settings.registries[1].ecosystem == GenericProtocol.ecosystem)
    #expect(settings.publishers.map(\.id.description) == ["widgets-release", "more"])
    #expect(settings.publishers[0].expires?.seconds == 1_798_761_600)
    #expect(settings.publishers[0].mayPublish.map { $0.patterns.map(\.text) } == [["acme-widgets", "acme-widgets-*"], ["acme"]])
    #expect(settings.files.contains("/etc/imprimatur/publishers.d/more.yaml") && settings.files.contains("/etc/imprimatur/tls.crt"))
  }

  @Test(
    "takes a scalar for the string that stands there",
    arguments: ["on", "yes", "null", "~", "0x10", "010", "1e3", "1_000", "2027-01-01", ".inf", "!!bool yes", "\"on\"", "'on'"])
  func scalars(written: String) throws {
    let string = written.filter { $0 != "\"" && $0 != "'" }.replacing("!!bool ", with: "")
    let sample = SettingsSample(when: "{repository: acme/widgets, repository_owner_id: 42, environment: \(written)}")
    let publisher = try #require(try sample.settings().publishers.first)
    #expect(publisher.conditions.map(\.expectation).contains("\"\(string)\""))
  }

  @Test(
    "has version 1",
    arguments: [
      ("1", true), ("\"1\"", true), ("01", false), ("1.0", false), ("2", false), ("", false), ("one", false), ("[1]", false), ("+1", false),
      ("0x1", false),
    ])
  func version(written: String, expected: Bool) {
    let text = SettingsSample().text.replacing("version: 1", with: "version: \(written)")
    #expect((SettingsSample.load(text).settings != nil) == expected)
  }

  @Test("has a digest that follows every byte of every file that it was read from")
  func digest() throws {
    func digest(_ text: String, _ files: [String: String]) throws -> SHA256Digest {
      try #require(SettingsSample.load(text, files: files).settings).digest
    }
    let included = "{id: more, issuer: github, when: {repository: a/b, repository_owner_id: 1, ref: refs/x}, may_publish: {python: c}}"
    let text = SettingsSample(top: "include: [a.yaml]").text
    let original = try digest(text, ["/etc/imprimatur/a.yaml": "- \(included)"])
    #expect(try digest(text, ["/etc/imprimatur/a.yaml": "- \(included)"]) == original)
    #expect(try digest(text, ["/etc/imprimatur/a.yaml": "-  \(included)"]) != original)
    #expect(try digest(text + " ", ["/etc/imprimatur/a.yaml": "- \(included)"]) != original)
  }
}
