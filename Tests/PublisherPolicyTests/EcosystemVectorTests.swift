import StrictParsers
import Testing

@testable import PublisherPolicy

/// What the tests of RubyGems, crates.io, NuGet and pub.dev hold of a policy. Where the answer here is another, the reason stands beside the row.
@Suite("A token, as other registries judge it,") struct EcosystemVectorTests {
  typealias Verdict = SamplePublish.Verdict

  private static func gitHub(_ repository: ExactString, at ref: ExactString, job: ExactString? = nil) -> SamplePublish {
    let reference: ExactString = "\(repository)/.github/workflows/token.yml@\(ref)"
    return SamplePublish.gitHub.setting("repository", repository).setting("repository_owner_id", "1946610").setting("ref", ref)
      .setting("ref_type", "branch").setting("workflow_ref", reference).setting("job_workflow_ref", job ?? reference)
      .requiring("repository", repository).requiring("repository_owner_id", "1946610").requiring("workflow", "token.yml")
  }

  // MARK: RubyGems

  private static let main: ExactString = "refs/heads/main"
  private static let gem = gitHub("segiddins/oidc-test", at: main)

  @Test(
    "is of RubyGems' one publisher",
    arguments: [
      ("repository_owner_id", "1946610", .granted), ("repository_owner_id", "123", .refused), ("repository_owner_id", nil, .refused),
      ("job_workflow_ref", "segiddins/oidc-test/.github/workflows/token.yml@refs/heads/other", .refused),
      ("job_workflow_ref", "attacker-org/malicious-workflows/.github/workflows/token.yml@refs/heads/main", .refused),
      ("repository", "attacker/oidc-test", .refused), ("event_name", "push", .granted), ("environment", nil, .granted),
    ] as [(ExactString, ExactString?, Verdict)])
  func rubyGems(claim: ExactString, value: ExactString?, expected: Verdict) {
    #expect(Self.gem.setting(claim, value).verdict == expected)
  }

