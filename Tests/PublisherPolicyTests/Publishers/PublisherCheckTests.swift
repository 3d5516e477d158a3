import StrictParsers
import Testing

@testable import PublisherPolicy

@Suite("A publisher of the configuration") struct PublisherCheckTests {
  private static let gitHub = SamplePublish.gitHub.requiring("environment", "release")
  private static let gitLab = SamplePublish.gitLab.requiring("environment", "release")

  private static func problems(_ sample: SamplePublish, _ severity: PublisherProblem.Severity) -> [PublisherProblem.Part] {
    sample.check().problems.filter { $0.severity == severity }.map(\.part)
  }

  @Test("that names its repository, its ids and where a release comes from has no problem")
  func fine() {
    for sample in [Self.gitHub, Self.gitLab] {
      #expect(sample.check().problems.isEmpty)
      #expect(sample.check().publisher != nil)
    }
  }

  @Test(
    "has an id of a-z, 0-9 and hyphens",
    arguments: [
      ("a", true), ("widgets-release-2", true), ("-", true), ("", false), ("Widgets", false), ("a_b", false), ("a.b", false),
      ("a b", false),
      ("\u{212A}", false), ("a\n", false), ("\u{e9}", false), ("\u{661}", false),
    ])
  func ids(id: String, expected: Bool) {
    let (publisher, problems) = Self.gitHub.check(id: id)
    #expect((publisher != nil) == expected)
    #expect(problems.map(\.part) == (expected ? [] : [.id]))
  }

  @Test(
    "has values that a claim can have",
    arguments: [
      ("repository", "foo/bar", true), ("repository", "foo/*", true), ("repository", "foo", false), ("repository", "foo/bar/baz", false),
      ("repository", "/bar", false), ("repository", "foo/", false), ("repository", "//", false),
      ("repository", "https://github.com/foo/bar", false), ("repository", "foo/bar.git", false), ("repository", "foo/*.git", false),
      ("ref", "main", false), ("ref", "heads/main", false), ("ref", "*", true), ("ref", "**/main", true), ("ref", "re*", true),
      ("ref", "refs/tags/v*", true), ("ref", "main*", false), ("tag", "refs/tags/v{version}", false), ("tag", "refs/tags/*", false),
      ("repository_owner_id", "42", true), ("repository_owner_id", "foo", false), ("repository_owner_id", "*", false),
      ("repository_owner_id", "4*", false), ("repository_owner_id", " 42", false), ("repository_owner_id", "\u{664}", false),
      ("repository_id", "1234", true), ("repository_id", "**", false),
      ("workflow", "release.yml", true), ("workflow", "release.yaml", true), ("workflow", "release.yml ", false),
      ("workflow", "release.YML", false),
      ("workflow", "Release", false), ("workflow", ".github/workflows/release.yml", false), ("workflow", "*.yml", false),
      ("workflow", "release.yml@refs/heads/main", false), ("workflow", "../release.yml", false),
      ("reusable_workflow", "foo/tools/.github/workflows/x.yml@refs/tags/v1", true),
      ("reusable_workflow", "foo/tools/.github/workflows/x.yml", false), ("reusable_workflow", "x.yml@main", false),
      ("environment", "release", true), ("environment", "", false), ("ref", "refs/heads/*", true), ("tag", "v{version}", true),
      ("tag", "{version}{version}", false), ("tag", "v{version}-*", false), ("tag", "", false), ("aud", "x", true), ("iss", "x", true),
      ("sub", "x", true),
    ] as [(String, ExactString, Bool)])
  func valuesOfGitHub(key: String, value: ExactString, expected: Bool) {
    let sample = Self.gitHub.requiring(key, value)
    #expect(Set(Self.problems(sample, .error)) == (expected ? [] : [.when(key)]))
    #expect((sample.check().publisher != nil) == expected)
    let among = Self.gitHub.requiring(key, Self.gitHub.when.first { $0.key == key }.map { $0.values + [value] } ?? [value])
    #expect((among.check().publisher != nil) == expected)
  }

