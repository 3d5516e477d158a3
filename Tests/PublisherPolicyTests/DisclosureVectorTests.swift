import StrictParsers
import Testing
import TokenVerification

@testable import PublisherPolicy

/// What NuGet's tests hold of the words that a refused client reads, and of a publisher's first use. Where the answer here is another, the
/// reason stands beside the row.
@Suite("A client that NuGet would refuse") struct DisclosureVectorTests {
  private static let file: ExactString = "test-owner/test-repo/.github/workflows/test.yml@refs/heads/main"

  private static let gitHub = SamplePublish.gitHub.with { sample in
    sample.when = [
      ("repository", ["test-owner/test-repo"]), ("repository_owner", ["test-owner"]), ("repository_owner_id", ["123"]),
      ("repository_id", ["456"]), ("workflow", ["test.yml"]), ("environment", ["production"]),
    ]
  }
  .setting("repository", "test-owner/test-repo").setting("repository_owner", "test-owner").setting("repository_owner_id", "123")
  .setting("repository_id", "456").setting("environment", "production").setting("ref", "refs/heads/main").setting("workflow_ref", file)
  .setting("job_workflow_ref", file)

  /// The ids are right: it is the repository under another name, in which its workflow stands.
  private static func renamed(_ name: String) -> String {
    #"repository: expected "test-owner/test-repo", got "\#(name)"; workflow: expected "test.yml", got "\#(file)"; "#
      + "repository_owner_id and repository_id are those of this publisher: the repository was renamed or moved, "
      + "update the configuration (publisher release)"
  }

