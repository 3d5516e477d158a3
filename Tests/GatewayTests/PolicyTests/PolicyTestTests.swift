import Configuration
import Observability
import PublisherPolicy
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("A policy test") struct PolicyTestTests {
  private static let claims = """
    repository: acme/widgets, repository_id: 1234, repository_owner: acme, repository_owner_id: "42", event_name: push, ref: refs/tags/v1.0,
    ref_type: tag, sha: abc, environment: release, job_workflow_ref: acme/widgets/.github/workflows/release.yml@refs/tags/v1.0
    """

  /// 2026-11-28T00:00:00Z
  private static let now = Timestamp(milliseconds: 1_795_824_000_000)

  private static func result(_ members: String, claims: String = "", create: String = "named") async throws -> PolicyTestResult {
    let test = "{name: t, claims: {\(Self.claims)\(claims)}, upload: {package: acme-widgets, version: 1.0}, \(members)}"
    let sample = SettingsSample(
      top: "tests: [\(test)]", when: "{repository: acme/widgets, environment: release, tag: \"v{version}\"}",
      publisher: ", expires: 2027-01-01, create: \(create)")
    let settings = try sample.settings()
    let explainer = try Explainer(settings: settings, environment: [:], now: now)
    return await explainer.run(try #require(settings.tests.first))
  }

  @Test(
    "passes where what becomes of the upload is what was expected",
    arguments: [
      ("expect: grant", "", true), ("expect: {decision: grant, publisher: widgets}", "", true), ("expect: refuse", "", false),
      ("expect: refuse", ", foo: bar, nbf: 1795910400", true),
      ("expect: {decision: refuse, reason: token.not-yet-valid}", ", nbf: 1795910400", true),
      ("expect: {decision: refuse, reason: token.expired}", ", exp: 1795820000", true),
      ("expect: {decision: refuse, reason: token.expired}", ", exp: 1795910400", false),
      ("expect: {decision: refuse, reason: token.lifetime-too-long}", ", exp: 1796910400", true),
      ("expect: {decision: refuse, reason: token.wrong-audience}", ", aud: them", true),
      ("expect: {decision: refuse, reason: token.invalid-claim}", ", aud: 1", true),
      ("expect: {decision: refuse, reason: token.invalid-claim}", ", jti: null", true),
      ("expect: {decision: refuse, reason: token.unknown-issuer}", ", iss: \"https://issuer.example\"", true),
      ("expect: grant", ", aud: example_pypi, iss: \"https://token.actions.githubusercontent.com\", jti: x", true),
      ("at: 2026-12-31, expect: grant", "", true), ("at: 2027-01-01, expect: {decision: refuse, reason: publisher.expired}", "", true),
      ("expect: {decision: refuse, reason: publisher.expired}", "", false),
      ("learnt_by: widgets, learnt: {repository_id: 1234, repository_owner_id: 42}, expect: grant", "", true),
      (
        "learnt_by: widgets, learnt: {repository_id: 9, repository_owner_id: 42}, expect: {decision: refuse, reason: publisher.identity-changed}",
        "",
        true
      ),
    ])
  func outcomes(members: String, claims: String, passes: Bool) async throws {
    let result = try await Self.result(members, claims: claims)
    #expect(result.passes == passes, "\(result.sentence)")
  }

  @Test(
    "answers for the registry, or is undecided",
    arguments: [
      ("named", "expect: grant", true), ("none", "expect: grant", false), ("none", "expect: refuse", false),
      ("none", "package_exists: yes, expect: grant", true),
      ("none", "package_exists: no, expect: {decision: refuse, reason: scope.creation-not-allowed}", true),
    ])
  func existence(create: String, members: String, passes: Bool) async throws {
    let result = try await Self.result(members, create: create)
    #expect(result.passes == passes, "\(result.sentence)")
  }

  @Test("of a repository that was renamed says under which name it was learnt by the publisher's own")
  func renamed() async throws {
    let test = """
      tests: [{name: t, claims: {\(Self.claims.replacing("acme/widgets", with: "acme/gadgets"))}, upload: {package: acme-widgets, version: 1.0},
        learnt_by: widgets, learnt: {repository_id: 1234, repository_owner_id: 42}, expect: grant}]
      """
    let settings = try SettingsSample(top: test, when: "{repository: acme/widgets, environment: release}").settings()
    let result = await (try Explainer(settings: settings, environment: [:], now: Self.now)).run(try #require(settings.tests.first))
    #expect(result.passes, "\(result.sentence)")
  }

  @Test("says what differs")
  func sentences() async throws {
    let refused = try await Self.result("expect: {decision: grant, publisher: widgets}", claims: ", extra: x").sentence
    #expect(refused == "expected a grant to widgets, got a grant to widgets")
    #expect(
      try await Self.result("expect: refuse", create: "none").sentence
        == "expected a refusal, got no decision: granted if python has the package \"acme-widgets\", which it was not asked: say whether the package exists"
    )
  }

  // MARK: Reports

  @Test("reports of no test at all are no success")
  func none() {
    let report = PolicyTestReport("a.yaml", [])
    #expect(report.exitCode == 1 && report.text == "a.yaml: there is no test")
    #expect(report.json.object?["ok"] == .bool(false))
  }

  @Test("reports count, and tell the story of what fails")
  func report() async throws {
    let passing = try await Self.result("expect: grant")
    let failing = try await Self.result("expect: refuse")
    #expect(PolicyTestReport("a.yaml", [passing]).exitCode == 0)
    let report = PolicyTestReport("a.yaml", [passing, failing])
    #expect(report.exitCode == 1)
    let lines = report.text.split(separator: "\n")
    #expect(lines[0] == "ok    t" && lines[1] == "FAIL  t" && lines.last == "2 tests: 1 passed, 1 failed")
    #expect(report.text.contains("      yes  repository: expected \"acme/widgets\", got \"acme/widgets\""))
  }
}
