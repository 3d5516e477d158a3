import StrictParsers
import Testing
import TokenVerification

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
    let sample = sample.requiring(sample.provider.immutableIDs[0].text, "9")
    for key in keys {
      let renamed = sample.requiringNothing(of: keys[0]).requiring(key, ["x/y", "x/z"])
      let single = sample.requiringNothing(of: keys[0]).requiring(key, "x/y")
      for other in [renamed, single] { #expect(try other.refusal() == .noPublisher(repository: "foo/bar"), "\(key)") }
    }
  }

  @Test(
    "is told that its repository was renamed where it has the repository's id",
    arguments: [
      ([("repository_id", "1234"), ("repository_owner_id", "42")], "repository_id and repository_owner_id are those"),
      ([("repository_id", "1234")], "repository_id is that"),
    ] as [([(String, ExactString)], String)])
  func renamed(ids: [(String, ExactString)], words: String) throws {
    let when = [("repository", ["acme/old"])] + ids.map { ($0.0, [$0.1]) }
    let publisher = try Self.sample.with { $0.when = when }.publisher()
    let miss = try Self.miss(Self.sample, among: [publisher])
    let sentence =
      "repository: expected \"acme/old\", got \"foo/bar\"; \(words) of this publisher: the repository was renamed or moved, "
      + "update the configuration (publisher release)"
    #expect(miss.sentence(for: .client) == sentence && miss.sentence(for: .record) == sentence)
    let explained = try Self.sample.policy([publisher]).explain(
      Self.sample.supposed(by: Self.sample.policy([publisher])), Self.sample.supposedUpload, at: .latest)
    #expect(explained.map(\.failures) == [1])
  }

  @Test("is told which id is another one where a repository moved to another owner")
  func moved() throws {
    let when = [("repository", ["acme/old"]), ("repository_id", ["1234"]), ("repository_owner_id", ["43"])] as [(String, [ExactString])]
    let miss = try Self.miss(Self.sample, among: [Self.sample.with { $0.when = when }.publisher()])
    #expect(miss.failures.map(\.key) == ["repository", "repository_owner_id"] && miss.moved == ["repository_id"] && miss.isOwner)
  }

  @Test(
    "is told of no publisher of another repository of its owner, or of one with its name",
    arguments: [
      [("repository", ["acme/old"]), ("repository_owner_id", ["42"])], [("repository", ["acme/old"]), ("repository_id", ["9999"])],
      [("repository", ["acme/old"]), ("repository_id", ["9999"]), ("repository_owner_id", ["42"])], [("repository", ["acme/old"])],
    ] as [[(String, [ExactString])]])
  func notRenamed(when: [(String, [ExactString])]) throws {
    #expect(try Self.sample.with { $0.when = when }.refusal() == .noPublisher(repository: "foo/bar"))
  }

  @Test("prefers a publisher of the name that it has now")
  func renamedAndNamed() throws {
    let old = try Self.sample.with { $0.when = [("repository", ["acme/old"]), ("repository_id", ["1234"])] }.publisher(id: "old")
    let new = try Self.sample.requiring("environment", "x").publisher(id: "new")
    let miss = try Self.miss(Self.sample, among: [old, new])
    #expect(miss.publisher.description == "new" && miss.moved.isEmpty)
    let other = TokenScope(publishers: [PublisherID("other")], package: nil)
    #expect(throws: PolicyRefusal.publisher(.noPublisher(repository: "foo/bar"))) { try Self.sample.decide(among: [old], scope: other) }
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

  @Test("is told the key that a job in another file needs, and the workflow's own key for another workflow")
  func reusableWorkflows() throws {
    let publisher = try Self.sample.requiring("workflow", "baz.yml").publisher()
    let other: ExactString = "evil/actions/.github/workflows/baz.yml@refs/heads/main"
    let called = try Self.miss(Self.sample.setting("job_workflow_ref", other), among: [publisher])
    #expect(called.sentence(for: .record) == "reusable_workflow: expected none, got \"\(other)\" (publisher release)")
    let foreign = try Self.miss(Self.sample.setting("workflow_ref", other), among: [publisher])
    #expect(foreign.sentence(for: .record) == "workflow: expected \"baz.yml\", got \"\(other)\" (publisher release)")
  }

  @Test(
    "is told the tag that this version needs, and the ref that the run is on",
    arguments: [
      ("v{version}", "branch", "refs/heads/main", #"expected tag "v1.0", this run is on refs/heads/main (publisher release)"#),
      ("v{version}", "tag", "refs/tags/v2.0", #"expected tag "v1.0", this run is on refs/tags/v2.0 (publisher release)"#),
      ("release-*", "branch", "refs/heads/a b", #"expected tag "release-*", this run is on "refs/heads/a b" (publisher release)"#),
    ] as [(ExactString, ExactString, ExactString, String)])
  func tags(pattern: ExactString, kind: ExactString, reference: ExactString, expected: String) throws {
    let publisher = try Self.sample.requiring("tag", pattern).publisher()
    let miss = try Self.miss(Self.sample.setting("ref_type", kind).setting("ref", reference), among: [publisher])
    #expect(miss.sentence(for: .record) == expected)
    let stranger = NearMiss(publisher: miss.publisher, failures: miss.failures, isOwner: false)
    #expect(!stranger.sentence(for: .client).contains("expected"))
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
      .missingClaim("x"), .issuerReplaced, .noPublisher(repository: nil), .claimMismatch(miss), .forbiddenEvent(miss),
      .expired(id, at: .latest),
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