  @Test(
    "reads what is missing or wrong once it has shown whose it is",
    arguments: [
      ("repository_owner", nil, "the token has no usable claim repository_owner"),
      ("repository_owner", "", #"repository_owner: expected "test-owner", got "" (publisher release)"#),
      ("repository_owner_id", nil, "the token has no usable claim repository_owner_id"),
      ("repository_owner_id", "", #"repository_owner_id: expected "123", got "" (publisher release)"#),
      ("repository", nil, "the token has no usable claim repository"),
      ("repository", "", renamed("")),
      ("repository_id", nil, #"repository_id: expected "456", got nothing (publisher release)"#),
      ("repository_id", "", #"repository_id: expected "456", got "" (publisher release)"#),
      ("event_name", nil, "the token has no usable claim event_name"),
      (
        "event_name", "pull_request_target",
        #"event_name: expected nothing that runs a stranger's code, got "pull_request_target" (publisher release)"#
      ),
      ("repository", "test-owner/other", renamed("test-owner/other")),
      // NuGet tells nothing before all names and both ids are right. Here one id is enough: nobody can take over an account's or a
      // repository's, and whoever has made his repository anew should read that it has another id now.
      ("repository_owner", "other", #"repository_owner: expected "test-owner", got "other" (publisher release)"#),
      ("repository_owner_id", "124", #"repository_owner_id: expected "123", got "124" (publisher release)"#),
      ("repository_id", "457", #"repository_id: expected "456", got "457" (publisher release)"#),
      ("environment", "staging", #"environment: expected "production", got "staging" (publisher release)"#),
      (
        "job_workflow_ref", "test-owner/test-repo/.github/workflows/mismatched.yml@refs/heads/main",
        #"reusable_workflow: expected none, got "test-owner/test-repo/.github/workflows/mismatched.yml@refs/heads/main" (publisher release)"#
      ),
    ] as [(ExactString, ExactString?, String)])
  func words(claim: ExactString, value: ExactString?, expected: String) throws {
    #expect(try Self.gitHub.setting(claim, value).refusal()?.sentence(for: .client) == expected)
  }

  /// NuGet says no more than that nothing matches. Here a stranger also reads the values that he sent, and the id of the entry.
  @Test("reads nothing of what is expected while both ids are wrong", arguments: [nil, "staging"] as [ExactString?])
  func stranger(environment: ExactString?) throws {
    let stranger = Self.gitHub.setting("repository_owner_id", "124").setting("repository_id", "457").setting("environment", environment)
    let words = try #require(try stranger.refusal()?.sentence(for: .client))
    #expect(words.hasPrefix(#"repository_owner_id: "124" is not what is configured; repository_id: "457" is not what is configured"#))
    for secret in ["123", "456", "production", "expected"] { #expect(!words.contains(secret)) }
  }

  @Test(
    "of GitLab reads the same",
    arguments: [
      ("project_path", nil, "the token has no usable claim project_path"), ("project_id", nil, "the token has no usable claim project_id"),
      ("namespace_id", nil, "the token has no usable claim namespace_id"),
      // NuGet wants it. Here the path of the whole project and the ids are compared, which leave nothing for it to say.
      ("namespace_path", nil, nil),
      (
        "project_path", "foo/other",
        #"project: expected "foo/bar", got "foo/other"; project_id is that of this publisher: the repository was renamed or moved, "#
          + "update the configuration (publisher release)"
      ),
      ("project_id", "1235", #"project_id: "1235" is not what is configured (publisher release)"#),
      ("ref_path", "refs/heads/other", #"ref_path: expected "refs/tags/v1.0", got "refs/heads/other" (publisher release)"#),
      ("environment", "other", #"environment: expected "release", got "other" (publisher release)"#),
    ] as [(ExactString, ExactString?, String?)])
  func gitLab(claim: ExactString, value: ExactString?, expected: String?) throws {
    let sample = SamplePublish.gitLab.requiring("ref_path", "refs/tags/v1.0").requiring("environment", "release")
      .setting("job_project_id", nil)
    #expect(try sample.setting(claim, value).refusal()?.sentence(for: .client) == expected)
  }

  @Test("has ids whose case counts")
  func letterCase() throws {
    let fixture = ProviderFixture.of("buildkite")
    let (lower, upper) = ("0000000a-1111-4222-8333-444455556666", "0000000A-1111-4222-8333-444455556666") as (ExactString, ExactString)
    let sample = fixture.sample(fixture.basic).requiring("pipeline_id", lower)
    #expect(sample.setting("pipeline_id", lower).verdict == .granted && sample.setting("pipeline_id", upper).verdict == .refused)
    // GitHub's and GitLab's are numbers.
    for (sample, ids) in zip(SamplePublish.both, [["repository_owner_id", "repository_id"], ["project_id", "namespace_id"]]) {
      for id in ids {
        #expect(sample.requiring(id, "id-456").verdict == .misconfigured)
        #expect(sample.requiring(id, "456").setting(ExactString(id), "ID-456").verdict == .refused)
      }
    }
  }

  // MARK: First use

  /// Its publisher names no ids: it is pending until somebody has published.
  private static let pending = gitHub.requiringNothing(of: "repository_owner_id").requiringNothing(of: "repository_id").with {
    $0.expires = UnixTime($0.now + 1)
  }

  @Test("has a publisher that is pending until its last day, and reads then that it has expired")
  func temporary() throws {
    // NuGet drops the date with the first use. Here it is the operator's, and holds for those that are known, too.
    let first = try Self.pending.decide(among: [Self.pending.publisher()])
    let newPin = try #require(first.newPin)
    let known = PolicyInputs(learnt: [PinnedIdentity(key: first.key, ids: newPin)], package: .exists)
    let late = Self.pending.with { $0.now += 1 }
    for inputs in [PolicyInputs(package: .exists), known] {
      #expect(throws: PolicyRefusal.publisher(.expired(PublisherID("release"), at: try #require(late.expires)))) {
        try late.decide(among: [late.publisher()], knowing: inputs)
      }
    }
    #expect(try late.refusal()?.sentence(for: .client) == "the publisher release has expired: it was valid until 2023-11-14T22:13:21Z")
  }

  @Test(
    "may have been the first at the same time as another",
    arguments: [(nil, true), ("repository_owner_id", false), ("repository_id", false)] as [(ExactString?, Bool)])
  func concurrent(changed: ExactString?, isTaken: Bool) throws {
    let publisher = try Self.pending.publisher()
    let second = changed.map { Self.pending.setting($0, "9") } ?? Self.pending
    let grants = [try Self.pending.decide(among: [publisher]), try second.decide(among: [publisher])]
    // Both were granted while nobody was known: it is the store that lets one lesson be learnt.
    #expect(grants[0].key == grants[1].key && (grants[0].newPin == grants[1].newPin) == isTaken)
    let known = PolicyInputs(
      learnt: [PinnedIdentity(key: grants[0].key, ids: try #require(grants[0].newPin))], package: .exists)
    #expect(((try? second.decide(among: [publisher], knowing: known)) != nil) == isTaken)
    // And whoever was first is nobody once the publisher is gone.
    #expect(throws: PolicyRefusal.publisher(.noPublisher(repository: "test-owner/test-repo"))) {
      try Self.pending.decide(among: [], knowing: known)
    }
  }
}
