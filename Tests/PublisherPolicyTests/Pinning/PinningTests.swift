import StrictParsers
import Testing
import TokenVerification

@testable import PublisherPolicy

@Suite("A publisher without ids") struct PinningTests {
  /// Its publisher names the repository alone, in another case than the token does.
  private static let sample = SamplePublish.gitHub.requiringNothing(of: "repository_owner_id").requiring("repository", "Foo/bar")
  private static let ids = ImmutableIDs([.init("repository_owner_id", "42"), .init("repository_id", "1234")])
  private static let key = key(repository: "foo/bar")

  private static func key(
    _ publisher: String = "release", issuer: ExactString = "https://token.actions.githubusercontent.com", repository: ExactString
  ) -> PublisherKey {
    PublisherKey(publisher: PublisherID(publisher), issuerURL: issuer, repository: repository)
  }

  private static func decide(_ sample: SamplePublish, _ learnt: PinnedIdentity..., scope: TokenScope? = nil) throws -> Grant {
    try sample.decide(among: [sample.publisher()], knowing: PolicyInputs(learnt: learnt, package: .exists), scope: scope)
  }

  @Test("learns those of the first")
  func first() throws {
    let grant = try Self.decide(Self.sample)
    #expect(grant.newPin == Self.ids && grant.key == Self.key && !grant.isRenamed)
  }

  @Test("knows them again, and has nothing more to learn")
  func known() throws {
    let grant = try Self.decide(Self.sample, PinnedIdentity(key: Self.key, ids: Self.ids))
    #expect(grant.newPin == nil && grant.key == Self.key && !grant.isRenamed)
  }

