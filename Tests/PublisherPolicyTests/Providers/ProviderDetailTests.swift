import StrictParsers
import Testing
import TokenVerification

@testable import PublisherPolicy

/// What is peculiar to single CI systems.
@Suite("A CI system") struct ProviderDetailTests {
  private static func sample(_ provider: String) -> SamplePublish {
    let fixture = ProviderFixture.of(provider)
    return fixture.sample(fixture.demands)
  }

  private static func page(_ sample: SamplePublish) throws -> ExactString? {
    let policy = sample.policy([])
    return try policy.provenance(of: sample.identity(of: policy))?.runURL
  }

  @Test("sends a `jti` and its audience as its fixture does", arguments: ProviderFixture.all)
  func forms(fixture: ProviderFixture) {
    let form = fixture.provider.tokenForm
    #expect(form.hasID == fixture.present.contains("jti"))
    let either = ["bitbucket", "forgejo", "jenkins", "generic"]
    let expected: TokenForm.Audience =
      fixture.provider.id == "kubernetes" ? .listOfOne : either.contains(fixture.provider.id) ? .stringOrListOfOne : .string
    #expect(form.audience == expected)
    #expect(fixture.claims["aud"]?.string == nil || expected != .listOfOne)
    #expect(fixture.claims["aud"]?.array == nil || expected != .string)
  }

  @Test("with keys at another origin is Google only")
  func keys() {
    for fixture in ProviderFixture.all {
      let expected: ExactString? = fixture.provider.id == "google" ? "https://www.googleapis.com/oauth2/v3/certs" : nil
      #expect(fixture.provider.publicKeys == expected)
    }
  }

  @Test(
    "of GitHub's has its runs on the site that its issuer is of",
    arguments: [
      ("https://token.actions.githubusercontent.com", "https://github.com"),
      ("https://token.actions.githubusercontent.com/foo-inc", "https://github.com"),
      ("https://token.actions.foo.ghe.com", "https://foo.ghe.com"), ("https://token.actions.foo.ghe.com/foo-inc", "https://foo.ghe.com"),
      ("https://github.example:8443/_services/token", "https://github.example:8443"), ("https://github.example", nil),
      ("https://token.actions.githubusercontent.com.example", nil), ("https://token.actions.a.b.ghe.com", nil),
      ("http://127.0.0.1:8080", nil),
    ] as [(ExactString, ExactString?)])
  func gitHubSites(issuer: ExactString, site: ExactString?) throws {
    let sample = SamplePublish.gitHub.with { $0.url = issuer }
    #expect(try Self.page(sample) == site.map { "\($0)/foo/bar/actions/runs/77" })
    #expect((GitHubActions().fault(ofIssuer: issuer) == nil) == (site != nil))
  }

  @Test(
    "of CircleCI's says nothing with a claim that stands twice, with and without its prefix",
    arguments: ["project-id", "org-id", "ssh-rerun", "vcs-origin", "context-ids"] as [ExactString])
  func circleCollisions(claim: ExactString) {
    let sample = Self.sample("circleci")
    let value = sample.claims["oidc.circleci.com/\(claim)"]
    #expect(value != nil && sample.setting(claim, to: value).verdict == .refused)
    #expect(sample.setting(claim, to: .string("evil")).verdict == .refused)
  }

  @Test(
    "of CircleCI's has a list of contexts, of which one must be named",
    arguments: [
      (.array([.string("a"), .string(id)]), .granted), (.array([.string(id)]), .granted), (.array([]), .refused),
      (.array([.string("a")]), .refused), (.array([.string(id), .null]), .refused), (.array([.array([.string(id)])]), .refused),
      (.string(id), .refused), (.object(JSONObject([.init(id, .string(id))])), .refused), (nil, .refused),
    ] as [(JSONValue?, SamplePublish.Verdict)])
  func contexts(value: JSONValue?, expected: SamplePublish.Verdict) {
    let sample = Self.sample("circleci").requiring("context-ids", ["00000000-1111-4222-8333-444455556666", Self.id])
    #expect(sample.setting("oidc.circleci.com/context-ids", to: value).verdict == expected)
    #expect(sample.requiring("context-ids", ["*"]).verdict == .misconfigured)
  }

