import StrictParsers
import TestSupport
import Testing

@testable import Configuration

@Suite("A key of a configuration") struct SettingsKeysTests {
  private static let fine = SettingsSample.complete

  private static func problems(_ text: String) -> [SettingsProblem] {
    SettingsSample.load(text, files: SettingsSample.completeFiles, environment: SettingsSample.completeEnvironment).problems
  }

  @Test(
    "that is misspelt is shown with its place, its path and what it may have been",
    arguments: [
      ("server:", "servers:", 2, 1, "servers", "server"), ("  public_url:", "  publik_url:", 5, 3, "server.publik_url", "public_url"),
      ("    upload:", "    uplaod:", 8, 5, "server.limits.uplaod", "upload"),
      ("admin: {listen:", "admin: {lissten:", 23, 9, "admin.lissten", "listen"),
      ("state: {sqlite:", "state: {sqlit:", 24, 9, "state.sqlit", "sqlite"),
      ("log: {format: text, level:", "log: {format: text, lvl:", 25, 21, "log.lvl", "level"),
      ("on_failure:", "on_fail:", 26, 48, "audit.on_fail", nil),
      ("    ca_file: corp.pem\n    jwks", "    cafile: corp.pem\n    jwks", 32, 5, "issuers.gitlab.cafile", "ca_file"),
      ("    audience: example_pypi", "    audiences: example_pypi", 44, 5, "registries.python.audiences", "audience"),
      ("      keep_alive:", "      keepalive:", 51, 7, "registries.python.upstream.keepalive", "keep_alive"),
      ("        basic:", "        basik:", 48, 9, "registries.python.upstream.credential.basik", "basic"),
      ("password: {env: P", "password: {evn: P", 48, 48, "registries.python.upstream.credential.basic.password.evn", "env"),
      ("{lifetime:", "{lifetimes:", 54, 20, "registries.python.upload_token.lifetimes", "lifetime"),
      ("    create:", "    creates:", 81, 5, "publishers.0.creates", "create"),
      ("      workflow:", "      workflows:", 75, 7, "publishers.0.when.workflows", "workflow"),
      ("      python: [", "      pyton: [", 79, 7, "publishers.0.may_publish.pyton", "python"),
      ("include:", "included:", 83, 1, "included", "include"),
    ] as [(String, String, Int, Int, String, String?)])
  func misspelt(old: String, new: String, line: Int, column: Int, keyPath: String, suggestion: String?) throws {
    let text = Self.fine.replacing(old, with: new, maxReplacements: 1)
    let problem = try #require(Self.problems(text).first { $0.keyPath == keyPath })
    #expect(problem.severity == .error && problem.file == SettingsSample.path)
    #expect(problem.line == line && problem.column == column, "\(problem)")
    if let suggestion { #expect(problem.suggestion == suggestion) }
  }

  @Test("that is unknown and like none is shown without a guess")
  func unknown() {
    #expect(SettingsSample(top: "frobnicate: 1").complaints == ["error: frobnicate: there is no such key here"])
    #expect(
      SettingsSample(top: "frobnicate: 1").load().problems.map(\.description)
        == ["/etc/imprimatur/imprimatur.yaml:5:1: error: frobnicate: there is no such key here"])
    #expect(SettingsSample(top: "\"\": 1").complaints == ["error: : there is no such key here"])
    #expect(SettingsSample(top: "Version: 1").complaints == ["error: Version: there is no such key here (version?)"])
    #expect(SettingsSample(top: "ver\u{17F}ion: 1").complaints.count == 1)
  }

  @Test(
    "that stands twice is an error wherever it does, however it is quoted",
    arguments: [
      ("log: {format: text, level: debug}", "log: {format: text, level: debug}\nlog: {format: json}", "log"),
      ("log: {format: text, level: debug}", "log: {format: text, level: debug}\n\"log\": {format: json}", "log"),
      ("log: {format: text, level: debug}", "'log': {format: text}\nlog: {format: json}", "log"),
      ("log: {format: text, level: debug}", "\"l\\x6fg\": {format: text}\nlog: {format: json}", "log"),
      ("log: {format: text, level: debug}", "? log\n: {format: text}\nlog: {format: json}", "log"),
      ("log: {format: text, level: debug}", "!!str log: {format: text}\nlog: {format: json}", "log"),
      ("level: debug", "level: debug, level: info", "log.level"), ("level: debug", "level: debug, level: debug", "log.level"),
      ("  github: {provider: github}", "  github: {provider: github}\n  github: {provider: github}", "issuers.github"),
      ("      repository_id: 1234", "      repository_id: 1234\n      repository_id: 1235", "publishers.0.when.repository_id"),
      ("      files: acme", "      files: acme\n      \"files\": other", "publishers.0.may_publish.files"),
      ("version: 1", "version: 1\nversion: 1", "version"),
    ])
  func repeated(old: String, new: String, keyPath: String) throws {
    let text = Self.fine.replacing(old, with: new, maxReplacements: 1)
    #expect(Self.problems(text).map(\.complaint) == ["error: \(keyPath): stands twice"])
  }

