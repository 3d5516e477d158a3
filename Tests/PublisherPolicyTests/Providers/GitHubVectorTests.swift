import StrictParsers
import Testing

@testable import PublisherPolicy

/// What the tests of PyPI's warehouse hold of GitHub's claims. Where the answer here is another, the reason stands beside the row.
@Suite("GitHub's tokens, as PyPI judges them,") struct GitHubVectorTests {
  typealias Verdict = SamplePublish.Verdict
  private static let sample = SamplePublish.gitHub
  private static let place: ExactString = "foo/bar/.github/workflows/"

  /// A token whose workflow and job stand in the same file.
  private static func running(_ reference: ExactString?, in sample: SamplePublish = sample) -> SamplePublish {
    sample.setting("workflow_ref", reference).setting("job_workflow_ref", reference)
  }

  @Test(
    "mean the workflow whose file is named",
    arguments: [
      ("basic.yml", "refs/heads/main", .granted), ("basic.yaml", "refs/heads/main", .granted),
      ("has-dash.yml", "refs/heads/main", .granted),
      ("has--dashes.yml", "refs/heads/main", .granted), ("has--dashes-.yml", "refs/heads/main", .granted),
      ("has.period.yml", "refs/heads/main", .granted), ("has..periods.yml", "refs/heads/main", .granted),
      ("has..periods..yml", "refs/heads/main", .granted), ("has_underscore.yml", "refs/heads/main", .granted),
      ("basic.yml", "refs/heads/misleading@branch.yml", .granted), ("basic.yml", "refs/heads/bad@branch@twomatches.yml", .granted),
      ("foo.yml.yml", "refs/heads/main", .granted), ("foo.yml.foo.yml", "refs/heads/main", .granted),
      // PyPI takes these. Here an @ is where the reference begins, and a file with one in its name can't be configured.
      ("nested@evil.yml", "refs/heads/main", .misconfigured), ("nested.yml@evil.yml", "refs/heads/main", .misconfigured),
      ("extra@nested.yml@evil.yml", "refs/heads/main", .misconfigured),
      ("extra.yml@nested.yml@evil.yml", "refs/heads/main", .misconfigured),
      ("basic.wrongsuffix", "refs/heads/main", .misconfigured), ("", "refs/heads/main", .misconfigured),
      ("nosuffix", "refs/heads/main", .misconfigured), (".yml", "refs/heads/main", .misconfigured),
      (".yaml", "refs/heads/main", .misconfigured),
    ] as [(ExactString, ExactString, Verdict)])
  func fileNames(file: ExactString, ref: ExactString, expected: Verdict) {
    let sample = Self.running("\(Self.place)\(file)@\(ref)").setting("ref", ref)
    #expect(sample.requiring("workflow", file).verdict == expected)
  }

  @Test("mean no workflow where the reference has no @")
  func withoutReference() {
    #expect(Self.running("\(Self.place)main.yml").requiring("workflow", "main.yml").verdict == .refused)
  }

  @Test(
    "are of the named workflow at their own ref or sha only",
    arguments: [
      ("baz.yml@refs/tags/v0.0.1", "refs/tags/v0.0.1", "somesha", .granted),
      ("baz.yml@refs/pulls/6", "refs/pulls/6", "somesha", .granted), ("baz.yml@refs/heads/main", "refs/heads/main", "somesha", .granted),
      ("baz.yml@notrailingslash", "notrailingslash", "somesha", .granted), ("baz.yml@somesha", "someref", "somesha", .granted),
      ("baz.yml@somesha", "", "somesha", .granted),
      // PyPI takes a null `ref` for an empty one; here a required claim is a string or an integer, as its table of claims has it too.
      ("baz.yml@somesha", nil, "somesha", .refused),
      ("baz.yml@missing", nil, nil, .refused), ("baz.yml@missing", "", "", .refused), ("baz.yml@missing", "", nil, .refused),
      ("baz.yml@", "", "", .refused), ("baz.yml@fake.yml@notrailingslash", "somesha", "notrailingslash", .refused),
      ("baz.yml@fake.yml@refs/pulls/6", "somesha", "refs/pulls/6", .refused), ("baz.yml@", "somesha", "notrailingslash", .refused),
      ("@", "somesha", "notrailingslash", .refused), ("", "somesha", "notrailingslash", .refused),
      ("baz.yml@malicious.yml@", "somesha", "notrailingslash", .refused), ("baz.yml@@", "somesha", "notrailingslash", .refused),
      ("BAZ.yml@someref", "someref", "somesha", .refused), ("baz.yml@someref\u{301}", "someref", "somesha", .refused),
    ] as [(ExactString, ExactString?, ExactString?, Verdict)])
  func references(file: ExactString, ref: ExactString?, sha: ExactString?, expected: Verdict) {
    let sample = Self.sample.requiring("workflow", "baz.yml").setting("ref", to: ref.map { .string($0) } ?? .null)
      .setting("sha", to: sha.map { .string($0) } ?? .null)
    #expect(Self.running("\(Self.place)\(file)", in: sample).verdict == expected)
  }

  @Test(
    "need a reference of the whole repository", arguments: ["baz.yml", "", "bar/.github/workflows/baz.yml@somesha", nil] as [ExactString?])
  func wholeReferences(reference: ExactString?) {
    let sample = Self.sample.requiring("workflow", "baz.yml").setting("sha", "somesha")
    #expect(Self.running(reference, in: sample).verdict == .refused)
    #expect(sample.setting("workflow_ref", reference).verdict == .refused)
  }

