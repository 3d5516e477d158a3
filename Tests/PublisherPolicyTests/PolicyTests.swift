import StrictParsers
import Testing
import TokenVerification

@testable import PublisherPolicy

@Suite("A policy") struct PolicyTests {
  private static let sample = SamplePublish.gitHub

  private static func refusal(_ sample: SamplePublish, among publishers: [Publisher]) -> PolicyRefusal? {
    do {
      _ = try sample.decide(among: publishers)
      return nil
    } catch {
      return error as? PolicyRefusal
    }
  }

  @Test("grants what it decided about, and no more")
  func grant() throws {
    let grant = try Self.sample.decide(among: [Self.sample.publisher()])
    #expect(grant.publisher.description == "release")
    #expect(grant.target == Self.sample.target)
    #expect(grant.identity.issuer == SamplePublish.issuer && grant.identity.issuerURL == Self.sample.url)
    #expect(grant.identity.audience == "example_pypi" && grant.identity.token.value == .jti("0b8e"))
  }

  @Test("grants nothing where there is no publisher")
  func empty() throws {
    #expect(Self.refusal(Self.sample, among: []) == .publisher(.noPublisher(repository: "foo/bar")))
  }

  @Test(
    "holds a publisher's expiry to the second, exclusively",
    arguments: [(1_700_000_001, .granted), (1_700_000_000, .refused), (1_699_999_999, .refused), (0, .refused)]
      as [(Int64, SamplePublish.Verdict)])
  func expiry(expires: Int64, expected: SamplePublish.Verdict) throws {
    let sample = Self.sample.with { $0.expires = UnixTime(expires) }
    #expect(sample.verdict == expected)
    if expected == .refused { #expect(try sample.refusal() == .expired(PublisherID("release"), at: #require(UnixTime(expires)))) }
  }

  @Test("names the first of two publishers that allow the upload, whatever the order of their repositories")
  func twoMatching() throws {
    let first = try Self.sample.publisher(id: "first")
    let second = try Self.sample.requiring("repository", ["x/y", "foo/*"]).publisher(id: "second")
    #expect(try Self.sample.decide(among: [first, second]).publisher.description == "first")
    #expect(try Self.sample.decide(among: [second, first]).publisher.description == "second")
  }

  @Test("needs one publisher that allows the upload: neither their packages nor their conditions are put together")
  func noUnion() throws {
    let widgets = try Self.sample.publisher(id: "widgets")
    let gadgets = try Self.sample.with { $0.mayPublish = [(SamplePublish.registry, [NamePattern(canonical: "gadgets")])] }
      .requiring("environment", "gadgets").publisher(id: "gadgets")
    let upload = Self.sample.with { $0.package = "gadgets" }
    #expect(
      Self.refusal(upload, among: [widgets, gadgets])
        == .scope(.packageNotAllowed(package: "gadgets", PublisherID("widgets"), patterns: ["acme-widgets"])))
    #expect(try upload.setting("environment", "gadgets").decide(among: [widgets, gadgets]).publisher.description == "gadgets")
  }

  @Test("passes over an expired publisher for one that is not")
  func expiredBesideCurrent() throws {
    let expired = try Self.sample.with { $0.expires = UnixTime(1) }.publisher(id: "expired")
    let current = try Self.sample.publisher(id: "current")
    #expect(try Self.sample.decide(among: [expired, current]).publisher.description == "current")
  }

  @Test("tells a publisher of another registry from none")
  func otherRegistry() throws {
    let sample = Self.sample.with { $0.mayPublish = [(RegistryName("files"), [NamePattern(canonical: "acme-widgets")])] }
    #expect(try sample.refusal() == .otherRegistry(PublisherID("release")))
    #expect(try sample.setting("repository_owner_id", "43").refusal() == .noPublisher(repository: "foo/bar"))
  }

  @Test("knows no token of an issuer that has no provider")
  func unknownIssuer() throws {
    let policy = Policy(publishers: [try Self.sample.publisher()], issuers: [])
    #expect(throws: PublisherRefusal.noPublisher(repository: nil)) { try Self.sample.identity(of: policy) }
  }

