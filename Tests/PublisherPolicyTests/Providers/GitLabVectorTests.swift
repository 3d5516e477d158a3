import StrictParsers
import Testing

@testable import PublisherPolicy

/// What the tests of PyPI's warehouse hold of GitLab's claims. Where the answer here is another, the reason stands beside the row.
@Suite("GitLab's tokens, as PyPI judges them,") struct GitLabVectorTests {
  typealias Verdict = SamplePublish.Verdict
  private static let sample = SamplePublish.gitLab

  @Test(
    "mean the pipeline whose file is named",
    arguments: [
      ("notnested.yml", .granted), ("notnested.yaml", .granted), ("basic/basic.yml", .granted), ("more/nested/example.yml", .granted),
      ("too//many//slashes.yml", .granted), ("foo.bar.yml", .granted), ("foo.yml.bar.yml", .granted), ("a.yml", .granted),
      ("a/b.yml", .granted), (".gitlab-ci.yml", .granted),
      // PyPI takes these. Here an @ is where the reference begins (and in GitLab's own settings the project), and such a path can't be configured.
      ("has-@.yml", .misconfigured), ("foo.yml@bar.yml", .misconfigured), ("@foo.yml@bar.yml", .misconfigured),
      ("@.yml.foo.yml@bar.yml", .misconfigured),
      // PyPI takes references apart and has to find the file's end in them. Here the reference is constructed from the path that stands in the
      // configuration, whatever it ends in: who writes it gets what he wrote.
      ("notnested.wrongsuffix", .granted), (".yml", .granted), (".yaml", .granted), ("somedir/.yaml", .granted),
      ("", .misconfigured), ("/a.yml", .misconfigured),
    ] as [(ExactString, Verdict)])
  func files(file: ExactString, expected: Verdict) {
    let sample = Self.sample.setting("ref_path", "/some/ref").setting("ci_config_ref_uri", "gitlab.com/foo/bar//\(file)@/some/ref")
    #expect(sample.requiring("workflow", file).verdict == expected)
  }

  @Test(
    "name the host of their own issuer",
    arguments: [
      ("https://gitlab.com", "gitlab.com", .granted), ("https://gitlab.example.com", "gitlab.example.com", .granted),
      ("https://gitlab.example.com:8443", "gitlab.example.com:8443", .granted),
      ("https://example.com/gitlab", "example.com/gitlab", .granted), ("http://127.0.0.1:8080", "127.0.0.1:8080", .granted),
      ("https://gitlab.example.com", "gitlab.com", .refused), ("https://gitlab.com", "gitlab.example.com", .refused),
      ("https://gitlab.com", "GitLab.com", .refused),
    ] as [(ExactString, ExactString, Verdict)])
  func hosts(issuer: ExactString, host: ExactString, expected: Verdict) {
    let sample = Self.sample.with { $0.url = issuer }.setting("ci_config_ref_uri", "\(host)/foo/bar//a.yml@refs/tags/v1.0")
    #expect(sample.requiring("workflow", "a.yml").verdict == expected)
  }

  @Test(
    "are of the named pipeline at their own ref or sha only",
    arguments: [
      ("baz.yml@refs/tags/v0.0.1", "refs/tags/v0.0.1", "somesha", .granted), ("baz.yml@refs/pulls/6", "refs/pulls/6", "somesha", .granted),
      ("baz.yml@refs/heads/main", "refs/heads/main", "somesha", .granted),
      ("baz.yml@notrailingslash", "notrailingslash", "somesha", .granted),
      ("baz.yml@somesha", "someref", "somesha", .granted), ("baz.yml@somesha", nil, "somesha", .refused),
      ("baz.yml@somesha", "", "somesha", .refused), ("baz.yml@someref", "someref", nil, .refused),
      ("baz.yml@someref", "someref", "", .refused), ("baz.yml@missing", "", "", .refused), ("baz.yml@missing", nil, nil, .refused),
      ("baz.yml@fake.yml@notrailingslash", "somesha", "notrailingslash", .refused),
      ("baz.yml@fake.yml@refs/pulls/6", "somesha", "refs/pulls/6", .refused), ("baz.yml@", "somesha", "notrailingslash", .refused),
      ("@", "somesha", "notrailingslash", .refused), ("", "somesha", "notrailingslash", .refused),
      ("baz.yml@malicious.yml@", "somesha", "notrailingslash", .refused), ("baz.yml@@", "somesha", "notrailingslash", .refused),
    ] as [(ExactString, ExactString?, ExactString?, Verdict)])
  func references(file: ExactString, ref: ExactString?, sha: ExactString?, expected: Verdict) {
    let sample = Self.sample.requiring("workflow", "workflows/baz.yml").setting("ref_path", to: ref.map { .string($0) } ?? .null)
      .setting("sha", to: sha.map { .string($0) } ?? .null)
    #expect(sample.setting("ci_config_ref_uri", "gitlab.com/foo/bar//workflows/\(file)").verdict == expected)
  }

