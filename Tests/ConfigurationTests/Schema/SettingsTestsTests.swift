import PublisherPolicy
import Secrets
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Configuration

@Suite("A policy test in a configuration file") struct SettingsTestsTests {
  private static let top = """
    name: t, issuer: github, claims: {repository: acme/widgets}, upload: {package: acme-widgets, version: "1.0"}, expect: grant
    """

  private static func load(
    _ test: String, files: [String: String] = [:], include: String = "", named: [String] = []
  ) -> (settings: Settings?, problems: [SettingsProblem]) {
    var memory = MemoryFiles(files: files.mapValues { Array($0.utf8) })
    let text = SettingsSample(top: "tests: [{\(test)}]\n\(include)", when: "{repository: acme/widgets, environment: release}").text
    memory.files[SettingsSample.path] = Array(text.utf8)
    return SettingsFile.load(SettingsSample.path, environment: [:], reading: memory, for: .judging, tests: named)
  }

  private static func complaints(_ test: String) -> [String] { load(test).problems.map(\.complaint) }

  @Test("says all that is documented")
  func complete() throws {
    let (settings, problems) = Self.load(
      """
      name: t, claims: {repository: acme/widgets}, upload: {registry: python, package: Acme.Widgets, version: 1.0.0, file: a.whl},
      learnt: {repository_id: 1234, repository_owner_id: "42"}, learnt_by: widgets, package_exists: no, at: 2026-11-28,
      expect: {decision: refuse, reason: publisher.identity-changed}
      """)
    #expect(problems.map(\.complaint) == [])
    let test = try #require(settings?.tests.first)
    #expect(test.name == "t" && test.issuer.name.description == "github" && test.registry.name.description == "python")
    #expect(test.target.package.canonical == "acme-widgets" && test.target.version?.written == "1.0.0" && test.target.file == "a.whl")
    #expect(test.packageExists == false && test.time?.seconds == 1_795_824_000)
    #expect(test.expected == .refusal(code: "publisher.identity-changed"))
    let learnt = try #require(test.learnt.first)
    #expect(test.learnt.count == 1 && learnt.key.repository == "acme/widgets" && learnt.key.publisher == PublisherID("widgets"))
    #expect(learnt.ids == ImmutableIDs([.init("repository_id", "1234"), .init("repository_owner_id", "42")]))
  }

  @Test(
    "has claims of the types that JSON has",
    arguments: [
      ("x", .string("x")), ("'x'", .string("x")), ("42", .integer(42)), ("\"42\"", .string("42")), ("-7", .integer(-7)),
      ("0", .integer(0)), ("007", .string("007")), ("+1", .string("+1")), ("-0", nil), ("1.5", .string("1.5")), ("1e3", .string("1e3")),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", nil), ("true", .bool(true)), ("'true'", .string("true")),
      ("True", .string("True")), ("yes", .string("yes")), ("false", .bool(false)), ("null", .null), ("'null'", .string("null")),
      ("~", .string("~")), ("\"\"", .string("")), ("''", .string("")), ("", nil), ("\"a\\nb\"", .string("a\nb")),
      ("[a, 1, [null]]", .array([.string("a"), .integer(1), .array([.null])])), ("[]", .array([])),
      ("{a: {b: 1}}", .object(JSONObject([.init("a", .object(JSONObject([.init("b", .integer(1))])))]))), ("{a: }", nil),
      ("[1, ]", .array([.integer(1)])),
    ] as [(String, JSONValue?)])
  func claims(written: String, expected: JSONValue?) {
    let (settings, problems) = Self.load(Self.top.replacing("{repository: acme/widgets}", with: "{x: \(written)}"))
    #expect(settings?.tests.first?.claims["x"] == expected)
    #expect(problems.isEmpty == (expected != nil), "\(problems)")
  }

  @Test(
    "is told what is wrong with it",
    arguments: [
      ("name: t, ", "", "error: tests.0: name is missing"), ("name: t", "name: ", "error: tests.0.name: is empty"),
      ("name: t", "name: t, nmae: u", "error: tests.0.nmae: there is no such key here (name?)"),
      ("issuer: github", "issuer: gitub", "error: tests.0.issuer: there is no issuer \"gitub\" (github?)"),
      ("claims: {repository: acme/widgets}, ", "", "error: tests.0: claims is missing"),
      ("claims: {repository: acme/widgets}", "claims: [a]", "error: tests.0.claims: must be a mapping"),
      ("{package", "{registry: pyton, package", "error: tests.0.upload.registry: there is no registry \"pyton\" (python?)"),
      ("package: acme-widgets, ", "", "error: tests.0.upload: package is missing"),
      ("acme-widgets", "-x", "error: tests.0.upload.package: \"-x\" is not a package's name of the protocol pypi"),
      (", version: \"1.0\"", "", "error: tests.0.upload: version is missing"),
      ("\"1.0\"", "x", "error: tests.0.upload.version: \"x\" is not a version of the protocol pypi"),
      ("expect: grant", "expect: granted", "error: tests.0.expect: must be grant or refuse (grant?)"),
      ("expect: grant", "expect: {publisher: widgets}", "error: tests.0.expect: decision is missing"),
      ("expect: grant", "expect: {decision: grant, reason: token.expired}", "error: tests.0.expect.reason: is for a refusal"),
      (
        "expect: grant", "expect: {decision: refuse, publisher: widgets}",
        "error: tests.0.expect.publisher: is for a grant: a refusal has a reason"
      ),
      (
        "expect: grant", "expect: {decision: refuse, reason: publisher.claim-mismach}",
        "error: tests.0.expect.reason: there is no reason \"publisher.claim-mismach\" (publisher.claim-mismatch?)"
      ),
      (
        "expect: grant", "expect: {decision: grant, publisher: widget}",
        "error: tests.0.expect.publisher: there is no publisher \"widget\" (widgets?)"
      ),
      ("expect: grant", "expect: grant, package_exists: maybe", "error: tests.0.package_exists: must be yes or no"),
      ("expect: grant", "expect: grant, at: today", "error: tests.0.at: \"today\" is not a date: YYYY-MM-DD"),
      (
        "expect: grant", "expect: grant, learnt: {repository_id: 1, repository_owner_id: 2}",
        "error: tests.0.learnt: needs learnt_by, or a publisher in expect"
      ),
      (
        "expect: grant", "expect: grant, learnt_by: widgets, learnt: {repository_id: 1}",
        "error: tests.0.learnt: must hold exactly repository_id and repository_owner_id"
      ),
      ("expect: grant", "expect: grant, learnt_by: widgets", "error: tests.0.learnt_by: says who has learnt: learnt is missing"),
      ("expect: grant", "expect: grant, learnt_by: x, learnt: {a: b}", "error: tests.0.learnt_by: there is no publisher \"x\""),
    ])
  func mistakes(old: String, new: String, complaint: String) {
    #expect(Self.complaints(Self.top.replacing(old, with: new)) == [complaint])
  }