  @Test("that stands twice does not hide the other problems")
  func repeatedAmongOthers() {
    let text = Self.fine.replacing("level: debug", with: "level: debug, level: info, level: loud").replacing(
      "      repository_id: 1234", with: "      42: 1\n      42: 2"
    )
    .replacing("admin: {listen: \"[::1]:9090\"}", with: "admin: {lisen: x}")
    let problems = Self.problems(text)
    #expect(
      problems.map(\.complaint) == [
        "error: admin: listen is missing", "error: admin.lisen: there is no such key here (listen?)", "error: log.level: stands twice",
        "error: log.level: stands twice", "error: log.level: must be trace or debug or info or notice or warning or error or critical",
        "error: publishers.0.when.42: stands twice", "error: publishers.0.when.42: github has no condition of this name",
      ])
    #expect(problems.map(\.line) == [23, 23, 25, 25, 25, 74, 75])
  }

  @Test("that is no single value, or nothing, is an error", arguments: [("? [a]\n: b", "?"), ("? {a: b}\n: c", "?"), ("[a, b]: c", "?")])
  func notScalar(written: String, keyPath: String) {
    #expect(SettingsSample(top: written).complaints == ["error: \(keyPath): a key must be a single value"])
  }

  @Test(
    "that must be there is missed",
    arguments: [
      ("version: 1\n", "error: : version is missing"), ("    audience: example_pypi\n", "error: registries.python: audience is missing"),
      ("    provider: gitlab\n", "error: issuers.gitlab: provider is missing"),
      ("    protocol: pypi\n", "error: registries.python: protocol is missing"),
      ("      url: https://registry.example.com:444/upload/\n", "error: registries.python.upstream: url is missing"),
      ("    template: \"/{name}/{version}/{file}\"\n", "error: registries.files: template is missing"),
      ("    issuer: github\n", "error: publishers.0: issuer is missing"),
      ("id: widgets-release\n    ", "error: publishers.0: id is missing"),
    ])
  func missing(text: String, complaint: String) {
    #expect(Self.problems(Self.fine.replacing(text, with: "")).map(\.complaint) == [complaint])
  }

  @Test("that must be there is missed in an empty configuration, too")
  func missingAll() {
    #expect(
      SettingsSample.load("{}").problems.map(\.complaint)
        == ["error: : version is missing", "error: : issuers is missing", "error: : registries is missing"])
  }

  @Test("whose value is wrong is told beside all others that are, each once")
  func allAtOnce() {
    let text = """
      version: 2
      server: {listen: nowhere, limits: {upload: much, drain: soon}}
      log: {level: loud}
      issuers:
        github: {provider: githup, algorithms: [none], max_lifetime: 1y, allow_http: perhaps, ca_file: ""}
      registries:
        python:
          protocol: pipy
          host: "a b"
          path: a//b
          audience: pypi
          digest: md5
          upstream: {url: ftp://x, credential: {basic: {username: "a:b", pasword: x}}, ca_file: "", keep_alive: perhaps}
      publishers:
        - {id: A, issuer: github, when: [], may_publish: {python: "!"}, create: sometimes, expires: soon}
        - {id: b, issuer: gitlab, when: {repository: x}, may_publish: {pyhton: x}}
        - {id: b, issuer: github, when: {repository: x}, may_publish: {python: x}}
      """
    let paths = SettingsSample.load(text).problems.map(\.keyPath)
    #expect(
      paths == [
        "version", "server.listen", "server.limits.upload", "server.limits.drain", "log.level", "issuers.github.provider",
        "issuers.github.algorithms.0",
        "issuers.github.max_lifetime", "issuers.github.allow_http", "issuers.github.ca_file", "registries.python.protocol",
        "registries.python.host",
        "registries.python.path", "registries.python.audience", "registries.python.digest", "registries.python.upstream.url",
        "registries.python.upstream.credential.basic", "registries.python.upstream.credential.basic.pasword",
        "registries.python.upstream.ca_file",
        "registries.python.upstream.keep_alive", "publishers.0.when", "publishers.0.create", "publishers.0.expires", "publishers.1.issuer",
        "publishers.1.may_publish.pyhton", "publishers.2.id",
      ])
  }
}