  @Test(
    "has values that a claim of GitLab can have",
    arguments: [
      ("project", "foo/bar", true), ("project", "a/b/c", true), ("project", "foo", false), ("project", "a//b", false),
      ("project_path", "foo", false),
      ("project_id", "1234", true), ("project_id", "*", false), ("namespace_id", "42", true), ("namespace_id", "*", false),
      ("workflow", ".gitlab-ci.yml", true),
      ("workflow", "ci/release.yml", true), ("workflow", "/release.yml", false), ("workflow", "ci.yml@group/project", false),
      ("workflow", "*.yml", false), ("runner_id", "5", true), ("ref_path", "refs/heads/main", true), ("ref_path", "main", false),
      ("ref", "main", true), ("ref", "refs/heads/main", false), ("project", "foo/bar.git", false), ("tag", "refs/tags/v{version}", false),
    ] as [(String, ExactString, Bool)])
  func valuesOfGitLab(key: String, value: ExactString, expected: Bool) {
    let sample = Self.gitLab.requiring(key, value)
    #expect(Set(Self.problems(sample, .error)) == (expected ? [] : [.when(key)]))
  }

  @Test("names no condition without a value", arguments: [[], [""], ["release", ""]] as [[ExactString]])
  func emptyValues(values: [ExactString]) {
    #expect(Self.problems(Self.gitHub.requiring("environment", values), .error) == [.when("environment")])
  }

