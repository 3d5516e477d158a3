import StrictParsers
import Testing

@testable import PublisherPolicy

@Suite("A condition") struct ConditionTests {
  @Test("with a list holds of any one of it", arguments: SamplePublish.both)
  func list(sample: SamplePublish) {
    #expect(sample.requiring("environment", ["staging", "release"]).verdict == .granted)
    #expect(sample.requiring("environment", ["release", "staging"]).verdict == .granted)
    #expect(sample.requiring("environment", ["staging", "rel*"]).verdict == .granted)
    #expect(sample.requiring("environment", ["staging", "production"]).verdict == .refused)
  }

  @Test("must hold beside all others", arguments: SamplePublish.both)
  func all(sample: SamplePublish) {
    let narrow = sample.requiring("environment", "release").requiring("ref_protected", "true")
    #expect(narrow.verdict == .granted)
    #expect(narrow.setting("environment", "staging").verdict == .refused)
    #expect(narrow.setting("ref_protected", "false").verdict == .refused)
  }

  @Test("on any claim of the table holds of its value, and never of none", arguments: SamplePublish.both)
  func everyClaim(sample: SamplePublish) {
    let special = Set(sample.provider.specialConditions + sample.provider.immutableIDs)
    for name in sample.provider.claims.conditionable where !special.contains(name) {
      guard let value = sample.claims[name].flatMap({ $0.string ?? $0.integer.map { "\($0)" } }), !value.isEmpty else { continue }
      let required = sample.requiring(name.text, value)
      #expect(required.verdict == .granted, "\(name)")
      #expect(required.setting(name, nil).verdict == .refused, "\(name)")
      for wrong in [.null, .bool(true), .array([.string(value)]), .number("1.0")] as [JSONValue] {
        #expect(required.setting(name, to: wrong).verdict == .refused, "\(name): \(wrong)")
      }
      #expect(required.setting(name, "\(value)x").verdict == .refused, "\(name)")
      #expect(required.setting(name, "\(value)\u{301}").verdict == .refused, "\(name)")
    }
  }

  @Test("never holds of an absent claim, however wide it is", arguments: SamplePublish.both)
  func absent(sample: SamplePublish) {
    for wide in ["*", "**"] as [ExactString] {
      #expect(sample.requiring("environment", wide).verdict == .granted)
      #expect(sample.requiring("environment", wide).setting("environment", nil).verdict == .refused)
      #expect(sample.requiring("environment", wide).setting("environment", to: .null).verdict == .refused)
      #expect(sample.requiring("tag", wide).setting(sample.referenceClaim, "refs/heads/main").verdict == .refused)
    }
  }

  @Test(
    "ignores the case of names that have none, and of nothing else",
    arguments: [
      ("repository", "FOO/Bar", "repository", .granted), ("repository_owner", "FOO", "repository_owner", .granted),
      ("environment", "Release", "environment", .granted), ("ref", "refs/tags/V1.0", "ref", .refused),
      ("event_name", "Push", "event_name", .refused),
      ("runner_environment", "GitHub-hosted", "runner_environment", .refused), ("ref_protected", "True", "ref_protected", .refused),
    ] as [(String, ExactString, ExactString, SamplePublish.Verdict)])
  func letterCase(key: String, configured: ExactString, claim: ExactString, expected: SamplePublish.Verdict) {
    #expect(SamplePublish.gitHub.requiring(key, configured).verdict == expected)
  }

  @Test("on the issuer or the audience is on what was verified")
  func registered() {
    let sample = SamplePublish.gitHub
    #expect(sample.requiring("aud", "example_pypi").verdict == .granted)
    #expect(sample.requiring("aud", "example_pypi").setting("aud", "other").verdict == .granted)
    #expect(sample.requiring("aud", "other").setting("aud", "other").verdict == .refused)
    #expect(sample.requiring("iss", sample.url).verdict == .granted)
    #expect(sample.requiring("iss", "https://evil.example").setting("iss", "https://evil.example").verdict == .refused)
  }

