import StrictParsers
import Testing

@testable import PublisherPolicy

/// What the tests of PyPI's warehouse hold of Google's and ActiveState's claims. Where the answer here is another, the reason stands beside the row.
@Suite("Other tokens, as PyPI judges them,") struct PyPIVectorTests {
  typealias Verdict = SamplePublish.Verdict

  private static let google = ProviderFixture.of("google")

  @Test(
    "of Google have an address that Google has verified",
    arguments: [
      (.bool(true), .granted), (.bool(false), .refused), (.string(""), .refused), (.string("truthy-but-not-bool"), .refused),
      (.string("true"), .refused), (.integer(1), .refused), (.null, .refused), (nil, .refused),
    ] as [(JSONValue?, Verdict)])
  func verified(value: JSONValue?, expected: Verdict) {
    #expect(Self.google.sample(Self.google.basic).setting("email_verified", to: value).verdict == expected)
  }

  @Test(
    "of Google are of one account",
    arguments: [
      ("x", "1", "1", .granted), ("x", "1", "2", .refused), ("x", "1", nil, .refused),
      // PyPI's empty subject is its way to say "any". Here it is learnt at the first publish, where none is configured.
      ("x", nil, "2", .granted), ("x", nil, nil, .refused), ("x", "", "2", .misconfigured),
      ("y", "1", "1", .refused), (nil, "1", "1", .refused), ("", "1", "1", .refused),
    ] as [(ExactString?, ExactString?, ExactString?, Verdict)])
  func subjects(email: ExactString?, configured: ExactString?, claim: ExactString?, expected: Verdict) {
    let domain = "@acme.iam.gserviceaccount.com"
    var sample = Self.google.sample([]).requiring("email", "x\(domain)")
    if let configured { sample = sample.requiring("sub", configured) }
    let address = email.map { $0.isEmpty ? $0 : "\($0)\(domain)" }
    #expect(sample.setting("email", address).setting("sub", claim).verdict == expected)
  }

  private static let activeState = ProviderFixture.of("activestate")

  @Test(
    "of ActiveState have every claim that PyPI demands, and need no other",
    arguments: [
      ("organization", .refused), ("project", .refused), ("actor_id", .refused), ("builder", .refused), ("actor", .granted),
      ("project_visibility", .granted), ("project_path", .granted), ("organization_id", .granted), ("sub", .granted),
      ("ingredient", .granted),
      // PyPI knows a project by its name alone. Here its id is pinned, or learnt at the first publish.
      ("project_id", .refused),
    ] as [(ExactString, Verdict)])
  func dropped(claim: ExactString, expected: Verdict) {
    #expect(Self.activeState.sample(Self.activeState.basic).setting(claim, nil).verdict == expected)
  }

  @Test(
    "of ActiveState have a `sub` that is compared where it is configured, and decides nothing otherwise",
    arguments: [
      ("org:foo:project:bar", .granted), ("", .refused), ("org:foo:project:other", .refused), ("org:other:project:bar", .refused),
      ("Nonsense", .refused),
    ] as [(ExactString, Verdict)])
  func subject(claim: ExactString, expected: Verdict) {
    let sample = Self.activeState.sample(Self.activeState.basic).setting("sub", claim)
    #expect(sample.requiring("sub", "org:foo:project:bar").verdict == expected)
    #expect(sample.verdict == .granted)
  }

  @Test(
    "of ActiveState are of its publishing builder",
    arguments: [.string("other"), .bool(true), .array([.string("pypi-publisher")])] as [JSONValue])
  func builder(value: JSONValue) {
    #expect(Self.activeState.sample(Self.activeState.basic).setting("builder", to: value).verdict == .refused)
  }

  // MARK: GitHub's subjects

  @Test(
    "of GitHub have a `sub` of either form, which decides nothing",
    arguments: [
      "repo:foo/bar:ref:refs/tags/v1.0", "repo:foo@42/bar@1234:ref:refs/tags/v1.0", "repo:foo@42/bar@1234:environment:release",
      "repo:evil@1/bar@2:ref:refs/tags/v1.0", "repository_owner:foo", "job_workflow_ref:evil/x/.github/workflows/y.yml@refs/heads/z",
    ] as [ExactString])
  func gitHubSubjects(subject: ExactString) {
    let fixture = ProviderFixture.of("github")
    #expect(fixture.sample(fixture.demands).setting("sub", subject).verdict == .granted)
    #expect(fixture.sample(fixture.demands).setting("sub", subject).setting("repository_owner_id", "43").verdict == .refused)
  }
}