  @Test(
    "names conditions of its provider only",
    arguments: [
      ("enviroment", "environment"), ("repositoryid", "repository_id"), ("Repository_id", "repository_id"), ("project", nil),
      ("ci_config_ref_uri", nil), ("actor", nil), ("workflow_reff", "workflow_ref"), ("exp", nil), ("jti ", "jti"),
      ("environment\u{301}", "environment"),
    ] as [(String, String?)])
  func unknownKeys(key: String, suggestion: String?) throws {
    let sample = Self.gitHub.requiring(key, "1")
    let problem = try #require(sample.check().problems.first { $0.part == .when(key) })
    #expect(problem.severity == .error)
    if let suggestion { #expect(problem.suggestion == suggestion) }
    #expect(sample.check().publisher == nil)
  }

  @Test(
    "constrains more than what every token of the issuer has",
    arguments: [[], ["iss"], ["aud", "sub"], ["iss", "aud", "sub"]] as [[String]])
  func unconstrained(keys: [String]) {
    let sample = SamplePublish.gitHub.with { sample in sample.when = keys.map { ($0, ["x"]) } }
    #expect(Self.problems(sample, .error) == [.whole])
  }

  @Test("names ids that nobody can take over, or each repository of which they are to be learnt", arguments: SamplePublish.both)
  func immutableIDs(sample: SamplePublish) {
    let ids = sample.provider.immutableIDs
    let written = ids.reduce(sample.requiring("environment", "x")) { $0.requiringNothing(of: $1.text) }
    #expect(written.check().problems.isEmpty && written.check().publisher?.pinsOnFirstUse == true)
    #expect(sample.check().publisher?.pinsOnFirstUse == false)
    let nameless = written.requiring(sample.provider.repositoryKey.condition.text, ["foo/bar", "foo/*"])
    let (publisher, problems) = nameless.check()
    #expect(publisher == nil)
    #expect(problems.map(\.part) == [.whole] && problems.allSatisfy { problem in ids.allSatisfy { problem.message.contains($0.text) } })
    for id in ids { #expect(nameless.requiring(id.text, "1").check().publisher != nil) }
  }

  @Test(
    "should say which branch, tag or environment releases",
    arguments: [
      ("environment", "x", []), ("tag", "v*", []), ("ref", "refs/heads/main", []), ("ref_protected", "true", []),
      ("workflow", "x.yml", [.whole]),
      ("runner_environment", "x", [.whole]), ("event_name", "push", [.whole]),
      ("environment", "*", [.when("environment")]), ("environment", "**", [.when("environment")]), ("tag", "*", [.when("tag")]),
      ("tag", "*/*", [.when("tag")]), ("ref", "refs/**", [.when("ref")]), ("ref", "refs/heads/*", [.when("ref")]),
      ("ref", "refs/heads/**", [.when("ref")]), ("ref", "refs/tags/*", [.when("ref")]), ("ref", "refs/heads/v*", []),
      ("ref_protected", "false", [.whole]),
      ("tag", "**", [.when("tag")]), ("ref", "**", [.when("ref")]), ("ref", "*/**", [.when("ref")]),
      ("event_name", "pull_request_target", [.when("event_name"), .whole]), ("event_name", "workflow_run", [.when("event_name"), .whole]),
    ] as [(String, ExactString, [PublisherProblem.Part])])
  func warnings(key: String, value: ExactString, expected: [PublisherProblem.Part]) {
    let sample = SamplePublish.gitHub.requiring(key, value)
    #expect(Self.problems(sample, .warning) == expected)
    #expect(sample.check().publisher != nil)
  }

  @Test(
    "should say which of its owner's repositories releases",
    arguments: [(["foo/bar"], []), (["foo/*"], [.whole]), (["foo/bar", "foo/**"], [.whole]), (["foo/bar-*"], []), (nil, [.whole])]
      as [([ExactString]?, [PublisherProblem.Part])])
  func repositories(names: [ExactString]?, expected: [PublisherProblem.Part]) {
    let owner = SamplePublish.gitHub.requiring("environment", "x").requiringNothing(of: "repository_id")
    let sample = names.map { owner.requiring("repository", $0) } ?? owner.requiringNothing(of: "repository")
    #expect(Self.problems(sample, .warning) == expected)
    #expect(sample.check().publisher != nil)
    #expect(Self.problems(sample.requiring("repository_id", "1234"), .warning) == [])
  }

  @Test("publishes something")
  func packages() {
    #expect(Self.problems(Self.gitHub.with { $0.mayPublish = [] }, .error) == [.whole])
    let part = PublisherProblem.Part.mayPublish(SamplePublish.registry)
    #expect(Self.problems(Self.gitHub.with { $0.mayPublish = [(SamplePublish.registry, [])] }, .error) == [part])
  }

  @Test("is told of a glob that matches everything", arguments: ["*", "**"] as [ExactString])
  func globs(pattern: ExactString) {
    let part = PublisherProblem.Part.mayPublish(SamplePublish.registry)
    let sample = Self.gitHub.with {
      $0.mayPublish = [(SamplePublish.registry, [NamePattern(canonical: "x"), NamePattern(canonical: pattern)])]
    }
    #expect(Self.problems(sample, .error) == [] && Self.problems(sample, .warning) == [part])
  }

  @Test("says whose tokens are meant")
  func identifying() {
    let sample = SamplePublish.gitHub.with { sample in sample.when = [("environment", ["release"]), ("ref", ["refs/heads/main"])] }
    #expect(Self.problems(sample, .error) == [.whole])
    #expect(Self.problems(sample.requiring("repository_owner_id", "42"), .error) == [])
  }

  @Test("is told of all its problems at once")
  func atOnce() {
    let sample = SamplePublish.gitHub.with { $0.mayPublish = [] }.requiringNothing(of: "repository_owner_id").requiring("repository", "x")
      .requiring("enviroment", "y").requiring("workflow", "z")
    let parts = Set(sample.check(id: "X").problems.map(\.part))
    #expect(parts == [.id, .whole, .when("repository"), .when("enviroment"), .when("workflow")])
    #expect(sample.check(id: "X").problems.count == 6)
  }
}