  @Test("of a reusable workflow is of the caller that shows it, whoever else uses the same")
  func shared() throws {
    let job: ExactString = "rubygems/shared-workflows/.github/workflows/release.yml@refs/tags/v2.0"
    let own = Self.gitHub("cseeman/my-gem", at: Self.main, job: job).requiring("reusable_workflow", job)
    #expect(own.verdict == .granted)
    #expect(
      own.setting("job_workflow_ref", "attacker-org/malicious-workflows/.github/workflows/release.yml@refs/tags/v2.0").verdict == .refused)
    #expect(own.requiringNothing(of: "reusable_workflow").verdict == .refused)
    let other = Self.gitHub("attacker/other-gem", at: Self.main, job: job).requiring("reusable_workflow", job)
    let publishers = [try own.publisher(id: "own"), try other.publisher(id: "other")]
    #expect(try own.decide(among: publishers).publisher.description == "own")
    #expect(try other.decide(among: publishers).publisher.description == "other")
    #expect(throws: PolicyRefusal.self) { try other.decide(among: [publishers[0]]) }
  }

  @Test(
    "may be of an environment that only one of two publishers asks for",
    arguments: [
      (nil, "bar"), ("other", "bar"), ("", "bar"),
      // RubyGems chooses the one of the environment. Here both are meant, and the first that allows the upload is named.
      ("test", "bar"),
    ] as [(ExactString?, String)])
  func rubyEnvironments(environment: ExactString?, expected: String) throws {
    let publishers = [try Self.gem.publisher(id: "bar"), try Self.gem.requiring("environment", "test").publisher(id: "bar-test")]
    #expect(try Self.gem.setting("environment", environment).decide(among: publishers).publisher.description == expected)
  }

  @Test(
    "may match a pattern of a claim",
    arguments: [
      // RubyGems' conditions are regular expressions. Here a pattern is of `*` and `**`, for the whole of the claim.
      ("v*e", "value", .granted), ("v*e", "not_value", .refused), ("\\A[v].{3}e.*", "value", .refused), ("value", "other", .refused),
    ] as [(ExactString, ExactString, Verdict)])
  func rubyPatterns(configured: ExactString, claim: ExactString, expected: Verdict) {
    #expect(SamplePublish.gitHub.requiring("sub", configured).setting("sub", claim).verdict == expected)
  }

  @Test("is refused where nothing allows it")
  func rubyStatements() {
    // RubyGems' policies may also deny. Here what no publisher allows is refused anyway, and one that allows nothing is an error.
    #expect(throws: PolicyRefusal.publisher(.noPublisher(repository: "segiddins/oidc-test"))) { try Self.gem.decide(among: []) }
    #expect(Self.gem.with { $0.mayPublish = [] }.verdict == .misconfigured)
  }

  @Test(
    "can't be asked for by an effect or an operator that there is not",
    arguments: ["effect", "unknown", "string_equals", "environment_string_equals", "environment.unknown"])
  func rubyOperators(key: String) { #expect(Self.gem.requiring(key, "value").verdict == .misconfigured) }

  @Test(
    "may have a number for what is compared",
    arguments: [(.string("3"), .granted), (.integer(3), .granted), (.number("3.0"), .refused), (.integer(4), .refused)]
      as [(JSONValue, Verdict)])
  func rubyNumbers(claim: JSONValue, expected: Verdict) {
    // RubyGems refuses a 3 in a policy. Here a whole number is its digits, in the configuration as in a token: some ids are sent as numbers.
    #expect(Self.gem.requiring("run_number", "3").setting("run_number", to: claim).verdict == expected)
  }

  @Test(
    "is of a workflow file without a folder",
    arguments: [("x.yml", true), ("x.yaml", true), ("x.txt", false), ("a/b.yml", false)] as [(ExactString, Bool)])
  func rubyFiles(file: ExactString, isValid: Bool) {
    #expect((SamplePublish.gitHub.requiring("workflow", file).check().publisher != nil) == isValid)
  }

  // MARK: crates.io

  private static let crate = SamplePublish.gitHub.with { sample in
    sample.when = [("repository", ["rust-lang/foo-rs"]), ("repository_owner_id", ["42"]), ("workflow", ["publish.yml"])]
  }
  .setting("repository", "rust-lang/foo-rs").setting("workflow_ref", "rust-lang/foo-rs/.github/workflows/publish.yml@refs/tags/v1.0")
  .setting("job_workflow_ref", "rust-lang/foo-rs/.github/workflows/publish.yml@refs/tags/v1.0").setting("environment", nil)

  @Test(
    "is of crates.io's one publisher",
    arguments: [
      ("environment", nil, nil, .granted), ("environment", "x", nil, .granted), ("environment", "x", "x", .granted),
      ("environment", "X", "x", .granted), ("environment", "x", "X", .granted), ("environment", nil, "x", .refused),
      ("environment", "y", "x", .refused), ("repository", "rust-lang/bar-rs", nil, .refused), ("repository", "what?", nil, .refused),
      ("repository_owner_id", "43", nil, .refused), ("repository_owner_id", "not-a-number", nil, .refused),
      ("workflow_ref", "what?", nil, .refused),
      ("workflow_ref", "rust-lang/foo-rs/.github/workflows/other.yml@refs/tags/v1.0", nil, .refused),
      ("event_name", "pull_request_target", nil, .refused), ("event_name", "workflow_run", nil, .refused),
    ] as [(ExactString, ExactString?, ExactString?, Verdict)])
  func crates(claim: ExactString, value: ExactString?, configured: ExactString?, expected: Verdict) {
    let sample = configured.map { Self.crate.requiring(claim.text, $0) } ?? Self.crate
    #expect(sample.setting(claim, value).verdict == expected)
  }

  @Test("names its repository in any ASCII case, and its workflow in the case of the token's own repository")
  func cratesCase() {
    let loud = Self.crate.requiring("repository", "Rust-Lang/Foo-RS")
    #expect(loud.verdict == .granted)
    #expect(Self.crate.setting("repository", "RUST-LANG/foo-rs").requiringNothing(of: "workflow").verdict == .granted)
    // crates.io takes a file's name out of the reference, whatever the repository before it. Here the whole reference is what the claims make.
    #expect(Self.crate.setting("repository", "RUST-LANG/foo-rs").verdict == .refused)
  }

  @Test(
    "has a pipeline's reference whose path ends where the reference begins",
    arguments: [
      ("a.yml", "refs/heads/x@y", "a.yml@refs/heads/x@y", .granted), ("a.yml", "refs/heads/b.yml@c", "a.yml@refs/heads/b.yml@c", .granted),
      ("a.yml", "c", "a.yml@refs/heads/b.yml@c", .refused), ("x", "refs/heads/main", "a.yml@refs/heads/x@refs/heads/main", .refused),
    ] as [(ExactString, ExactString, ExactString, Verdict)])
  func cratesPipelines(file: ExactString, ref: ExactString, reference: ExactString, expected: Verdict) {
    let sample = SamplePublish.gitLab.requiring("workflow", file).setting("ref_path", ref)
    #expect(sample.setting("ci_config_ref_uri", "gitlab.com/foo/bar//\(reference)").verdict == expected)
  }

  @Test("is judged soon, however long its reference")
  func longReference() {
    let long = ExactString("gitlab.com/foo/bar//" + String(repeating: ".yml@//", count: 100_000))
    #expect(SamplePublish.gitLab.requiring("workflow", "a.yml").setting("ci_config_ref_uri", long).verdict == .refused)
    #expect(SamplePublish.gitLab.requiring("ci_config_ref_uri", "**.yml@//*x").setting("ci_config_ref_uri", long).verdict == .refused)
  }

  @Test(
    "can't be asked for what no claim is",
    arguments: [
      ("github", "repository", "", false), ("github", "repository", "/foo-rs", false),
      ("github", "repository", "invalid_characters@/x", false),
      ("github", "repository", "x/$invalid#characters", false), ("github", "repository", "foo/foo.rs", true),
      ("github", "workflow", "missing_suffix", false), ("github", "workflow", "/slash", false),
      ("github", "workflow", "/many/slashes", false),
      ("github", "workflow", "/slash.yml", false), ("github", "environment", "", false), ("github", "environment", " foo", false),
      ("github", "environment", "foo ", false), ("github", "environment", "f\u{7f}oo", false), ("github", "environment", "f\noo", false),
      // crates.io refuses what GitHub would: quotes, commas and the like, and more than 255 letters. Here what nothing is called matches nothing.
      ("github", "environment", "f'oo", true), ("github", "environment", "f;oo", true),
      ("github", "repository", ExactString("x/" + String(repeating: "x", count: 256)), true),
      ("gitlab", "project", "foo-bar/foo_bar", true), ("gitlab", "project", "foo/bar/baz", true),
      ("gitlab", "project", "invalid@chars/x", false),
      ("gitlab", "project", "foo+bar/x", false), ("gitlab", "project", "foo", false),
      // Reserved ends and hyphens at either end are names that GitLab gives nobody: they match nothing.
      ("gitlab", "project", "foo.git/x", true), ("gitlab", "project", "foo.atom/x", true), ("gitlab", "project", "-start/x", true),
      ("gitlab", "project", "end-/x", true), ("gitlab", "project", "-/x", true), ("gitlab", "project", "_/x", true),
      ("gitlab", "workflow", ".gitlab-ci.yml", true), ("gitlab", "workflow", "publish.yml", true),
      ("gitlab", "workflow", ".gitlab/ci/publish.yml", true), ("gitlab", "workflow", "/starts-with-slash.yml", false),
      ("gitlab", "workflow", "ends-with-slash/", false),
      // GitLab takes a file of any name for its pipeline.
      ("gitlab", "workflow", "no-suffix", true),
      ("gitlab", "environment", "production", true), ("gitlab", "environment", "path/to/env", true),
      ("gitlab", "environment", "with space", true),
      // And so are environments that GitLab would not make.
      ("gitlab", "environment", "invalid.dot", true), ("gitlab", "environment", "invalid@chars", true),
    ] as [(String, String, ExactString, Bool)])
  func fields(provider: String, key: String, value: ExactString, isValid: Bool) {
    let sample = provider == "github" ? SamplePublish.gitHub : SamplePublish.gitLab
    #expect((sample.requiring(key, value).check().publisher != nil) == isValid)
  }

  // MARK: NuGet

  private static let package = SamplePublish.gitHub.with { sample in
    sample.when = [
      ("repository", ["test-owner/test-repo"]), ("repository_owner", ["test-owner"]), ("repository_owner_id", ["123"]),
      ("repository_id", ["456"]), ("workflow", ["test.yml"]), ("environment", ["production"]),
    ]
  }
  .setting("repository", "test-owner/test-repo").setting("repository_owner", "test-owner").setting("repository_owner_id", "123")
  .setting("repository_id", "456").setting("environment", "production").setting("event_name", "release").setting("ref", main)
  .setting("workflow_ref", "test-owner/test-repo/.github/workflows/test.yml@refs/heads/main")
  .setting("job_workflow_ref", "test-owner/test-repo/.github/workflows/test.yml@refs/heads/main")

  @Test(
    "is of NuGet's one publisher",
    arguments: [
      ("event_name", "release", .granted), ("repository_owner", nil, .refused), ("repository_owner", "", .refused),
      ("repository_owner_id", nil, .refused), ("repository_owner_id", "", .refused), ("repository", nil, .refused),
      ("repository", "", .refused),
      ("repository_id", nil, .refused), ("repository_id", "", .refused), ("event_name", nil, .refused),
      // NuGet wants an event that has a name. Here one that is empty is no stranger's.
      ("event_name", "", .granted),
      ("event_name", "pull_request_target", .refused), ("repository_owner", "other", .refused), ("repository_owner_id", "124", .refused),
      ("repository", "test-owner/other", .refused), ("repository_id", "457", .refused), ("environment", "staging", .refused),
      ("workflow_ref", "test-owner/test-repo/.github/workflows/mismatched.yml@refs/heads/main", .refused),
      ("repository_owner", "TEST-OWNER", .granted), ("environment", "PRODUCTION", .granted),
      // NuGet compares without case. Here the case of a reference is that of the token's own repository and of the file that is configured.
      ("job_workflow_ref", "TEST-OWNER/TEST-REPO/.GITHUB/WORKFLOWS/TEST.YML@refs/heads/main", .refused),
    ] as [(ExactString, ExactString?, Verdict)])
  func nuget(claim: ExactString, value: ExactString?, expected: Verdict) {
    #expect(Self.package.setting(claim, value).verdict == expected)
  }

  @Test(
    "can't be asked for by what NuGet makes a name of: a name is written here as its claim is",
    arguments: [
      ("repository", "https://github.com/test-owner/repo-name"), ("repository", "github.com/test-owner/repo-name"),
      ("repository", "repo-name"), ("workflow", ".github/workflows/workflow.yml"), ("workflow", "/.github/workflows/workflow.yml"),
      ("workflow", #".github\workflows\workflow.yml"#), ("workflow", "nested/workflow.yml"), ("environment", " production "),
    ] as [(String, ExactString)])
  func nugetSpelling(key: String, value: ExactString) {
    guard value != #".github\workflows\workflow.yml"# else {
      // A backslash may stand in a file's name: such a publisher means that file.
      #expect(Self.package.requiring(key, value).verdict == .refused)
      return
    }
    #expect(Self.package.requiring(key, value).verdict == .misconfigured)
  }

  @Test(
    "of GitLab is of NuGet's one publisher",
    arguments: [
      ("project_path", "foo/other", .refused), ("project_id", "1235", .refused), ("project_path", nil, .refused),
      ("project_id", nil, .refused),
      ("namespace_id", nil, .refused), ("ref_path", nil, .refused), ("ref_path", "refs/heads/other", .refused),
      ("environment", "other", .refused), ("environment", "release", .granted),
      // NuGet wants a branch. Here `ref` is compared like any claim.
      ("ref_type", "tag", .granted),
    ] as [(ExactString, ExactString?, Verdict)])
  func nugetGitLab(claim: ExactString, value: ExactString?, expected: Verdict) {
    let sample = SamplePublish.gitLab.requiring("ref_path", "refs/tags/v1.0").requiring("environment", "release")
    #expect(sample.setting(claim, value).verdict == expected)
    #expect(sample.requiring("project", "https://gitlab.com/g/p?path=a/b#x").verdict == .misconfigured)
  }

  // MARK: pub.dev

  @Test(
    "is of a tag of which pub.dev's pattern is",
    arguments: [
      ("{version}", "refs/tags/1.0.0", .granted), ("pkg-v{version}", "refs/tags/pkg-v1.0.0", .granted),
      ("dir/pkg-v{version}", "refs/tags/dir/pkg-v1.0.0", .granted), ("v{version}", "refs/tags/1.0.0", .refused),
      ("v{version}", "refs/x/v1.0.0", .refused), ("dir/{version}", "refs/tags/v1.0.0", .refused), ("{version}", "refs/tags/1", .refused),
      ("{version}v", "refs/tags/1.0.0v", .granted), ("package-v{version}-postfix", "refs/tags/package-v1.0.0-postfix", .granted),
      ("{version}-abc/def", "refs/tags/1.0.0-abc/def", .granted), ("{version}", "refs/unknown-ref-type/1.0.0", .refused),
      ("", "refs/tags/1.0.0", .misconfigured), ("{version}{version}", "refs/tags/1.0.01.0.0", .misconfigured),
      // pub.dev wants each tag to name the version. Here a tag may be any that the operator says.
      ("v", "refs/tags/v", .granted), ("v {version}", "refs/tags/v 1.0.0", .granted), ("%-{version}", "refs/tags/%-1.0.0", .granted),
      // pub.dev's own spelling is a pattern of nothing.
      ("{{version}}", "refs/tags/1.0.0", .refused),
    ] as [(ExactString, ExactString, Verdict)])
  func tags(pattern: ExactString, ref: ExactString, expected: Verdict) {
    let sample = SamplePublish.gitHub.with { $0.version = .init(written: "1.0.0", canonical: "1.0.0") }.requiring("tag", pattern)
    #expect(sample.setting("ref", ref).verdict == expected)
    if expected == .granted { #expect(sample.setting("ref", ref).setting("ref_type", "unknown-ref-type").verdict == .refused) }
  }

  @Test(
    "can't be asked for by what pub.dev takes for no repository",
    arguments: ["", "/", "a/", "/b", "//", "a/b/c", "a /b", "(/b"] as [ExactString])
  func repositories(value: ExactString) { #expect(SamplePublish.gitHub.requiring("repository", value).verdict == .misconfigured) }

  @Test(
    "is of pub.dev's one publisher",
    arguments: [
      ("environment", nil, .refused), ("environment", "staging", .refused), ("environment", "prod", .granted),
      ("repository", "x/y", .refused),
      ("event_name", "push", .granted),
      // pub.dev wants a flag for workflow_dispatch, and knows no other event than push beside it. Here only strangers' events need to be named.
      ("event_name", "workflow_dispatch", .granted), ("event_name", "unknown_event", .granted),
    ] as [(ExactString, ExactString?, Verdict)])
  func pub(claim: ExactString, value: ExactString?, expected: Verdict) {
    let sample = SamplePublish.gitHub.requiring("environment", "prod").setting("environment", "prod")
    #expect(sample.setting(claim, value).verdict == expected)
  }

  @Test(
    "can't be asked for by what pub.dev takes for no environment",
    arguments: [
      ("", .misconfigured),
      // pub.dev knows no environment with a space. Here what nothing is called matches nothing.
      ("e nvironment", .refused),
    ] as [(ExactString, Verdict)])
  func pubEnvironments(value: ExactString, expected: Verdict) {
    #expect(SamplePublish.gitHub.requiring("environment", value).verdict == expected)
  }

  @Test("may be of any event, where its publisher names none")
  func pubEvents() {
    // pub.dev refuses all where no event is enabled. Here whoever wants to narrow them says so, and a list of none is an error.
    #expect(SamplePublish.gitHub.verdict == .granted)
    #expect(SamplePublish.gitHub.requiring("event_name", []).verdict == .misconfigured)
    #expect(SamplePublish.gitHub.requiring("event_name", "push").setting("event_name", "workflow_dispatch").verdict == .refused)
  }

  @Test(
    "of other ids than were learnt is refused",
    arguments: [("repository_id", "x2"), ("repository_owner_id", "y2")] as [(ExactString, ExactString)])
  func pubIdentifiers(claim: ExactString, value: ExactString) throws {
    let sample = SamplePublish.gitHub.requiringNothing(of: "repository_owner_id")
    let publisher = try sample.publisher()
    let first = try sample.decide(among: [publisher])
    let known = PolicyInputs(learnt: [PinnedIdentity(key: first.key, ids: try #require(first.newPin))], package: .exists)
    #expect(throws: PolicyRefusal.self) { try sample.setting(claim, value).decide(among: [publisher], knowing: known) }
    // pub.dev disables automated publishing then. Here whoever was learnt goes on: a stranger with the name must not stop his releases.
    #expect(try sample.decide(among: [publisher], knowing: known).newPin == nil)
  }

  @Test(
    "of a service account brings new packages into being where its publisher may",
    arguments: [
      (.none, .exists, .granted), (.none, .absent, .refused),
      // pub.dev lets people alone upload new packages. Here a publisher may that names them, unless it says that it creates none.
      (.named, .absent, .granted),
    ] as [(PublisherDeclaration.Creation, Existence, Verdict)])
  func pubCreation(create: PublisherDeclaration.Creation, package: Existence, expected: Verdict) throws {
    let fixture = ProviderFixture.of("google")
    let sample = fixture.sample(fixture.basic).with { $0.create = create }
    let grant = try? sample.decide(among: [sample.publisher()], knowing: PolicyInputs(package: package))
    #expect((grant != nil) == (expected == .granted))
  }

  @Test(
    "of Google is of a service account",
    arguments: [
      ("release@acme.iam.gserviceaccount.com", true), ("123-compute@developer.gserviceaccount.com", true),
      ("*@acme.iam.gserviceaccount.com", true), ("someone@example.com", false), ("someone@gserviceaccount.com.example", false),
      ("someone@evil.example@acme.iam.gserviceaccount.com", false), ("@acme.iam.gserviceaccount.com", false),
      ("release@*.gserviceaccount.com", false), ("release", false), ("release@gserviceaccount.com", false),
    ] as [(ExactString, Bool)])
  func serviceAccounts(email: ExactString, isValid: Bool) {
    let fixture = ProviderFixture.of("google")
    #expect((fixture.sample(fixture.basic).requiring("email", email).check().publisher != nil) == isValid)
  }
}