  private static let id: ExactString = "00000009-1111-4222-8333-444455556666"

  @Test("of CircleCI's advises to name the repository, since forks may have its secrets")
  func circleAdvice() {
    let fixture = ProviderFixture.of("circleci")
    let messages = fixture.sample(fixture.basic).check().problems.map(\.message)
    #expect(
      messages == [
        "any branch of the project may publish: add tag, vcs-ref or context-ids",
        "a fork may publish where the project's secrets are passed to pull requests of forks: add vcs-origin",
      ])
    #expect(fixture.sample(fixture.demands).check().problems.isEmpty)
  }

  @Test("of Buildkite's has no tag where the claim is null, empty or absent", arguments: [.null, .string(""), nil] as [JSONValue?])
  func buildkiteTags(value: JSONValue?) throws {
    let sample = Self.sample("buildkite").setting("build_tag", to: value)
    #expect(sample.verdict == .refused)
    #expect(sample.requiringNothing(of: "tag").verdict == .granted)
    #expect(sample.requiringNothing(of: "tag").requiring("tag", "**").verdict == .refused)
  }

  @Test("of Kubernetes' is who its own object says, whatever else the token holds")
  func kubernetes() throws {
    let sample = Self.sample("kubernetes")
    let spoofed = sample.setting("namespace", "ci").setting("service_account", "release")
      .setting("service_account_uid", "00000003-1111-4222-8333-444455556666")
    #expect(spoofed.verdict == .granted)
    #expect(try spoofed.setting("kubernetes.io", to: nil).refusal() == .missingClaim("namespace"))
    #expect(try spoofed.setting("kubernetes.io", to: .string("ci")).refusal() == .missingClaim("namespace"))
    let flat = JSONObject([.init("namespace", .string("ci")), .init("serviceaccount", .string("release"))])
    #expect(try spoofed.setting("kubernetes.io", to: .object(flat)).refusal() == .missingClaim("service_account"))
  }

  @Test("of Kubernetes' has what its table does not know reported where it stands")
  func kubernetesUnknown() {
    let sample = Self.sample("kubernetes")
    let account = JSONObject([.init("name", .string("release")), .init("uid", .string("u")), .init("kind", .string("x"))])
    let object = JSONObject([
      .init("namespace", .string("ci")), .init("serviceaccount", .object(account)), .init("vm", .object(JSONObject([]))),
      .init("pod", .string("x")),
    ])
    let claims = sample.setting("kubernetes.io", to: .object(object)).claims
    let unknown = Policy(publishers: [], issuers: [.init(name: SamplePublish.issuer, url: sample.url, provider: sample.provider)])
      .unaccountedClaims(of: claims, issuer: SamplePublish.issuer)
    #expect(unknown == ["kubernetes.io/serviceaccount/kind", "kubernetes.io/vm", "kubernetes.io/pod"])
  }

  @Test(
    "that is generic means nobody without all of what identifies, and never by a wildcard",
    arguments: [
      ([("team", "widgets"), ("service", "17")], .granted), ([("team", "widgets")], .misconfigured), ([("service", "17")], .misconfigured),
      ([("sub", "whatever:its:users:like")], .misconfigured), ([("team", "*"), ("service", "17")], .misconfigured),
      ([("team", "widgets"), ("service", "**")], .misconfigured), ([("team", "widgets"), ("service", "1*")], .granted),
      ([("team", "Widgets"), ("service", "17")], .refused), ([("team", "widgets"), ("service", "17"), ("anything", "x")], .refused),
      ([("team", "widgets"), ("service", "17"), ("exp", "1")], .misconfigured),
      ([("team", "widgets"), ("service", "17"), ("tag", "v1.0")], .granted),
      ([("team", "widgets"), ("service", "17"), ("trusted", "true")], .refused),
    ] as [([(String, ExactString)], SamplePublish.Verdict)])
  func generic(when: [(String, ExactString)], expected: SamplePublish.Verdict) {
    #expect(Self.sample("generic").with { sample in sample.when = when.map { ($0.0, [$0.1]) } }.verdict == expected)
  }

  @Test("that is generic can't be without a claim that identifies")
  func genericWithout() {
    #expect(ProviderCatalog.provider("generic") == nil)
    #expect(ProviderCatalog.provider("generic", identity: ["sub"])?.identifying == [["sub"]])
    #expect(ProviderCatalog.provider("github", identity: ["sub"])?.identifying != [["sub"]])
    #expect(ProviderCatalog.provider("Generic", identity: ["sub"]) == nil)
  }

  @Test("whose administrators make up claims has those kept that a publisher of its names, and no more")
  func openTables() throws {
    for provider in ["jenkins", "generic"] {
      let fixture = ProviderFixture.of(provider)
      let named = try fixture.sample(fixture.demands).publisher(id: "named")
      let bare = try fixture.sample(fixture.basic).publisher(id: "bare")
      let sample = fixture.sample(fixture.demands)
      let team: ExactString = provider == "jenkins" ? "team" : "ref"
      #expect(try sample.identity(of: sample.policy([bare])).claim(team) == nil)
      #expect(try sample.identity(of: sample.policy([bare, named])).claim(team) != nil)
      #expect(try sample.identity(of: sample.policy([bare, named])).claims["trusted"] == nil)
    }
  }

  @Test(
    "of Forgejo's or Gitea's has workflows in its own folders",
    arguments: [
      ("foo/bar/.forgejo/workflows/baz.yml@refs/tags/v1.0", .granted), ("foo/bar/.gitea/workflows/baz.yml@refs/tags/v1.0", .granted),
      ("foo/bar/.github/workflows/baz.yml@refs/tags/v1.0", .granted),
      ("foo/bar/.forgejo/workflows/baz.yml@\(SamplePublish.revision)", .granted),
      ("foo/bar/workflows/baz.yml@refs/tags/v1.0", .refused), ("foo/bar/.forgejo/workflows/other.yml@refs/tags/v1.0", .refused),
      ("evil/bar/.forgejo/workflows/baz.yml@refs/tags/v1.0", .refused), ("foo/bar/.forgejo/workflows/baz.yml@refs/heads/x", .refused),
    ] as [(ExactString, SamplePublish.Verdict)])
  func forgejo(reference: ExactString, expected: SamplePublish.Verdict) {
    let sample = Self.sample("forgejo").setting("workflow_ref", reference)
    #expect(sample.verdict == expected)
    // Gitea says which file the job stands in.
    #expect(sample.setting("job_workflow_ref", reference).verdict == expected)
    #expect(sample.setting("job_workflow_ref", "foo/tools/.gitea/workflows/baz.yml@refs/tags/v1.0").verdict == .refused)
    #expect(sample.setting("job_workflow_ref", to: .bool(true)).verdict == .refused)
  }

  @Test("of Gitea's has no page that is known")
  func gitea() throws {
    let sample = Self.sample("forgejo").with { $0.url = "https://gitea.example/api/actions/oidc" }
    #expect(try Self.page(sample) == nil)
    #expect(
      try Self.page(sample.with { $0.url = "https://forgejo.example/git/api/actions" })
        == "https://forgejo.example/git/foo/bar/actions/runs/8")
  }

  @Test(
    "of GitLab's never lends a fork's name to who runs its merge request",
    arguments: [(.string("1234"), .granted), (.string("99"), .refused), (.integer(1234), .granted), (.null, .granted), (nil, .granted)]
      as [(JSONValue?, SamplePublish.Verdict)])
  func jobProject(value: JSONValue?, expected: SamplePublish.Verdict) {
    #expect(SamplePublish.gitLab.setting("job_project_id", to: value).verdict == expected)
  }

  @Test("of Jenkins' has pages below its own server only")
  func jenkins() throws {
    let sample = Self.sample("jenkins").with { $0.url = "https://keys.example" }
    #expect(try Self.page(sample) == nil)
    for value in ["https://jenkins.example/job/widgets", "widgets", "/job/widgets/"] as [ExactString] {
      #expect(Self.sample("jenkins").requiring("job", value).verdict == .misconfigured)
    }
  }
}
