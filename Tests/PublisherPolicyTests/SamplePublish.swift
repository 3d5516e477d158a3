import StrictParsers
import Testing
import TokenVerification

@testable import PublisherPolicy

/// A publisher, a token that it means and an upload that it may make: complete, so that a test changes one thing and sees what becomes of it.
struct SamplePublish: Sendable {
  /// What became of it, in the words of a table.
  enum Verdict: Sendable { case granted, refused, misconfigured }

  static let registry = RegistryName("python")
  static let issuer = IssuerName("ci")

  let provider: any CIProvider
  var url: ExactString
  var claims: JSONObject
  var when: [(key: String, values: [ExactString])]
  var mayPublish: [(registry: RegistryName, patterns: [NamePattern])] = [(registry, [NamePattern(canonical: "acme-widgets")])]
  var create = PublisherDeclaration.Creation.named
  var expires: UnixTime?
  var package: ExactString = "acme-widgets"
  var version: PublishTarget.Version? = .init(written: "1.0", canonical: "1.0")
  var now: Int64 = 1_700_000_000

  // MARK: Changing it

  /// Nil takes the claim away.
  func setting(_ name: ExactString, to value: JSONValue?) -> Self {
    var copy = self
    var members = claims.members.filter { $0.name != name }
    if let value { members.append(.init(name, value)) }
    copy.claims = JSONObject(members)
    return copy
  }

  func setting(_ name: ExactString, _ text: ExactString?) -> Self { setting(name, to: text.map { .string($0) }) }

  func requiring(_ key: String, _ values: [ExactString]) -> Self {
    var copy = self
    copy.when = when.filter { $0.key != key } + [(key, values)]
    return copy
  }

  func requiring(_ key: String, _ value: ExactString) -> Self { requiring(key, [value]) }

  func requiringNothing(of key: String) -> Self {
    var copy = self
    copy.when = when.filter { $0.key != key }
    return copy
  }

  func with(_ change: (inout Self) throws -> Void) rethrows -> Self {
    var copy = self
    try change(&copy)
    return copy
  }

  // MARK: What becomes of it

  func check(id: String = "release") -> (publisher: Publisher?, problems: [PublisherProblem]) {
    Publisher.check(
      PublisherDeclaration(id: id, issuer: Self.issuer, when: when, mayPublish: mayPublish, create: create, expires: expires),
      provider: provider)
  }

  func publisher(id: String = "release") throws -> Publisher { try #require(check(id: id).publisher) }

  func policy(_ publishers: [Publisher]) -> Policy { Policy(publishers: publishers, providers: [Self.issuer: provider]) }

  func identity(of policy: Policy) throws(PublisherRefusal) -> PublisherIdentity {
    try policy.identify(
      claims, issuer: Self.issuer, url: url, audience: "example_pypi", id: TokenID(issuer: url, value: .jti("0b8e")), expiry: .latest)
  }

  var target: PublishTarget {
    PublishTarget(registry: Self.registry, package: .init(canonical: package), version: version, file: "acme_widgets-1.0.tar.gz")
  }

  func decide(
    among publishers: [Publisher], knowing knowledge: Knowledge = Knowledge(package: .exists), scope: TokenScope? = nil
  ) throws -> Grant {
    let policy = policy(publishers)
    let claimant = try Claimant(identity: identity(of: policy), scope: scope)
    switch try policy.decide(claimant, target, knowing: knowledge, at: #require(UnixTime(now))) {
    case .granted(let grant): return grant
    case .hangsOnExistence(let inquiry): throw PolicyRefusal.scope(.existenceUnknown(package: inquiry.target.package.canonical))
    }
  }

  func refusal() throws -> PublisherRefusal? {
    do {
      _ = try decide(among: [publisher()])
      return nil
    } catch PolicyRefusal.publisher(let refusal) {
      return refusal
    } catch let refusal as PublisherRefusal {
      return refusal
    }
  }

  var verdict: Verdict {
    guard let publisher = check().publisher else { return .misconfigured }
    return (try? decide(among: [publisher])) == nil ? .refused : .granted
  }
}

extension SamplePublish {
  static let revision: ExactString = "da39a3ee5e6b4b0d3255bfef95601890afd80709"

