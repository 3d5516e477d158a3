import RegistryProtocols
import Secrets
import TestSupport
import Testing

@testable import Configuration

@Suite("A registry of a configuration") struct SettingsRegistryTests {
  @Test(
    "of a protocol that comes later is refused with just that word",
    arguments: Set(["npm", "rubygems", "cargo", "nuget", "pub", "maven", "oci", "chartmuseum", "conan"])
      .subtracting(RegistryCatalog.all.map(\.name)).sorted())
  func laterProtocols(name: String) {
    #expect(
      SettingsSample(protocol: name).complaints == ["error: registries.python.protocol: \"\(name)\" is not available in this version"])
  }

  @Test(
    "is told what is wrong with it",
    arguments: [
      (", http2: no", "http2: must be allow or refuse"), (", mode: report", "mode: report needs legacy_credentials: pass"),
      (", overwrite: never", "overwrite: must be registry or refuse"),
      (", legacy_credentials: no", "legacy_credentials: must be pass or refuse"), (", mode: learn", "mode: must be enforce or report"),
      (", host: \"\"", "host: is empty"),
      (", host: \"a.example:80\"", "host: \"a.example:80\" is not a host name: neither a scheme nor a port belongs to it"),
      (", host: \"https://a.example\"", "host: \"https://a.example\" is not a host name: neither a scheme nor a port belongs to it"),
      (", host: \"*.example\"", "host: \"*.example\" is not a host name: neither a scheme nor a port belongs to it"),
      (", host: \"a.example.\"", "host: \"a.example.\" is not a host name: neither a scheme nor a port belongs to it"),
      (", path: a", "path: \"a\" is not a path: it begins with a slash and needs no second reading"),
      (", path: /a//b", "path: \"/a//b\" is not a path: it begins with a slash and needs no second reading"),
      (", path: /a/../b", "path: \"/a/../b\" is not a path: it begins with a slash and needs no second reading"),
      (", path: /a%2fb", "path: \"/a%2fb\" is not a path: it begins with a slash and needs no second reading"),
      (", path: /_", "path: /_ is where the exchange lies"),
      (", path: /%5f/x", "path: /_ is where the exchange lies"), (", digest: md5", "digest: must be sha256 or none"),
      (", direct: deny", "direct: must be allow or refuse"),
      (", upload_token: 15m", "upload_token: must be a mapping"), (", upload_token: {}", "upload_token: lifetime is missing"),
      (", upload_token: {lifetime: 14m}", "upload_token.lifetime: must be between 900000 ms and 21600000 ms"),
      (", upload_token: {lifetime: 7h}", "upload_token.lifetime: must be between 900000 ms and 21600000 ms"),
      (", attestations: keep", "attestations: must be drop or pass"),
      (", reads: allow", "reads: must be pass or refuse"), (", template: \"/{name}\"", "template: is not for the protocol pypi"),
      (", methods: PUT", "methods: is not for the protocol pypi"),
    ])
  func problems(written: String, complaint: String) throws {
    let complaints = SettingsSample(registry: written).complaints
    #expect(complaints.count == 1 && complaints[0].hasPrefix("error: registries.python.\(complaint)"), "\(complaints)")
  }

  @Test(
    "takes HTTP/2 as the server does, unless it says otherwise or its clients show nothing but a reason phrase",
    arguments: [
      ("pypi", "", "", .allow), ("pypi", "server: {http2: refuse}", "", .refuse), ("pypi", "", ", http2: refuse", .refuse),
      ("pypi", "server: {http2: refuse}", ", http2: allow", .allow), ("nuget", "", "", .refuse),
      ("nuget", "server: {http2: allow}", "", .refuse),
      ("nuget", "", ", http2: allow", .allow),
    ] as [(String, String, String, RegistrySettings.Permission)])
  func http2(protocolName: String, top: String, registry: String, expected: RegistrySettings.Permission) throws {
    let settings = try SettingsSample(top: top, protocol: protocolName, registry: registry).settings()
    #expect(settings.registries.map(\.http2) == [expected])
  }

  @Test(
    "that asks for no credential is doubtful where a client's own is let through",
    arguments: [
      ("credential: {none: true}", "pass", true), ("credential: {none: true}", "refuse", false),
      ("credential: {none: true}, client_certificate: {certificate: c.pem, key: {env: KEY}}", "pass", false),
      ("credential: {bearer: {env: KEY}}", "pass", false),
    ])
  func openDoor(credential: String, passing: String, isDoubtful: Bool) {
    let sample = SettingsSample(
      upstream: "{url: \"https://127.0.0.1:8081/\", \(credential)}", registry: ", legacy_credentials: \(passing)",
      files: ["/etc/imprimatur/c.pem": "a certificate"], environment: ["KEY": "x"])
    let complaint =
      "warning: registries.python.legacy_credentials: where the registry asks for no credential, everybody who sends any publishes without a token"
    #expect(sample.complaints == (isDoubtful ? [complaint] : []))
  }

  @Test(
    "of the generic protocol has a template and methods",
    arguments: [
      (", template: \"/{name}/{version}/{file}\"", nil), (", template: \"/{name}\", methods: POST", nil),
      (", template: \"/{name}\", methods: [PUT, POST, PUT]", nil),
      ("", "registries.python: template is missing"),
      (", template: \"/{version}\"", "registries.python.template: a template must have the placeholder {name}"),
      (", template: \"{name}\"", "registries.python.template: a template must begin with a slash"),
      (", template: \"/{name}\", methods: []", "registries.python.methods: names no method"),
      (", template: \"/{name}\", methods: [PUT, DELETE]", "registries.python.methods.1: must be"),
      (", template: \"/{name}\", methods: put", "registries.python.methods: must be"),
      (", template: \"/{name}\", attestations: drop", "registries.python.attestations: is not for the protocol generic"),
    ] as [(String, String?)])
  func generic(written: String, complaint: String?) {
    let complaints = SettingsSample(protocol: "generic", registry: written).complaints
    #expect(complaints.count == (complaint == nil ? 0 : 1), "\(complaints)")
    if let complaint { #expect(complaints.first?.hasPrefix("error: \(complaint)") == true) }
  }

  @Test(
    "is another when a key of its own says something else, and only then",
    arguments: [
      ("pypi", "", ", attestations: drop", true), ("pypi", "", ", attestations: pass", false),
      ("generic", ", template: \"/{name}\"", ", template: \"/{name}\", methods: [POST, PUT]", true),
      ("generic", ", template: \"/{name}\", methods: [PUT, PUT]", ", template: \"/{name}\", methods: PUT", true),
      ("generic", ", template: \"/{name}\"", ", template: \"/{name}\", methods: PUT", false),
      ("generic", ", template: \"/{name}\"", ", template: \"/{name}/{file}\"", false),
    ])
  func change(protocol: String, old: String, new: String, isSame: Bool) throws {
    let before = try SettingsSample(protocol: `protocol`, registry: old).settings()
    let after = try SettingsSample(protocol: `protocol`, registry: new).settings()
    #expect((before.registries == after.registries) == isSame)
    #expect(SettingsChanges(from: before, to: after).words == [isSame ? "the contents of what was there" : "registry python changed"])
  }

  @Test(
    "has uploads that say a version unless its template has none",
    arguments: [("pypi", "", true), ("generic", ", template: \"/{name}/{version}\"", true), ("generic", ", template: \"/{name}\"", false)])
  func versions(protocol: String, registry: String, namesVersion: Bool) throws {
    let settings = try SettingsSample(protocol: `protocol`, registry: registry).settings()
    #expect(settings.registries.map(\.protocol.namesVersion) == [namesVersion])
  }

  @Test(
    "has a value of its own keys that is wrong told beside another",
    arguments: [
      (", methods: [PUT, GET]", ["registries.python: template is missing", "registries.python.methods.1: must be PUT or POST (PUT?)"]),
      (
        ", template: \"{name}\", methods: get",
        [
          "registries.python.template: a template must begin with a slash", "registries.python.methods: must be PUT or POST",
        ]
      ), (", template: [a]", ["registries.python.template: must be a single value"]),
    ])
  func ownKeys(registry: String, complaints: [String]) {
    #expect(SettingsSample(protocol: "generic", registry: registry).complaints == complaints.map { "error: \($0)" })
  }

  @Test(
    "has an audience that no public service uses",
    arguments: [
      ("pypi", false), ("testpypi", false), ("rubygems.org", false), ("crates.io", false), ("npm:registry.npmjs.org", false),
      ("https://www.nuget.org", false),
      ("https://pub.dev", false), ("sigstore", false), ("https://github.com", false), ("https://github.com/", false),
      ("https://github.com/acme", false), ("https://GitHub.com/acme", false),
      ("https://github.com/\u{301}acme", false), ("https://github.com.example", true), ("https://github.example/", true), ("pypi2", true),
      ("Pypi", true), ("example_pypi", true),
    ])
  func audiences(audience: String, isFree: Bool) {
    let complaints = SettingsSample(audience: "\"\(audience)\"").complaints
    #expect(complaints.map { $0.hasPrefix("error: registries.python.audience:") } == (isFree ? [] : [true]), "\(complaints)")
  }

  @Test(
    "does not clash with another",
    arguments: [
      ("host: a.example", "host: b.example", "x", []), ("host: a.example", "host: a.example, path: /b", "x", []),
      ("host: a.example, path: /a", "host: a.example, path: /a/b", "x", []),
      ("host: a.example", "host: a.example, path: /b", "example_pypi", []),
      ("host: a.example", "host: A.EXAMPLE", "x", ["registries.other: has the same host and path as python"]),
      ("host: a.example, path: /b", "host: a.example, path: /b/", "x", ["registries.other: has the same host and path as python"]),
      ("host: a.example, path: /b", "host: a.example, path: /%62", "x", ["registries.other: has the same host and path as python"]),
      (
        "host: a.example", "host: b.example", "example_pypi",
        ["registries.other: shares its audience with python, which is only possible on one host and of one protocol"]
      ),
      ("path: /a", "host: b.example", "x", ["registries.python: needs a host, since there is more than one registry"]),
      (
        "path: /a", "path: /b", "x",
        [
          "registries.python: needs a host, since there is more than one registry",
          "registries.other: needs a host, since there is more than one registry",
        ]
      ),
    ] as [(String, String, String, [String])])
  func clashes(first: String, second: String, audience: String, complaints: [String]) {
    let upstream = SettingsSample().upstream
    let text = SettingsSample(registry: ", \(first)}, other: {protocol: pypi, audience: \(audience), upstream: \(upstream), \(second)")
      .complaints
    #expect(text == complaints.map { "error: \($0)" })
  }

  @Test("shares no audience with one of another protocol")
  func protocols() {
    let other =
      "protocol: generic, audience: example_pypi, template: \"/{name}\", host: a.example, path: /b, upstream: \(SettingsSample().upstream)"
    #expect(
      SettingsSample(registry: ", host: a.example}, other: {\(other)").complaints
        == ["error: registries.other: shares its audience with python, which is only possible on one host and of one protocol"])
  }

  // MARK: Upstream

  @Test(
    "has a registry behind it",
    arguments: [
      ("http://127.0.0.1:8081/", "127.0.0.1", 8081, "127.0.0.1:8081", ""), ("https://r.example", "r.example", 443, "r.example", ""),
      ("http://R.example:80/a/b/", "r.example", 80, "r.example", "/a/b"), ("http://[::1]:8081", "::1", 8081, "[::1]:8081", ""),
      ("https://r.example:80", "r.example", 80, "r.example:80", ""),
    ])
  func upstreams(url: String, host: String, port: Int, authority: String, path: String) throws {
    let registry = try #require(try SettingsSample(upstream: "{url: \"\(url)\", credential: {none: true}}").settings().registries.first)
    #expect(registry.upstream.host == host && registry.upstream.port == port && registry.upstream.authority == authority)
    #expect(registry.upstream.basePath == path && registry.upstream.isTLS == url.hasPrefix("https"))
  }

  @Test("may have one behind a socket of this machine")
  func socket() throws {
    let path = "/" + String(repeating: "x", count: 106)
    let sample = SettingsSample(upstream: "{url: \"unix:\(path)\", credential: {none: true}}")
    let upstream = try #require(try sample.settings().registries.first?.upstream)
    #expect(upstream.socket == path && upstream.authority == "localhost" && upstream.basePath.isEmpty && !upstream.isTLS)
  }

  @Test(
    "is told what is wrong with what is behind it",
    arguments: [
      ("unix:registry.sock", "url: must be unix: and the absolute path of a socket"),
      ("unix:", "url: must be unix: and the absolute path of a socket"),
      ("unix:/" + String(repeating: "x", count: 107), "url: a socket's path has at most 107 bytes"),
      ("ftp://r.example", "url: \"ftp://r.example\" is not a URL"),
      ("http://u:p@r.example", "url: \"http://u:p@r.example\" is not a URL"),
      ("http://r.example/?x", "url: \"http://r.example/?x\" is not a URL"),
      ("http://r.example#x", "url: \"http://r.example#x\" is not a URL"),
      ("http://r.example:0", "url: \"http://r.example:0\" is not a URL"), ("http://", "url: \"http://\" is not a URL"),
      ("HTTP://r.example", "url: \"HTTP://r.example\" is not a URL"),
      ("http://r\u{3002}example", "url: \"http://r\u{3002}example\" is not a URL"), ("http:///x", "url: \"http:///x\" is not a URL"),
    ])
  func upstreamProblems(url: String, complaint: String) {
    let complaints = SettingsSample(upstream: "{url: \"\(url)\", credential: {none: true}}").complaints
    #expect(complaints.count == 1 && complaints[0].hasPrefix("error: registries.python.upstream.\(complaint)"), "\(complaints)")
  }

  @Test(
    "has a credential, which is exactly one",
    arguments: [
      ("{bearer: {env: S}}", .bearer(.environment("S"))), ("{raw: {env: S}}", .raw(.environment("S"))),
      ("{none: true}", UpstreamCredential.none),
      ("{header: {name: X-NuGet-ApiKey, value: {env: S}}}", .header(name: "x-nuget-apikey", value: .environment("S"))),
      ("{basic: {username: u, password: {env: S}}}", .basic(username: "u", password: .environment("S"))),
    ] as [(String, UpstreamCredential)])
  func credentials(written: String, expected: UpstreamCredential) throws {
    let sample = SettingsSample(upstream: "{url: \"http://r.example\", credential: \(written)}", environment: ["S": "s"])
    #expect(try sample.settings().registries.first?.upstream.credential == expected)
  }

  @Test(
    "is told what is wrong with its credential",
    arguments: [
      ("{}", ["credential: must be one of basic, bearer, header, raw, none"]),
      ("{none: true, raw: {env: S}}", ["credential: must be one of basic, bearer, header, raw, none"]),
      ("{none: false}", ["credential.none: must be true"]), ("x", ["credential: must be a mapping"]),
      ("{bearer: secret}", ["credential.bearer: must be a mapping"]),
      ("{bearer: {}}", ["credential.bearer: must be one of file, env and systemd"]),
      ("{bearer: {env: S, file: x}}", ["credential.bearer: must be one of file, env and systemd"]),
      ("{bearer: {env: NONE}}", ["credential.bearer: the environment variable NONE is not set"]),
      ("{bearer: {value: x}}", ["credential.bearer.value: there is no such key here"]),
      ("{basic: {username: \"a:b\", password: {env: S}}}", ["credential.basic.username: a user name of Basic can't hold a colon"]),
      ("{basic: {}}", ["credential.basic: username is missing", "credential.basic: password is missing"]),
      ("{header: {}}", ["credential.header: name is missing", "credential.header: value is missing"]),
      ("{header: {name: Host, value: {env: S}}}", ["credential.header.name: \"Host\" is not a field that a credential can stand in"]),
      (
        "{header: {name: Content-Length, value: {env: S}}}",
        ["credential.header.name: \"Content-Length\" is not a field that a credential can stand in"]
      ),
      ("{header: {name: \"a b\", value: {env: S}}}", ["credential.header.name: \"a b\" is not a field that a credential can stand in"]),
      ("{header: {name: \"a:\", value: {env: S}}}", ["credential.header.name: \"a:\" is not a field that a credential can stand in"]),
    ])
  func credentialProblems(written: String, complaints: [String]) {
    let sample = SettingsSample(upstream: "{url: \"http://r.example\", credential: \(written)}", environment: ["S": "s"])
    #expect(sample.complaints == complaints.map { "error: registries.python.upstream.\($0)" })
  }

  @Test("can't show a client certificate that it does not have")
  func clientCertificate() {
    let upstream =
      "{url: \"https://r.example\", credential: {none: true}, client_certificate: {certificate: c.pem, key: {env: NONE}}, ca_file: none.pem}"
    #expect(
      SettingsSample(upstream: upstream).complaints == [
        "error: registries.python.upstream.client_certificate.certificate: /etc/imprimatur/c.pem can't be read",
        "error: registries.python.upstream.client_certificate.key: the environment variable NONE is not set",
        "error: registries.python.upstream.ca_file: /etc/imprimatur/none.pem can't be read",
      ])
  }
}
