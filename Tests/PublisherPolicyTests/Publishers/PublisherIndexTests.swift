import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import PublisherPolicy

/// Which publishers a token means, found by looking at each.
private struct Scan {
  let publishers: [Publisher]
  let identity: PublisherIdentity
  let version: JudgedVersion

  private func failures(_ publisher: Publisher) -> [Condition] {
    publisher.conditions.filter { !$0.holds(of: identity, publisher.provider, version: version) }
  }

  var meant: [PublisherID] {
    publishers.filter { publisher in
      let isRecognisable = publisher.provider.immutableIDs.allSatisfy { identity.claim($0) != nil }
      return failures(publisher).isEmpty && (isRecognisable || !publisher.pinsOnFirstUse)
    }.map(\.id)
  }

  /// The first of those with the fewest failures that are not somebody else's.
  var nearest: PublisherID? {
    let near = publishers.filter { publisher in
      let claim = subject(publisher)
      return !failures(publisher).contains { $0.isAbout(claim) }
    }
    let nearest = near.isEmpty ? publishers.filter(isRenamed) : near
    return nearest.min { failures($0).count < failures($1).count }?.id
  }

  /// Whether it demands the id of the token's repository, under another name.
  private func isRenamed(_ publisher: Publisher) -> Bool {
    let (id, value) = (publisher.provider.immutableIDs[0], identity.claim(publisher.provider.immutableIDs[0]))
    return subject(publisher) != id && value != nil && publisher.values(of: id)?.contains { $0.text == value } == true
  }

  /// What GitHub's and GitLab's publishers are known by, in the order in which one of these stands in their conditions.
  private func subject(_ publisher: Publisher) -> ExactString {
    let claims: [ExactString] =
      publisher.provider.id == "github"
      ? ["repository", "repository_id", "repository_owner_id"] : ["project_path", "project_id", "namespace_id"]
    return claims.first { claim in publisher.conditions.contains { $0.isAbout(claim) } } ?? claims[0]
  }
}

@Suite("The index of publishers") struct PublisherIndexTests {
  /// What may be demanded: names and ids, few enough that tokens meet them.
  private static func demands(_ sample: SamplePublish, _ random: inout SeededRandom) -> SamplePublish {
    let isGitHub = sample.provider.id == "github"
    let names: [ExactString] = ["acme/a", "acme/B", "other/a", "other/c"]
    let ids: [ExactString] = ["1", "2", "3", "4"]
    func some(_ values: [ExactString]) -> [ExactString] {
      Array(values.shuffled(using: &random).prefix(Bool.random(using: &random) ? 1 : 2))
    }
    var written = sample.with { $0.when = [] }
    let repository = isGitHub ? "repository" : ["project", "project_path"].randomElement(using: &random) ?? ""
    switch Int.random(in: 0..<5, using: &random) {
    case 0, 1: written = written.requiring(repository, some(names))
    case 2: written = written.requiring(repository, some(["acme/*", "**/a", "other/c"]))
    default: break
    }
    for key in isGitHub ? ["repository_id", "repository_owner_id"] : ["project_id", "namespace_id"] where Bool.random(using: &random) {
      written = written.requiring(key, some(ids))
    }
    if Bool.random(using: &random) { written = written.requiring("environment", some(["release", "x"])) }
    return written
  }

  private static func token(_ sample: SamplePublish, _ random: inout SeededRandom) -> SamplePublish {
    let isGitHub = sample.provider.id == "github"
    let name = ["acme/a", "ACME/b", "Other/A", "other/c", "new/d"].randomElement(using: &random).map { ExactString($0) }
    var token = sample.setting(isGitHub ? "repository" : "project_path", name)
    for id in isGitHub ? ["repository_id", "repository_owner_id"] : ["project_id", "namespace_id"] {
      let number = Int64.random(in: 1...5, using: &random)
      token = token.setting(ExactString(id), to: Bool.random(using: &random) ? .integer(number) : .string("\(number)"))
    }
    // GitLab's says whose job it is a second time.
    if !isGitHub { return token.setting("job_project_id", nil) }
    return Int.random(in: 0..<4, using: &random) == 0 ? token.setting("repository_id", nil) : token
  }