  /// Every claim of GitHub's table; the publisher demands what names the repository and no more.
  static let gitHub = SamplePublish(
    provider: GitHubActions(), url: "https://token.actions.githubusercontent.com",
    claims: object(
      """
      {"iss": "https://token.actions.githubusercontent.com", "aud": "example_pypi", "iat": 1700000000, "nbf": 1700000000,
       "exp": 1700000300, "jti": "0b8e", "sub": "repo:foo/bar:environment:release", "ref": "refs/tags/v1.0", "sha": "\(revision)",
       "repository": "foo/bar", "repository_owner": "foo", "repository_owner_id": "42", "repository_id": "1234",
       "repository_visibility": "private", "run_id": "77", "run_number": "8", "run_attempt": "1", "actor": "octocat", "actor_id": "9",
       "workflow": "Release", "workflow_ref": "foo/bar/.github/workflows/baz.yml@refs/tags/v1.0", "workflow_sha": "\(revision)",
       "job_workflow_ref": "foo/bar/.github/workflows/baz.yml@refs/tags/v1.0", "job_workflow_sha": "\(revision)", "head_ref": "",
       "base_ref": "", "event_name": "push", "ref_type": "tag", "ref_protected": "true", "environment": "release",
       "environment_node_id": "EN_1", "runner_environment": "github-hosted", "enterprise": "foo-inc", "enterprise_id": "3",
       "check_run_id": "5", "issuer_scope": "foo", "repo_property_team": "widgets"}
      """),
    when: [("repository", ["foo/bar"]), ("repository_owner_id", ["42"])])

  /// Every claim of GitLab's table; the publisher demands what names the project and no more.
  static let gitLab = SamplePublish(
    provider: GitLabCI(), url: "https://gitlab.com",
    claims: object(
      """
      {"iss": "https://gitlab.com", "aud": "example_pypi", "iat": 1700000000, "nbf": 1700000000, "exp": 1700003600, "jti": "0b8e",
       "sub": "project_path:foo/bar:ref_type:tag:ref:v1.0", "namespace_id": "42", "namespace_path": "foo", "project_id": "1234",
       "project_path": "foo/bar", "user_id": "9", "user_login": "octocat", "user_email": "o@example.com", "user_access_level": "owner",
       "user_identities": [], "groups_direct": ["foo"], "pipeline_id": "77", "pipeline_source": "push", "job_id": "78", "ref": "v1.0",
       "ref_type": "tag", "ref_path": "refs/tags/v1.0", "ref_protected": "true", "environment": "release",
       "environment_protected": "true", "environment_action": "start", "deployment_tier": "production", "runner_id": 5,
       "runner_environment": "gitlab-hosted", "sha": "\(revision)", "project_visibility": "private",
       "ci_config_ref_uri": "gitlab.com/foo/bar//workflows/baz.yml@refs/tags/v1.0", "ci_config_sha": "\(revision)",
       "job_project_path": "foo/bar", "job_project_id": "1234", "job_namespace_path": "foo", "job_namespace_id": "42",
       "job_source": "push"}
      """),
    when: [("project", ["foo/bar"]), ("project_id", ["1234"])])

  static let both = [gitHub, gitLab]

  /// The claim in which its CI system writes the full reference.
  var referenceClaim: ExactString { provider.id == "github" ? "ref" : "ref_path" }

  static func object(_ text: String) -> JSONObject {
    do { return try StrictJSON.parseObject(text.utf8) } catch {
      Issue.record("a sample is no JSON: \(error)")
      return JSONObject([])
    }
  }
}

extension ExactString: ExpressibleByStringInterpolation {}
