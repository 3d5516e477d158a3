import StrictParsers
import Testing

@testable import PublisherPolicy

@Suite("A publisher that is known by its names alone") struct NamesOnlyTests {
  /// Its token has no ids, as Buildkite's have none unless the job asks.
  private static let sample = ProviderFixture.of("buildkite").sample([]).with {
    $0.when = [("organization_slug", ["acme"]), ("pipeline_slug", ["release"])]
    $0.pin = .names
  }.setting("organization_slug", "acme").setting("pipeline_slug", "release").setting("pipeline_id", nil).setting("organization_id", nil)
  private static let pipeline: ExactString = "00000001-1111-4222-8333-444455556666"
  private static let organization: ExactString = "00000002-1111-4222-8333-444455556666"
  private static let learnt = learnt(by: "careful", [.init("pipeline_id", pipeline), .init("organization_id", organization)])

  private static func learnt(by publisher: String, _ ids: [ImmutableIDs.ID]) -> PinnedIdentity {
    PinnedIdentity(
      key: PublisherKey(publisher: PublisherID(publisher), issuerURL: sample.url, repository: "acme/release"), ids: ImmutableIDs(ids))
  }

  @Test("publishes without ids, and learns nothing")
  func names() throws {
    let grant = try Self.sample.decide(among: [Self.sample.publisher()])
    #expect(grant.newPin == nil)
    #expect(Self.sample.setting("pipeline_slug", "other").verdict == .refused)
    #expect(Self.sample.setting("organization_slug", "other").verdict == .refused)
  }

  @Test("is warned of that, and must write its names out", arguments: [true, false])
  func problems(isWritten: Bool) {
    let (publisher, problems) = Self.sample.requiring("tag", "v{version}").requiring("pipeline_slug", isWritten ? "release" : "rel*")
      .check()
    #expect((publisher != nil) == isWritten)
    #expect(problems.filter { $0.part == .pin }.map(\.severity) == (isWritten ? [.warning] : [.error, .warning]))
  }

  @Test("is none of a provider whose tokens have ids always, or never", arguments: ProviderFixture.all)
  func otherProviders(fixture: ProviderFixture) {
    let sample = fixture.sample(fixture.basic).with { $0.pin = .names }
    let errors = sample.check().problems.filter { $0.part == .pin && $0.severity == .error }
    let hasID = sample.when.contains { condition in sample.provider.immutableIDs.contains { $0.text == condition.key } }
    #expect(errors.isEmpty == (fixture.provider.id == "buildkite" && !hasID))
  }

  @Test("has no id among its conditions")
  func contradiction() {
    #expect(Self.sample.requiring("pipeline_id", Self.pipeline).verdict == .misconfigured)
  }

  @Test("is told what would help where it does not say so")
  func byDefault() throws {
    let refusal = try #require(try Self.sample.with { $0.pin = .ids }.refusal())
    #expect(refusal.code == .missingClaim)
    #expect(
      refusal.sentence(for: .client)
        == "the token has no usable claim pipeline_id: the job must ask for the ids (`buildkite-agent oidc request-token --claim pipeline_id "
        + "--claim organization_id`), or the publisher must say `pin: names`")
  }

  @Test(
    "takes ids that a token has for what they say where another publisher learnt them",
    arguments: [
      (pipeline, organization, true), (nil, nil, true), (pipeline, nil, true), ("00000009-1111-4222-8333-444455556666", nil, false),
      (pipeline, "00000009-1111-4222-8333-444455556666", false),
    ] as [(ExactString?, ExactString?, Bool)])
  func otherIDs(pipeline: ExactString?, organization: ExactString?, isGranted: Bool) throws {
    let token = Self.sample.setting("pipeline_id", pipeline).setting("organization_id", organization)
    let inputs = PolicyInputs(learnt: [Self.learnt], package: .exists)
    #expect(token.policy([try token.publisher()]).pinsOnFirstUse(from: try token.identity(of: token.policy([]))))
    #expect(((try? token.decide(among: [token.publisher()], knowing: inputs)) != nil) == isGranted)
    #expect(((try? token.decide(among: [token.publisher()])) != nil))
  }

  @Test("opens no package of a publisher that knows its ids", arguments: [true, false])
  func otherPublishers(isLearnt: Bool) throws {
    let careful = try Self.sample.with {
      $0.pin = .ids
      $0.mayPublish = [(SamplePublish.registry, [NamePattern(canonical: "precious")])]
      if !isLearnt { $0.when += [("pipeline_id", [Self.pipeline])] }
    }.publisher(id: "careful")
    let publishers = [try Self.sample.publisher(), careful]
    let inputs = PolicyInputs(learnt: isLearnt ? [Self.learnt] : [], package: .exists)
    #expect(try Self.sample.decide(among: publishers, knowing: inputs).publisher.description == "release")
    let precious = Self.sample.with { $0.package = "precious" }
    #expect(throws: PolicyRefusal.self) { try precious.decide(among: publishers, knowing: inputs) }
    let genuine = precious.setting("pipeline_id", Self.pipeline).setting("organization_id", Self.organization)
    #expect(try genuine.decide(among: publishers, knowing: inputs).publisher.description == "careful")
    let stranger = genuine.setting("pipeline_id", "00000009-1111-4222-8333-444455556666")
    #expect(throws: PolicyRefusal.self) { try stranger.decide(among: publishers, knowing: inputs) }
  }
}