  /// `nil` if a publisher that learns could not recognise it.
  private static func admitted(
    _ identity: PublisherIdentity, by policy: Policy
  ) throws -> (found: [PublisherID], miss: PublisherID?)? {
    do {
      let principal = Principal(identity: identity, scope: nil)
      return (try policy.admit(principal, to: SamplePublish.registry, knowing: PolicyInputs(), at: .latest).map(\.publisher), nil)
    } catch {
      switch error {
      case .claimMismatch(let near): return ([], near.publisher)
      case .noPublisher: return ([], nil)
      case .missingClaim: return nil
      default: throw error
      }
    }
  }

  @Test("finds whom a scan of all finds, and nobody else", arguments: SamplePublish.both.indices)
  func scan(number: Int) throws {
    let sample = SamplePublish.both[number]
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    var outcomes: [String: Int] = [:]
    for _ in 0..<200 {
      var publishers: [Publisher] = []
      while publishers.count < 12 {
        let written = Self.demands(sample, &random)
        if let publisher = written.check(id: "p\(publishers.count)").publisher { publishers.append(publisher) }
      }
      let policy = sample.policy(publishers)
      for _ in 0..<10 {
        let token = Self.token(sample, &random)
        let identity = try token.identity(of: policy)
        let scan = Scan(publishers: publishers, identity: identity, version: .unknown)
        let comment: Comment = "seed \(seed): \(token.claims.members) among \(publishers.map(\.conditions))"
        guard let (found, miss) = try Self.admitted(identity, by: policy) else {
          outcomes["unrecognisable", default: 0] += 1
          continue
        }
        #expect(found == scan.meant, comment)
        if found.isEmpty { #expect(miss == scan.nearest, comment) }
        outcomes[found.isEmpty ? miss == nil ? "nobody" : "miss" : found.count == 1 ? "one" : "several", default: 0] += 1
      }
    }
    #expect(["nobody", "miss", "one", "several"].allSatisfy { outcomes[$0, default: 0] > 20 }, "seed \(seed): \(outcomes)")
  }

  @Test("takes an id for what tells one repository from another where no name is demanded", arguments: SamplePublish.both)
  func foreign(sample: SamplePublish) throws {
    let id = sample.provider.immutableIDs[0]
    let named = sample.with { $0.when = [(id.text, ["7"])] }.setting("job_project_id", nil)
    #expect(named.setting(id, "7").verdict == .granted)
    #expect(try named.setting(id, "8").refusal() == .noPublisher(repository: "foo/bar"))
    let elsewhere = try named.requiring("environment", "x").setting(id, "7").refusal()
    guard case .claimMismatch(let miss) = elsewhere else {
      Issue.record("\(String(describing: elsewhere))")
      return
    }
    #expect(miss.failures.map(\.key) == ["environment"])
  }

  @Test("finds those, too, of whose id a record does not tell")
  func recorded() throws {
    let publishers = try ["7", "8"].map { id in
      try SamplePublish.gitHub.with { $0.when = [("repository_id", [id])] }.publisher(id: "p\(id)")
    }
    let policy = SamplePublish.gitHub.policy(publishers)
    let provenance = Provenance.recorded(repository: "foo/bar", reference: nil, revision: nil, pipeline: nil, runID: nil)
    let supposed = try #require(policy.suppose(provenance, issuer: SamplePublish.issuer, url: SamplePublish.gitHub.url))
    let explained = policy.explain(supposed, SamplePublish.gitHub.supposedUpload, at: .latest)
    #expect(explained.map(\.id.description) == ["p7", "p8"])
    let token = try SamplePublish.gitHub.setting("repository_id", "8").supposed(by: policy)
    #expect(policy.explain(token, SamplePublish.gitHub.supposedUpload, at: .latest).map(\.id.description) == ["p8"])
  }
}