  @Test("has a place, where it and what is wrong with it stand")
  func places() throws {
    let test = try #require(Self.load(Self.top).settings?.tests.first)
    #expect(test.file == SettingsSample.path && test.line == 5 && test.column == 9)
    let problem = try #require(Self.load(Self.top.replacing("expect: grant", with: "expect: granted")).problems.first)
    #expect(problem.line == 5 && problem.column > 100)
  }

  @Test("has a name of its own in its file")
  func names() {
    let twice = "\(Self.top)}, {\(Self.top)"
    #expect(Self.complaints(twice) == ["error: tests.1.name: the name t stands twice in this file"])
    let other = "tests:\n- {\(Self.top)}"
    let (settings, problems) = Self.load(Self.top, files: ["/etc/imprimatur/other.yaml": other], include: "include: [other.yaml]")
    #expect(problems.isEmpty && settings?.tests.map(\.file) == [SettingsSample.path, "/etc/imprimatur/other.yaml"])
  }

  @Test("is of a publisher that learns, if something was learnt")
  func pinsOnFirstUse() {
    let test = Self.top.replacing(
      "expect: grant", with: "learnt: {repository_id: 1, repository_owner_id: 2}, learnt_by: widgets, expect: grant")
    let complaints = SettingsSample(top: "tests: [{\(test)}]").complaints
    #expect(complaints == ["error: tests.0.learnt: the publisher widgets learns nothing of github's tokens"])
  }

  @Test("names its registry and its issuer where there is more than one")
  func ambiguity() {
    let test = Self.top.replacing("issuer: github, ", with: "")
    let issuers = "{github: {provider: github}, gitlab: {provider: gitlab}}"
    #expect(
      SettingsSample(top: "tests: [{\(test)}]", issuers: issuers).complaints == [
        "error: tests.0: issuer is missing, and there is more than one"
      ])
  }

  @Test("has no version where uploads have none", arguments: ["/{name}/{file}", "/{name}/{version}"])
  func versions(template: String) {
    let sample = SettingsSample(top: "tests: [{\(Self.top)}]", protocol: "generic", registry: ", template: \"\(template)\"")
    #expect(sample.complaints == (template.contains("version") ? [] : ["error: tests.0.upload.version: no upload to python has a version"]))
  }

  @Test("stands in a file that is named, too, which is then no part of the configuration")
  func named() throws {
    let files = ["more.yaml": "tests: [{\(Self.top)}]", "empty.yaml": "tests: []", "odd.yaml": "testz: []"]
    let (settings, _) = Self.load(Self.top, files: files, named: ["more.yaml", "empty.yaml"])
    let plain = try #require(Self.load(Self.top).settings)
    #expect(settings?.tests.map(\.file) == [SettingsSample.path, "more.yaml"])
    #expect(settings?.digest == plain.digest && settings?.files == plain.files)
    #expect(
      Self.load(Self.top, files: files, named: ["odd.yaml", "missing.yaml"]).problems.map { "\($0.file): \($0.complaint)" } == [
        "missing.yaml: error: : can't be read", "odd.yaml: error: testz: there is no such key here (tests?)",
        "odd.yaml: error: : tests is missing",
      ])
  }

  @Test("needs neither secrets nor certificates, which serving does")
  func judging() {
    let upstream = "{url: \"https://127.0.0.1:8081/\", credential: {bearer: {file: missing}}, ca_file: missing}"
    let text = SettingsSample(upstream: upstream).text
    let reader = MemoryFiles(files: [SettingsSample.path: Array(text.utf8)])
    #expect(SettingsFile.load(SettingsSample.path, environment: [:], reading: reader, for: .judging).problems.isEmpty)
    #expect(SettingsFile.load(SettingsSample.path, environment: [:], reading: reader).problems.map(\.rule) == [.unreadable, .unreadable])
  }

  @Test("never takes another store for the one whose URL can't be read")
  func store() throws {
    let text = SettingsSample(top: "state: {postgres: {url: {file: /missing}}}").text
    let reader = MemoryFiles(files: [SettingsSample.path: Array(text.utf8)])
    let (settings, problems) = SettingsFile.load(SettingsSample.path, environment: [:], reading: reader, for: .judging)
    #expect(problems.isEmpty && settings?.state == .postgres(url: .file("/missing")))
  }
}