  @Test(
    "on a dangerous event is there unless the publisher names the event",
    arguments: [
      ("workflow_run", nil, .refused), ("workflow_run", ["workflow_run"], .granted), ("workflow_run", ["push", "workflow_run"], .granted),
      ("workflow_run", ["push"], .refused), ("workflow_run", ["*"], .refused), ("workflow_run", ["workflow_*"], .refused),
      ("workflow_run", ["issues"], .refused), ("issues", ["workflow_run"], .refused), ("push", ["push"], .granted),
      ("push", ["*"], .granted),
      ("push", ["workflow_run"], .refused), ("push", ["push", "workflow_run"], .granted), ("Workflow_run", nil, .granted),
    ] as [(ExactString, [ExactString]?, SamplePublish.Verdict)])
  func events(event: ExactString, named: [ExactString]?, expected: SamplePublish.Verdict) {
    let sample = SamplePublish.gitHub.setting("event_name", event)
    #expect((named.map { sample.requiring("event_name", $0) } ?? sample).verdict == expected)
  }

  // MARK: Workflows of GitHub

  private static let called: ExactString = "foo/tools/.github/workflows/publish.yml@refs/tags/v2"

  @Test(
    "on a workflow is on the job's file too, so that no callee inherits the caller's rights",
    arguments: [
      ("foo/bar/.github/workflows/baz.yml@refs/tags/v1.0", .granted),
      ("foo/bar/.github/workflows/baz.yml@\(SamplePublish.revision)", .granted),
      ("foo/bar/.github/workflows/other.yml@refs/tags/v1.0", .refused), ("foo/bar/.github/workflows/baz.yml@refs/heads/main", .refused),
      (called, .refused), ("evil/bar/.github/workflows/baz.yml@refs/tags/v1.0", .refused), ("", .refused),
    ] as [(ExactString, SamplePublish.Verdict)])
  func job(reference: ExactString, expected: SamplePublish.Verdict) {
    #expect(SamplePublish.gitHub.requiring("workflow", "baz.yml").setting("job_workflow_ref", reference).verdict == expected)
  }

  @Test(
    "on a reusable workflow allows the job that very file, and the caller's file stays what `workflow` says",
    arguments: [
      (called, called, .granted), ("foo/tools/.github/workflows/publish.yml@*", called, .refused),
      ("foo/tools/.github/workflows/publish.yml@**", called, .granted),
      ("foo/tools/.github/workflows/publish.yml@refs/tags/*", called, .granted),
      (called, "foo/bar/.github/workflows/baz.yml@refs/tags/v1.0", .refused),
      (called, "FOO/tools/.github/workflows/publish.yml@refs/tags/v2", .refused),
      (called, "foo/tools/.github/workflows/publish.yml@refs/tags/v2x", .refused), (called, nil, .refused),
    ] as [(ExactString, ExactString?, SamplePublish.Verdict)])
  func reusable(configured: ExactString, claim: ExactString?, expected: SamplePublish.Verdict) {
    let sample = SamplePublish.gitHub.requiring("reusable_workflow", configured).setting("job_workflow_ref", claim)
    #expect(sample.verdict == expected)
    #expect(sample.requiring("workflow", "baz.yml").verdict == expected)
    #expect(sample.requiring("workflow", "other.yml").verdict == .refused)
  }

  @Test("on a workflow judges the caller's file, not the name that its author gave it")
  func displayName() {
    let sample = SamplePublish.gitHub.requiring("workflow", "baz.yml")
    #expect(sample.setting("workflow", "other.yml").verdict == .granted)
    #expect(sample.setting("workflow", nil).verdict == .granted)
    #expect(sample.requiring("workflow", "other.yml").setting("workflow", "other.yml").verdict == .refused)
    #expect(sample.setting("workflow_ref", "evil/bar/.github/workflows/baz.yml@refs/tags/v1.0").verdict == .refused)
  }

  @Test("on several workflows demands one file for both")
  func several() {
    let sample = SamplePublish.gitHub.requiring("workflow", ["a.yml", "baz.yml"])
    #expect(sample.verdict == .granted)
    #expect(sample.setting("job_workflow_ref", "foo/bar/.github/workflows/a.yml@refs/tags/v1.0").verdict == .refused)
  }
}