  @Test(
    "name their repository without regard to ASCII case",
    arguments: [
      ("foo/foo", "foo/foo", .granted), ("foo/foo", "Foo/foo", .granted), ("foo/foo", "Foo/Foo", .granted),
      ("foo/foo", "foo/Foo", .granted),
      ("foo/foo", "FOO/foo", .granted), ("foo/foo", "foo/FOO", .granted), ("FOO/foo", "foo/FOO", .granted),
      ("foo/foo", "foo/foo\u{301}", .refused), ("foo/fook", "foo/foo\u{212A}", .refused), ("foo/foo", "foo/foo/", .refused),
      ("foo/foo", nil, .refused), ("foo/foo", "", .refused), ("foo/foo", "bar/foo", .refused),
      // PyPI compares a repository without an owner, and finds it wrong each time; here it can't be configured at all.
      ("", nil, .misconfigured), ("foo", nil, .misconfigured), ("", "", .misconfigured), ("foo", "", .misconfigured),
    ] as [(ExactString, ExactString?, Verdict)])
  func repositories(configured: ExactString, claim: ExactString?, expected: Verdict) {
    #expect(Self.sample.requiring("repository", configured).setting("repository", claim).verdict == expected)
  }

  @Test(
    "were not made by an event that runs a stranger's code",
    arguments: [
      ("push", .granted), ("release", .granted), ("workflow_dispatch", .granted), ("schedule", .granted), ("pull_request", .granted),
      ("", .granted), ("pull_request_target", .refused), (nil, .refused),
      // PyPI refuses pull_request_target alone. Each of these runs for what a stranger did, too.
      ("workflow_run", .refused), ("issue_comment", .refused), ("issues", .refused), ("discussion_comment", .refused),
    ] as [(ExactString?, Verdict)])
  func events(event: ExactString?, expected: Verdict) {
    #expect(Self.sample.setting("event_name", event).verdict == expected)
  }

  @Test(
    "name their environment without regard to ASCII case",
    arguments: [
      (nil, nil, .granted), (nil, "", .granted), (nil, "some_environment", .granted),
      ("some_environment", "some_environment", .granted), ("some_environment", "sOmE_eNvIrOnMeNt", .granted),
      ("sOmE_eNvIrOnMeNt", "some_environment", .granted), ("some_environment", nil, .refused), ("some_environment", "", .refused),
      ("some_environment", "other", .refused), ("kelvin", "\u{212A}elvin", .refused),
      // PyPI's empty environment is its way to say "any"; here that is a condition left out.
      ("", "x", .misconfigured),
    ] as [(ExactString?, ExactString?, Verdict)])
  func environments(configured: ExactString?, claim: ExactString?, expected: Verdict) {
    let sample = configured.map { Self.sample.requiring("environment", $0) } ?? Self.sample
    #expect(sample.setting("environment", claim).verdict == expected)
  }

  @Test(
    "may be meant by a general publisher and by one of their environment",
    arguments: [
      (nil, "general"), ("other", "general"),
      // PyPI chooses the one of the environment, and with it that one's projects only. Here both are meant, and the first that allows the upload is named.
      ("some_environment", "general"), ("sOmE_eNvIrOnMeNt", "general"),
    ] as [(ExactString?, String)])
  func selection(environment: ExactString?, expected: String) throws {
    let general = try Self.sample.publisher(id: "general")
    let special = try Self.sample.requiring("environment", "some_environment").publisher(id: "special")
    let sample = Self.sample.setting("environment", environment)
    #expect(try sample.decide(among: [general, special]).publisher.description == expected)
    if environment == nil || environment == "other" {
      #expect(throws: PolicyRefusal.self) { try sample.decide(among: [special]) }
    } else {
      #expect(try sample.decide(among: [special, general]).publisher.description == "special")
    }
  }

  @Test(
    "tell file names apart in which a database would see wildcards",
    arguments: ["release-pypi.yml", "release_pypi.yml", "release%pypi.yml"])
  func wildcards(running: ExactString) {
    for file in ["release-pypi.yml", "release_pypi.yml", "release%pypi.yml"] as [ExactString] {
      let sample = Self.running("\(Self.place)\(running)@refs/tags/v1.0").requiring("workflow", file)
      #expect(sample.verdict == (file == running ? .granted : .refused))
    }
  }

  @Test(
    "have every claim that PyPI demands",
    arguments: ["repository", "repository_owner", "repository_owner_id", "job_workflow_ref", "jti", "event_name", "ref", "sha"]
      as [ExactString])
  func required(claim: ExactString) throws {
    #expect(try Self.sample.setting(claim, nil).refusal() == .missingClaim(claim))
    #expect(try Self.sample.setting(claim, to: .null).refusal() == .missingClaim(claim))
  }

  @Test("may have a `sub` of any template, properties and claims that nobody knows", arguments: ["repo:x/y", "", nil] as [ExactString?])
  func ignored(subject: ExactString?) {
    let sample = Self.sample.setting("sub", subject).setting("repo_property_x", to: .bool(true)).setting("unheard_of", to: .array([]))
    #expect(sample.verdict == .granted)
  }
}
