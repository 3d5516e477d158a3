import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import PublisherPolicy

@Suite("A supposed identity") struct SupposedIdentityTests {
  private static let learner = SamplePublish.gitHub.requiringNothing(of: "repository_owner_id")
  private static let ids = ImmutableIDs([.init("repository_owner_id", "42"), .init("repository_id", "1234")])
  private static let key = PublisherKey(
    publisher: PublisherID("release"), issuerURL: "https://token.actions.githubusercontent.com", repository: "foo/bar")

  @Test("is judged as a verified one is", arguments: SamplePublish.both)
  func agreement(sample: SamplePublish) throws {
    let now = try #require(UnixTime(sample.now))
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    for _ in 0..<300 {
      var copy = sample.requiring("environment", "release").requiring("tag", "v{version}")
      for member in sample.claims.members where Int.random(in: 0..<20, using: &random) == 0 {
        copy = copy.setting(
          member.name, to: ([nil, .null, .string("other"), .integer(7), .bool(true)] as [JSONValue?]).randomElement(using: &random) ?? nil)
      }
      if Bool.random(using: &random) { copy.package = "stranger" }
      if Bool.random(using: &random) { copy.expires = UnixTime(copy.now - 1) }
      copy.create = PublisherDeclaration.Creation.allCases.randomElement(using: &random) ?? .named
      let existence = ([nil, .exists, .absent, .unknown] as [Existence?]).randomElement(using: &random) ?? nil
      let policy = copy.policy([try copy.publisher()])
      let upload = SupposedUpload(registry: SamplePublish.registry, target: copy.target, learnt: [], package: existence)
      let identity = try copy.supposed(by: policy)
      let supposed = try verdict { () throws(PolicyRefusal) in try policy.verdict(on: identity, upload, at: now) }
      let real = try verdict { () throws(PolicyRefusal) in
        let identity: PublisherIdentity
        do throws(PublisherRefusal) { identity = try copy.identity(of: policy) } catch { throw .publisher(error) }
        switch try policy.decide(Principal(identity: identity, scope: nil), copy.target, knowing: PolicyInputs(package: existence), at: now)
        {
        case .granted(let grant): return .granted(grant.publisher)
        case .hangsOnExistence: return .hangsOnExistence
        }
      }
      #expect(supposed == real, "seed \(seed): \(copy.claims)")
    }
  }

  private func verdict(_ body: () throws(PolicyRefusal) -> Verdict) throws -> Result<Verdict, PolicyRefusal> {
    do throws(PolicyRefusal) { return .success(try body()) } catch { return .failure(error) }
  }

  @Test(
    "hangs on what was learnt where nobody could be asked",
    arguments: [
      (nil, .hangsOnMemory(PublisherID("release"))), ([], .granted(PublisherID("release"))),
      ([PinnedIdentity(key: key, ids: ids)], .granted(PublisherID("release"))),
    ] as [([PinnedIdentity]?, Verdict)])
  func memory(learnt: [PinnedIdentity]?, expected: Verdict) throws {
    let policy = Self.learner.policy([try Self.learner.publisher()])
    let upload = SupposedUpload(registry: SamplePublish.registry, target: Self.learner.target, learnt: learnt, package: .exists)
    let supposed = try Self.learner.supposed(by: policy)
    #expect(try policy.verdict(on: supposed, upload, at: .latest) == expected)
    let memory = try #require(policy.explain(supposed, upload, at: .latest).first).memory
    #expect((memory.holds == nil) == (learnt == nil))
  }

  @Test("whose repository is another one than was learnt fails by its ids")
  func changed() throws {
    let policy = Self.learner.policy([try Self.learner.publisher()])
    let other = ImmutableIDs([.init("repository_owner_id", "42"), .init("repository_id", "9")])
    let upload = SupposedUpload(
      registry: SamplePublish.registry, target: Self.learner.target, learnt: [PinnedIdentity(key: Self.key, ids: other)], package: .exists)
    let explained = try #require(policy.explain(Self.learner.supposed(by: policy), upload, at: .latest).first)
    guard case .changed(other, Self.ids) = explained.memory else {
      Issue.record("\(explained.memory)")
      return
    }
    #expect(explained.failures == 1)
  }

  @Test("lacks a claim that every token has, and is explained all the same")
  func missing() throws {
    let sample = SamplePublish.gitHub.setting("sha", nil)
    let policy = sample.policy([try sample.publisher()])
    let supposed = try sample.supposed(by: policy)
    #expect(supposed.missing == "sha")
    #expect(throws: PolicyRefusal.publisher(.missingClaim("sha"))) { try policy.verdict(on: supposed, sample.supposedUpload, at: .latest) }
    #expect(policy.explain(supposed, sample.supposedUpload, at: .latest).map(\.failures) == [0])
  }

  @Test(
    "says which tags a version may come from",
    arguments: [("v{version}", "1.0", ["refs/tags/v1.0"]), ("v{version}", "1.0.0", ["refs/tags/v1.0.0", "refs/tags/v1.0"])]
      as [(ExactString, ExactString, [ExactString])])
  func references(tag: ExactString, version: ExactString, expected: [ExactString]) throws {
    let sample = SamplePublish.gitHub.requiring("tag", tag).with { $0.version = .init(written: version, canonical: "1.0") }
    let policy = sample.policy([try sample.publisher()])
    let explained = try #require(policy.explain(sample.supposed(by: policy), sample.supposedUpload, at: .latest).first)
    #expect(try #require(explained.conditions.first { $0.key == "tag" }).references == expected)
    #expect(try #require(explained.conditions.first { $0.key == "repository" }).references == nil)
  }
}
