import StrictParsers
import Testing
import TokenVerification

@testable import PublisherPolicy

@Suite("The record of an upload") struct RecordedIdentityTests {
  private static func recorded(_ sample: SamplePublish, by policy: Policy) throws -> SupposedIdentity {
    let provenance = try #require(policy.provenance(of: sample.identity(of: policy)))
    let recorded = Provenance.recorded(
      repository: provenance.repository, reference: provenance.reference, revision: provenance.revision, pipeline: provenance.pipeline,
      runID: provenance.runID)
    return try #require(policy.suppose(recorded, issuer: SamplePublish.issuer, url: sample.url))
  }

  /// What each condition of a publisher says of the record.
  private static func judged(_ sample: SamplePublish) throws -> [ExactString: Bool?] {
    let policy = sample.policy([try sample.publisher()])
    let explained = policy.explain(try recorded(sample, by: policy), sample.supposedUpload, at: .latest)
    return Dictionary(uniqueKeysWithValues: try #require(explained.first).conditions.map { ($0.key, $0.holds) })
  }

  @Test("tells of a claim what the token said, or nothing", arguments: ProviderFixture.all)
  func claims(fixture: ProviderFixture) throws {
    let policy = Policy(publishers: [], issuers: [.init(name: SamplePublish.issuer, url: fixture.url, provider: fixture.provider)])
    let whole = try policy.identify(
      fixture.claims, issuer: SamplePublish.issuer, url: fixture.url, audience: "example",
      id: TokenID(issuer: fixture.url, value: .jti("1")),
      expiry: .latest)
    let provenance = try #require(policy.provenance(of: whole))
    let told = fixture.provider.claims(of: provenance).filter { $0.value != nil }
    for (name, value) in told { #expect(whole.claim(name) == value, "\(name)") }
    #expect(!told.isEmpty)
  }

  @Test("has the publisher in its explanation that it names, before others, whatever it does not tell", arguments: ProviderFixture.all)
  func recordedPublisher(fixture: ProviderFixture) throws {
    let sample = fixture.sample(fixture.demands.filter(\.isBasic))
    let publishers = try ["a", "b", "c"].map { try sample.publisher(id: $0) }
    let policy = sample.policy(publishers)
    let explained = policy.explain(
      try Self.recorded(sample, by: policy), sample.supposedUpload, recorded: PublisherID("b"), at: .latest)
    #expect(explained.map(\.id.description) == ["b", "a", "c"])
    #expect(explained.allSatisfy { $0.failures == 0 })
  }

  @Test("tells of GitHub's and GitLab's claims all that it can", arguments: SamplePublish.both)
  func extent(sample: SamplePublish) throws {
    #expect(try Self.recorded(sample, by: sample.policy([])).identity.claims.members.count == 6)
  }

  @Test("leaves open what it does not tell", arguments: SamplePublish.both)
  func unknown(sample: SamplePublish) throws {
    let id = sample.provider.id == "github" ? "repository_owner_id" : "project_id"
    let judged = try Self.judged(
      sample.requiring("environment", "release").requiring("tag", "v{version}").requiring("ref_protected", "true"))
    let repository = sample.provider.repositoryKey.condition
    #expect(judged[repository] == true && judged["tag"] == true)
    #expect(judged["environment"] == .some(nil) && judged["ref_protected"] == .some(nil) && judged[ExactString(id)] == .some(nil))
  }

  @Test(
    "knows a workflow by its file, and not whether a job of another file ran",
    arguments: [("baz.yml", nil), ("other.yml", false)] as [(ExactString, Bool?)])
  func workflow(file: ExactString, expected: Bool?) throws {
    #expect(try Self.judged(SamplePublish.gitHub.requiring("workflow", file))["workflow"] == .some(expected))
    let gitLab = try Self.judged(SamplePublish.gitLab.requiring("workflow", ExactString("workflows/\(file)")))["workflow"]
    #expect(gitLab == .some(expected ?? true))
  }

  @Test("knows that a tag is another one, and that a branch is none", arguments: ["refs/tags/v2.0", "refs/heads/main"] as [ExactString])
  func tag(reference: ExactString) throws {
    #expect(try Self.judged(SamplePublish.gitHub.requiring("tag", "v{version}").setting("ref", reference))["tag"] == .some(false))
  }

  // MARK: What can be said

  private static func verdict(
    _ sample: SamplePublish, _ package: Existence? = .exists, publisher: SamplePublish? = nil
  ) throws -> Verdict {
    let policy = sample.policy([try (publisher ?? sample).publisher()])
    let upload = SupposedUpload(registry: SamplePublish.registry, target: sample.target, learnt: nil, package: package)
    return try policy.verdict(on: recorded(sample, by: policy), upload, at: #require(UnixTime(sample.now)))
  }

  @Test("grants nothing while a condition is open")
  func open() throws {
    let verdict = try Self.verdict(SamplePublish.gitHub.requiring("environment", "release"))
    #expect(verdict == .hangsOnClaims(PublisherID("release"), ["repository_owner_id", "environment", "event_name"]))
    #expect(try Self.verdict(SamplePublish.gitHub.with { $0.create = .none }, nil) == .hangsOnExistence)
  }

  @Test("refuses what fails by what it tells")
  func certain() throws {
    let sample = SamplePublish.gitHub
    #expect(throws: PolicyRefusal.publisher(.noPublisher(repository: "foo/bar"))) {
      try Self.verdict(sample, publisher: sample.requiring("repository", "foo/other"))
    }
    let now = try #require(UnixTime(sample.now))
    #expect(throws: PolicyRefusal.publisher(.expired(PublisherID("release"), at: now))) {
      try Self.verdict(sample.with { $0.expires = UnixTime($0.now) })
    }
    #expect(throws: PolicyRefusal.scope(.packageNotAllowed(package: "other", PublisherID("release"), patterns: ["acme-widgets"]))) {
      try Self.verdict(sample.with { $0.package = "other" })
    }
    #expect(throws: PolicyRefusal.scope(.creationNotAllowed(package: "acme-widgets", PublisherID("release")))) {
      try Self.verdict(sample.with { $0.create = .none }, .absent)
    }
    do {
      _ = try Self.verdict(sample.requiring("environment", "other").requiring("tag", "v9"))
      Issue.record("a record was granted whose tag is another one")
    } catch PolicyRefusal.publisher(.claimMismatch(let miss)) {
      #expect(miss.failures.map(\.key) == ["tag"] && !miss.isOwner)
    }
  }

  @Test("without a repository says nothing of anybody")
  func anonymous() throws {
    let sample = SamplePublish.gitHub
    let policy = sample.policy([try sample.publisher()])
    let nobody = Provenance.recorded(repository: nil, reference: nil, revision: nil, pipeline: nil, runID: nil)
    let supposed = try #require(policy.suppose(nobody, issuer: SamplePublish.issuer, url: sample.url))
    #expect(try policy.verdict(on: supposed, sample.supposedUpload, at: .latest) == .hangsOnEverything)
  }

  @Test(
    "is not taken for a claim that may be another",
    arguments: [
      ("azure-devops", "https://dev.azure.com/acme/_git/widgets", ["rpo_uri", "rpo_ref"]),
      ("azure-devops", "7c1d2f3a-0000-4000-8000-000000000001", ["prj_id", "rpo_ref"]),
      ("circleci", "github.com/acme/widgets", ["vcs-origin", "vcs-ref"]),
      ("circleci", "7c1d2f3a-0000-4000-8000-000000000001", ["project-id", "vcs-ref"]),
      ("kubernetes", "ns/builder", ["namespace", "service_account"]), ("kubernetes", "builder", []),
      ("buildkite", "acme/widgets", ["organization_slug", "pipeline_slug"]), ("buildkite", "acme/a/b", []),
      ("bitbucket", "{7c1d2f3a-0000-4000-8000-000000000001}", ["repositoryUuid", "branchName"]),
      ("google", "ci@acme.iam.gserviceaccount.com", ["email"]), ("teamcity", "Acme_Widgets", ["branch"]),
      ("forgejo", "acme/widgets", ["repository", "ref", "ref_type"]),
    ] as [(String, ExactString, [ExactString])])
  func others(provider: String, repository: ExactString, expected: [ExactString]) throws {
    let provider = try #require(ProviderCatalog.provider(provider))
    let provenance = Provenance.recorded(repository: repository, reference: "refs/tags/v1", revision: nil, pipeline: nil, runID: nil)
    #expect(provider.claims(of: provenance).filter { $0.value != nil }.map(\.name) == expected)
  }
}
