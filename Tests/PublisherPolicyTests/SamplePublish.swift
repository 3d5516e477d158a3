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
  var pin = PublisherDeclaration.Pin.ids
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

  func check(id: String = "release", by rules: PublisherRules? = nil) -> (publisher: Publisher?, problems: [PublisherProblem]) {
    let when = when.map { (key: $0.key, values: TinyArray($0.values)) }
    return Publisher.check(
      PublisherDeclaration(id: id, issuer: Self.issuer, when: when, mayPublish: mayPublish, create: create, pin: pin, expires: expires),
      rules ?? PublisherRules(provider))
  }

  func publisher(id: String = "release", by rules: PublisherRules? = nil) throws -> Publisher {
    try #require(check(id: id, by: rules).publisher)
  }

  func policy(_ publishers: [Publisher]) -> Policy {
    Policy(publishers: publishers, issuers: [.init(name: Self.issuer, url: url, provider: provider)])
  }

  func identity(of policy: Policy) throws(PublisherRefusal) -> PublisherIdentity {
    try policy.identify(
      claims, issuer: Self.issuer, url: url, audience: "example_pypi", id: TokenID(issuer: url, value: .jti("0b8e")), expiry: .latest)
  }

  var target: PublishTarget {
    PublishTarget(registry: Self.registry, package: .init(canonical: package), version: version, file: "acme_widgets-1.0.tar.gz")
  }

  /// As what it would be if nobody had verified it.
  func supposed(by policy: Policy) throws -> SupposedIdentity {
    try #require(policy.suppose(claims, issuer: Self.issuer, url: url, audience: "example_pypi"))
  }

  var supposedUpload: SupposedUpload { SupposedUpload(registry: Self.registry, target: target, learnt: [], package: .exists) }

  func decide(
    among publishers: [Publisher], knowing inputs: PolicyInputs = PolicyInputs(package: .exists), scope: TokenScope? = nil
  ) throws -> Grant {
    let policy = policy(publishers)
    let principal = try Principal(identity: identity(of: policy), scope: scope)
    switch try policy.decide(principal, target, knowing: inputs, at: #require(UnixTime(now))) {
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
    provider: GitHubActions(), url: "https://token.actions.githubusercontent.com", claims: ProviderFixture.of("github").claims,
    when: [("repository", ["foo/bar"]), ("repository_owner_id", ["42"])])

  /// Every claim of GitLab's table; the publisher demands what names the project and no more.
  static let gitLab = SamplePublish(
    provider: GitLabCI(), url: "https://gitlab.com", claims: ProviderFixture.of("gitlab").claims,
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