  @Test("takes a name for a label where the ids are known")
  func renamed() throws {
    let renamed = Self.sample.setting("repository", "foo/renamed")
      .setting("workflow_ref", "foo/renamed/.github/workflows/baz.yml@refs/tags/v1.0")
      .setting("job_workflow_ref", "foo/renamed/.github/workflows/baz.yml@refs/tags/v1.0").requiring("workflow", "baz.yml")
    #expect(throws: PolicyRefusal.publisher(.noPublisher(repository: "foo/renamed"))) { try Self.decide(renamed) }
    let grant = try Self.decide(renamed, PinnedIdentity(key: Self.key, ids: Self.ids))
    #expect(grant.newPin == nil && grant.key == Self.key && grant.isRenamed)
    // The rest must hold all the same.
    #expect(throws: PolicyRefusal.self) {
      try Self.decide(renamed.requiring("environment", "other"), PinnedIdentity(key: Self.key, ids: Self.ids))
    }
  }

  @Test("takes the owner's name for a label, too, where the ids are known")
  func renamedOwner() throws {
    let renamed = Self.sample.requiring("repository_owner", "foo").setting("repository", "renamed/bar")
      .setting("repository_owner", "renamed").setting("workflow_ref", "renamed/bar/.github/workflows/baz.yml@refs/tags/v1.0")
      .setting("job_workflow_ref", "renamed/bar/.github/workflows/baz.yml@refs/tags/v1.0")
    #expect(try Self.decide(renamed, PinnedIdentity(key: Self.key, ids: Self.ids)).isRenamed)
  }

  @Test(
    "refuses others under the same name",
    arguments: [("repository_id", "9999"), ("repository_owner_id", "43")] as [(ExactString, ExactString)])
  func resurrected(claim: ExactString, value: ExactString) throws {
    let stranger = Self.sample.setting(claim, value)
    let got = try #require(try Self.policyIDs(of: stranger))
    #expect(throws: PolicyRefusal.publisher(.identityChanged(Self.key, learnt: Self.ids, got: got))) {
      try Self.decide(stranger, PinnedIdentity(key: Self.key, ids: Self.ids))
    }
  }

  private static func policyIDs(of sample: SamplePublish) throws -> ImmutableIDs? {
    let policy = try sample.policy([sample.publisher()])
    return try policy.recognisable(sample.identity(of: policy))?.ids
  }

  @Test("tells a client nothing of the ids that it expects")
  func disclosure() {
    let refusal = PublisherRefusal.identityChanged(Self.key, learnt: Self.ids, got: ImmutableIDs([.init("repository_id", "1")]))
    #expect(!refusal.sentence(for: .client).contains("1234") && refusal.sentence(for: .record).contains("1234"))
    #expect(refusal.code.rawValue == "publisher.identity-changed")
  }

  @Test("knows who published under a repository's name by another entry: a stranger who takes the name finds none that is new to it")
  func otherEntry() throws {
    let known = PinnedIdentity(key: Self.key("other", repository: "foo/bar"), ids: Self.ids)
    #expect(try Self.decide(Self.sample, known).newPin == Self.ids)
    let stranger = Self.sample.setting("repository_id", "9999")
    let got = try #require(try Self.policyIDs(of: stranger))
    #expect(throws: PolicyRefusal.publisher(.identityChanged(known.key, learnt: Self.ids, got: got))) { try Self.decide(stranger, known) }
  }

  @Test("does not take for its own what was learnt of another issuer or another repository")
  func foreignMemory() throws {
    let other = ImmutableIDs([.init("repository_owner_id", "43"), .init("repository_id", "1")])
    for key in [
      Self.key(issuer: "https://ghes.example", repository: "foo/bar"), Self.key("other", repository: "foo/x"),
      Self.key(repository: "foo/x"),
    ] {
      #expect(try Self.decide(Self.sample, PinnedIdentity(key: key, ids: other)).newPin == Self.ids)
      // Nor does its memory of a repository that it names no longer make a stranger known.
      let stranger = Self.sample.setting("repository", "evil/bar")
      #expect(throws: PolicyRefusal.self) { try Self.decide(stranger, PinnedIdentity(key: key, ids: Self.ids)) }
    }
  }

  @Test("needs the ids in the token", arguments: ["repository_id"] as [ExactString], [nil, .null, .string("")] as [JSONValue?])
  func missing(claim: ExactString, value: JSONValue?) throws {
    #expect(throws: PolicyRefusal.publisher(.missingClaim(claim))) { try Self.decide(Self.sample.setting(claim, to: value)) }
  }

  @Test("has a memory for each repository that it names")
  func several() throws {
    let sample = Self.sample.requiring("repository", ["foo/bar", "foo/baz"])
    let grant = try Self.decide(
      sample, PinnedIdentity(key: Self.key(repository: "foo/baz"), ids: ImmutableIDs([.init("repository_id", "5")])))
    #expect(grant.key == Self.key && grant.newPin == Self.ids)
  }

  private static let scoped = ProviderFixture.all.filter { $0.provider.repositoryScope != nil }

  @Test("has a memory for each scope in which a repository's name is its own", arguments: scoped)
  func scopes(fixture: ProviderFixture) throws {
    let provider = fixture.provider
    let scope = try #require(provider.repositoryScope)
    let whole = provider.immutableIDs.reduce(fixture.sample(fixture.demands)) { $0.requiringNothing(of: $1.text) }
    let identity = try whole.identity(of: whole.policy([]))
    let own = try #require(identity.claim(scope))
    let name = try #require(identity.claim(provider.repositoryKey.claim))
    let sample = whole.requiring(scope.text, ["another", own])
    let ids = provider.immutableIDs(of: identity)
    func key(in scope: ExactString) -> PublisherKey {
      Self.key(issuer: fixture.url, repository: ExactString("\(scope)/\(name)"))
    }

    let other = PinnedIdentity(key: key(in: "another"), ids: ImmutableIDs([.init(provider.immutableIDs[0], "1")]))
    let first = try Self.decide(sample, other)
    #expect(first.key == key(in: own) && first.newPin == ids)
    // It was called otherwise when it was learnt.
    let renamed = try Self.decide(whole.requiring(scope.text, "another"), PinnedIdentity(key: key(in: "another"), ids: ids))
    #expect(renamed.key == key(in: "another") && renamed.newPin == nil && renamed.isRenamed)
    #expect(throws: PolicyRefusal.self) { try Self.decide(whole.requiring(scope.text, "another"), other) }
    #expect(whole.requiring(scope.text, "\(own)*").check().publisher == nil)
  }

  @Test("learns nothing where one id is configured")
  func configured() throws {
    for id in [("repository_id", "1234"), ("repository_owner_id", "42")] as [(String, ExactString)] {
      let grant = try Self.decide(Self.sample.requiring(id.0, id.1))
      #expect(grant.newPin == nil && grant.key == Self.key)
    }
  }

  @Test("asks for memory only where something is learnt")
  func pinsOnFirstUse() throws {
    for (sample, expected) in [(Self.sample, true), (SamplePublish.gitHub, false)] {
      let policy = try sample.policy([sample.publisher()])
      #expect(try policy.pinsOnFirstUse(from: sample.identity(of: policy)) == expected)
    }
  }

  // MARK: Upload tokens

  @Test("stands behind an upload token that was given out for it, and behind no other")
  func scope() throws {
    let scope = TokenScope(publishers: [PublisherID("release")], package: nil)
    #expect(try Self.decide(Self.sample, scope: scope).publisher.description == "release")
    for publishers in [[], [PublisherID("other")]] {
      #expect(throws: PolicyRefusal.publisher(.noPublisher(repository: "foo/bar"))) {
        try Self.decide(Self.sample, scope: TokenScope(publishers: publishers, package: nil))
      }
    }
  }

  @Test("lets an upload token publish the package that it was asked for, and no other")
  func package() throws {
    let ids = [PublisherID("release")]
    #expect(try Self.decide(Self.sample, scope: TokenScope(publishers: ids, package: .init(canonical: "acme-widgets"))).newPin == Self.ids)
    #expect(throws: PolicyRefusal.scope(.otherPackage(package: "acme-widgets", tokenIsFor: "acme-gadgets"))) {
      try Self.decide(Self.sample, scope: TokenScope(publishers: ids, package: .init(canonical: "acme-gadgets")))
    }
  }

  // MARK: Packages that do not exist yet

  /// What becomes of an upload, in the words of a table.
  enum Outcome: Sendable { case granted, asks, refused, unknown, otherSpelling }

  @Test(
    "creates what its entry says that it may",
    arguments: [
      (.named, "acme-widgets", nil, .granted), (.named, "acme-widgets", .absent, .granted), (.named, "acme-widgets", .unknown, .granted),
      (.named, "acme-widgets", .exists, .granted),
      (.named, "acme-*", nil, .asks), (.named, "acme-*", .absent, .refused), (.named, "acme-*", .unknown, .unknown),
      (.named, "acme-*", .exists, .granted),
      (.named, "acme-widgets", .existsAs("Acme_Widgets"), .granted), (.named, "acme-*", .existsAs("Acme_Widgets"), .otherSpelling),
      (.none, "acme-widgets", .existsAs("Acme_Widgets"), .otherSpelling),
      (.any, "acme-*", nil, .granted), (.any, "acme-*", .absent, .granted), (.any, "acme-*", .unknown, .granted),
      (.none, "acme-widgets", nil, .asks), (.none, "acme-widgets", .absent, .refused), (.none, "acme-widgets", .unknown, .unknown),
      (.none, "acme-widgets", .exists, .granted), (.none, "acme-*", .absent, .refused),
    ] as [(PublisherDeclaration.Creation, ExactString, Existence?, Outcome)])
  func creation(create: PublisherDeclaration.Creation, pattern: ExactString, package: Existence?, expected: Outcome) throws {
    let sample = SamplePublish.gitHub.with {
      $0.create = create
      $0.mayPublish = [(SamplePublish.registry, [NamePattern(canonical: "other"), NamePattern(canonical: pattern)])]
    }
    let policy = try sample.policy([sample.publisher()])
    let principal = try Principal(identity: sample.identity(of: policy), scope: nil)
    let found: Outcome
    do {
      switch try policy.decide(principal, sample.target, knowing: PolicyInputs(package: package), at: #require(UnixTime(1))) {
      case .granted: found = .granted
      case .hangsOnExistence(let inquiry):
        #expect(inquiry.target == sample.target)
        found = .asks
      }
    } catch PolicyRefusal.scope(.creationNotAllowed(package: "acme-widgets", PublisherID("release"))) {
      found = .refused
    } catch PolicyRefusal.scope(.existenceUnknown(package: "acme-widgets")) {
      found = .unknown
    } catch PolicyRefusal.scope(.otherSpelling(package: "acme-widgets", registered: "Acme_Widgets")) {
      found = .otherSpelling
    }
    #expect(found == expected)
  }

  @Test("leaves a new package to another that may create it")
  func otherCreator() throws {
    let patterns = [(registry: SamplePublish.registry, patterns: [NamePattern(canonical: "acme-*")])]
    let glob = try SamplePublish.gitHub.with { $0.mayPublish = patterns }.publisher(id: "glob")
    let named = try SamplePublish.gitHub.publisher(id: "named")
    for package in [nil, .absent, .unknown] as [Existence?] {
      #expect(
        try SamplePublish.gitHub.decide(among: [glob, named], knowing: PolicyInputs(package: package)).publisher.description == "named")
    }
    #expect(try SamplePublish.gitHub.decide(among: [glob, named]).publisher.description == "glob")
  }
}