  @Test("need a reference of the whole project", arguments: ["", "baz.yml", "foo/bar//workflows/baz.yml@refs/tags/v1.0"] as [ExactString])
  func wholeReferences(reference: ExactString) {
    #expect(Self.sample.requiring("workflow", "workflows/baz.yml").setting("ci_config_ref_uri", reference).verdict == .refused)
  }

  @Test(
    "have a `sub` that is compared like any claim",
    arguments: [
      // PyPI compares the first two parts of `sub` and drops the rest. Here the value of a condition is the whole claim, with wildcards where it says so.
      ("repo:foo/bar", "repo:foo/bar:stuff", .refused), ("repo:foo/bar:**", "repo:foo/bar:stuff", .granted),
      ("repo:foo/bar", "repo:foo/bar:", .refused), ("repo:foo/bar:**", "repo:foo/bar:", .granted),
      // PyPI ignores its case. Here only the project's own name has none.
      ("repo:foo/bar:**", "repo:fOo/BaR:", .refused), ("repo:fOo/BaR:**", "repo:foo/bar:", .refused),
      ("repo:foo/bar", "repo:foo/bar-baz", .refused), ("repo:foo/bar-baz", "repo:foo/bar", .refused),
      ("repo:foo/bar:**", "repo:foo/bar-baz:", .refused), ("repo:foo/bar:suffix", "repo:foo/bar", .refused), ("repo:foo/bar", "", .refused),
      ("repo:foo/bar", "repo", .refused), ("repo:foo/bar", "repo:", .refused), ("repo:foo/bar", nil, .refused),
    ] as [(ExactString, ExactString?, Verdict)])
  func subjects(configured: ExactString, claim: ExactString?, expected: Verdict) {
    #expect(Self.sample.requiring("sub", configured).setting("sub", claim).verdict == expected)
  }

  @Test(
    "name their project without regard to ASCII case",
    arguments: [
      ("foo/bar", nil, .refused), ("foo/bar", "", .refused), ("foo/bar", "foo/bar", .granted), ("foo/bar", "Foo/bar", .granted),
      ("foo/bar", "foo/Bar", .granted), ("foo/bar", "Foo/Bar", .granted), ("foo/bar", "FOO/BAR", .granted),
      ("Foo/Bar", "foo/bar", .granted),
      ("foo/bar", "foo/bar/baz", .refused), ("group/sub/bar", "Group/Sub/Bar", .granted), ("foo", "foo", .misconfigured),
    ] as [(ExactString, ExactString?, Verdict)])
  func projects(configured: ExactString, claim: ExactString?, expected: Verdict) {
    #expect(Self.sample.requiring("project", configured).setting("project_path", claim).verdict == expected)
    #expect(
      Self.sample.requiringNothing(of: "project").requiring("project_path", configured).setting("project_path", claim).verdict == expected)
  }

  /// PyPI holds the configured spelling against the pipeline's reference, so that such a publisher never works there.
  @Test("are of the named pipeline however the project's name is spelt", arguments: ["foo/bar", "Foo/Bar"] as [ExactString])
  func spelling(claim: ExactString) {
    let sample = Self.sample.setting("project_path", claim).setting("ci_config_ref_uri", "gitlab.com/\(claim)//a.yml@refs/tags/v1.0")
    for configured in ["foo/bar", "Foo/Bar"] as [ExactString] {
      #expect(sample.requiring("project", configured).requiring("workflow", "a.yml").verdict == .granted)
    }
  }

  @Test(
    "name their environment exactly",
    arguments: [
      ("some_environment", "some_environment", .granted), ("SomeEnvironment", "SomeEnvironment", .granted),
      ("some_environment", "sOmE_eNvIrOnMeNt", .refused), ("someenvironment", "SomeEnvironment", .refused),
      ("some_environment", nil, .refused), ("some_environment", "other", .refused), (nil, nil, .granted), (nil, "x", .granted),
      (nil, "", .granted), ("", "x", .misconfigured),
    ] as [(ExactString?, ExactString?, Verdict)])
  func environments(configured: ExactString?, claim: ExactString?, expected: Verdict) {
    let sample = configured.map { Self.sample.requiring("environment", $0) } ?? Self.sample
    #expect(sample.setting("environment", claim).verdict == expected)
  }

  @Test(
    "have every claim of the table that is required",
    arguments: ["jti", "project_path", "project_id", "namespace_id", "ci_config_ref_uri", "ref_path", "sha"] as [ExactString])
  func required(claim: ExactString) throws {
    #expect(try Self.sample.setting(claim, nil).refusal() == .missingClaim(claim))
    #expect(try Self.sample.setting(claim, to: .null).refusal() == .missingClaim(claim))
  }
}
