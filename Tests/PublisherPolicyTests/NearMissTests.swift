import StrictParsers
import Testing

@testable import PublisherPolicy

@Suite("A token that means no publisher") struct NearMissTests {
  private static let sample = SamplePublish.gitHub

  private static func miss(_ sample: SamplePublish, among publishers: [Publisher]) throws -> NearMiss {
    do {
      _ = try sample.decide(among: publishers)
    } catch PolicyRefusal.publisher(.claimMismatch(let miss)) {
      return miss
    } catch PolicyRefusal.publisher(.forbiddenEvent(let miss)) {
      return miss
    }
    struct NoMiss: Error {}
    throw NoMiss()
  }

  @Test("is told of the one that lacks least")
  func nearest() throws {
    let far = try Self.sample.requiring("environment", "x").requiring("ref", "refs/y").publisher(id: "far")
    let near = try Self.sample.requiring("environment", "x").publisher(id: "near")
    let another = try Self.sample.requiring("environment", "z").publisher(id: "another")
    let miss = try Self.miss(Self.sample, among: [far, near, another])
    #expect(miss.publisher.description == "near" && miss.isOwner)
    #expect(miss.failures == [.init(key: "environment", expected: "\"x\"", got: "release")])
  }

  @Test("is told of no publisher of another repository", arguments: SamplePublish.both)
  func foreign(sample: SamplePublish) throws {
    let keys = [sample.provider.repositoryKey.condition.text, sample.provider.repositoryKey.claim.text]
    for key in keys {
      let renamed = sample.requiringNothing(of: keys[0]).requiring(key, ["x/y", "x/z"])
      let single = sample.requiringNothing(of: keys[0]).requiring(key, "x/y")
      for other in [renamed, single] { #expect(try other.refusal() == .noPublisher(repository: "foo/bar"), "\(key)") }
    }
  }

  @Test("learns what is expected only once it has shown an immutable id of the publisher")
  func wording() throws {
    let publisher = try Self.sample.requiring("environment", "secret-name").publisher()
    let owner = try Self.miss(Self.sample, among: [publisher])
    #expect(owner.sentence(for: .client) == "environment: expected \"secret-name\", got \"release\" (publisher release)")
    #expect(owner.sentence(for: .record) == owner.sentence(for: .client))
    let stranger = try Self.miss(Self.sample.setting("repository_owner_id", "43"), among: [publisher])
    #expect(!stranger.isOwner)
    #expect(
      stranger.sentence(for: .client)
        == "repository_owner_id: \"43\" is not what is configured; environment: \"release\" is not what is configured (publisher release)")
    #expect(
      stranger.sentence(for: .record)
        == "repository_owner_id: expected \"42\", got \"43\"; environment: expected \"secret-name\", got \"release\" (publisher release)")
  }

  @Test("is told what it lacks")
  func nothing() throws {
    let publisher = try Self.sample.requiring("environment", ["a", "b"]).publisher()
    let miss = try Self.miss(Self.sample.setting("environment", nil), among: [publisher])
    #expect(miss.sentence(for: .client) == "environment: expected \"a\" or \"b\", got nothing (publisher release)")
  }

  @Test("is shown its own values without what could pass for something else")
  func hostileValues() throws {
    let publisher = try Self.sample.requiring("environment", "a").publisher()
    for (value, shown) in [
      ("\u{1b}[31m\r\n\"\\", #""\u{1b}[31m\u{d}\u{a}\u{22}\u{5c}""#), ("gr\u{f6}\u{202e}", #""gr\u{f6}\u{202e}""#),
      (String(repeating: "x", count: 201), "\"\(String(repeating: "x", count: 200))...\""), ("", "\"\""),
    ] {
      let miss = try Self.miss(Self.sample.setting("environment", ExactString(value)), among: [publisher])
      #expect(miss.sentence(for: .client) == "environment: expected \"a\", got \(shown) (publisher release)")
    }
    #expect(PublisherRefusal.noPublisher(repository: "a\nb").sentence(for: .client) == #"no publisher is configured for "a\u{a}b""#)
  }

  @Test("is told which of the workflow's and the job's files is not the configured one")
  func workflows() throws {
    let publisher = try Self.sample.requiring("workflow", "baz.yml").publisher()
    let other: ExactString = "foo/bar/.github/workflows/other.yml@refs/tags/v1.0"
    #expect(try Self.miss(Self.sample.setting("job_workflow_ref", other), among: [publisher]).failures.map(\.got) == [other])
    #expect(try Self.miss(Self.sample.setting("workflow_ref", other), among: [publisher]).failures.map(\.got) == [other])
    #expect(try Self.miss(Self.sample.setting("workflow_ref", nil), among: [publisher]).failures.map(\.got) == [nil])
  }

  @Test("is a refusal of its event where nothing else is wrong")
  func events() throws {
    let publisher = try Self.sample.requiring("environment", "release").publisher()
    let run = Self.sample.setting("event_name", "workflow_run")
    guard case .publisher(.forbiddenEvent(let miss)) = Self.refusal(run, publisher) else {
      Issue.record("not refused for its event")
      return
    }
    #expect(miss.failures.map(\.got) == ["workflow_run"])
    guard case .publisher(.claimMismatch) = Self.refusal(run.setting("environment", "x"), publisher) else {
      Issue.record("not refused for its environment too")
      return
    }
  }

  private static func refusal(_ sample: SamplePublish, _ publisher: Publisher) -> PolicyRefusal? {
    do {
      _ = try sample.decide(among: [publisher])
      return nil
    } catch {
      return error as? PolicyRefusal
    }
  }

  @Test("has a stable code for each of its causes")
  func codes() {
    let miss = NearMiss(publisher: PublisherID("x"), failures: [], isOwner: false)
    let id = PublisherID("x")
    let all: [PublisherRefusal] = [
      .missingClaim("x"), .issuerReplaced, .noPublisher(repository: nil), .claimMismatch(miss), .forbiddenEvent(miss), .expired(id),
      .identityChanged(
        PublisherKey(publisher: id, issuerURL: "https://a.example", repository: "b/c"), learnt: ImmutableIDs([]), got: ImmutableIDs([])),
      .otherRegistry(id),
    ]
    #expect(all.map(\.code) == PublisherRefusal.Code.allCases)
    for reader in [PublisherRefusal.Reader.client, .record] { #expect(all.allSatisfy { !$0.sentence(for: reader).isEmpty }) }
    let scope = PackageRefusal.packageNotAllowed(package: "c\n", id, patterns: ["1", "2", "3", "4", "5", "6"])
    #expect(scope.code == .packageNotAllowed)
    #expect(scope.sentence(for: .client) == #"the publisher x may publish 1, 2, 3, 4, 5, ..., not "c\u{a}""#)
  }
}