  @Test("trusts an issuer by its URL, whatever its name is")
  func replacedIssuer() throws {
    let publisher = try Self.sample.publisher()
    let identity = try Self.sample.identity(of: Self.sample.policy([publisher]))
    let policy = Policy(
      publishers: [publisher], issuers: [.init(name: SamplePublish.issuer, url: "https://other.example", provider: GitHubActions())])
    #expect(throws: PolicyRefusal.publisher(.issuerReplaced)) {
      try policy.decide(Principal(identity: identity, scope: nil), Self.sample.target, knowing: PolicyInputs(), at: #require(UnixTime(1)))
    }
  }

  @Test("never lets a token of one issuer stand for a publisher of another")
  func otherIssuer() throws {
    let other = IssuerName("other")
    let policy = Policy(
      publishers: [try Self.sample.publisher()],
      issuers: [SamplePublish.issuer, other].map { .init(name: $0, url: Self.sample.url, provider: GitHubActions()) })
    let identity = try policy.identify(
      Self.sample.claims, issuer: other, url: Self.sample.url, audience: "example_pypi", id: TokenID(issuer: "x", value: .jti("y")),
      expiry: .latest)
    #expect(throws: PolicyRefusal.publisher(.noPublisher(repository: "foo/bar"))) {
      try policy.decide(Principal(identity: identity, scope: nil), Self.sample.target, knowing: PolicyInputs(), at: #require(UnixTime(1)))
    }
  }

  @Test("admits a body before its version is known, as far as the rest holds")
  func admission() throws {
    let sample = Self.sample.requiring("tag", "v{version}")
    let policy = try sample.policy([sample.publisher()])
    let now = try #require(UnixTime(sample.now))
    func admit(_ sample: SamplePublish, to registry: RegistryName = SamplePublish.registry) throws -> [String] {
      let principal = try Principal(identity: sample.identity(of: policy), scope: nil)
      return try policy.admit(principal, to: registry, knowing: PolicyInputs(), at: now).map(\.publisher.description)
    }
    #expect(try admit(sample) == ["release"])
    let another = sample.setting("ref", "refs/tags/v2.0")
    #expect(try admit(another) == ["release"])
    #expect(another.verdict == .refused)
    #expect(throws: PublisherRefusal.self) { try admit(sample.setting("ref", "refs/heads/v1.0")) }
    #expect(throws: PublisherRefusal.otherRegistry(PublisherID("release"))) { try admit(sample, to: RegistryName("files")) }
  }

  @Test("explains each publisher that could be meant, those that lack least first")
  func explanation() throws {
    let far = try Self.sample.requiring("environment", "x").requiring("ref_type", "branch").publisher(id: "far")
    let near = try Self.sample.requiring("environment", "x").publisher(id: "near")
    let meant = try Self.sample.publisher(id: "meant")
    let foreign = try Self.sample.requiring("repository", "foo/other").publisher(id: "foreign")
    let policy = Self.sample.policy([far, near, meant, foreign])
    let explained = try policy.explain(Self.sample.supposed(by: policy), Self.sample.supposedUpload, at: .latest)
    #expect(explained.map(\.id.description) == ["meant", "near", "far"])
    #expect(explained.map(\.failures) == [0, 1, 2])
    #expect(explained.allSatisfy { $0.allowsPackage == true })
    let environment = try #require(explained[1].conditions.first { $0.key == "environment" })
    #expect(environment.expected == "\"x\"" && environment.got == "release" && environment.holds == false)
    #expect(try policy.explain(Self.sample.supposed(by: policy), Self.sample.supposedUpload, at: .latest, limit: 1).count == 1)
  }

  @Test(
    "says where a release comes from",
    arguments: [
      ("foo/bar", "77", "https://github.com/foo/bar/actions/runs/77"), ("foo/bar", "7a", nil), ("foo/bar", nil, nil), ("foo", "77", nil),
      ("foo/b?r", "77", nil), ("foo/bar/x", "77", nil),
    ] as [(ExactString, ExactString?, ExactString?)])
  func provenance(repository: ExactString, run: ExactString?, expected: ExactString?) throws {
    let policy = Self.sample.policy([])
    let identity = try Self.sample.setting("repository", repository).setting("run_id", run).identity(of: policy)
    let provenance = try #require(policy.provenance(of: identity))
    #expect(provenance.repository == repository && provenance.reference == "refs/tags/v1.0" && provenance.runURL == expected)
    let gitLab = try SamplePublish.gitLab.identity(of: SamplePublish.gitLab.policy([]))
    #expect(GitLabCI().provenance(of: gitLab).runURL == "https://gitlab.com/foo/bar/-/pipelines/77")
  }
}
