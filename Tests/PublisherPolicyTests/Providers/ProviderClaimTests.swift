import StrictParsers
import Testing

@testable import PublisherPolicy

/// Each claim of each CI system's tokens is changed, taken away and given another type: what must decide does, and nothing else does.
@Suite("A token of a CI system") struct ProviderClaimTests {
  private static let all = ProviderFixture.all

  @Test("is there for each provider, in the order of the catalogue")
  func complete() {
    let ids = Self.all.map(\.provider.id)
    #expect(zip(ids, [""] + ids).filter { $0 != $1 }.map(\.0) == ProviderCatalog.names)
    #expect(Set(Self.all.map(\.name)).count == Self.all.count && Set(Self.all.map(\.url)).count == Self.all.count)
  }

  @Test("is granted what its publisher allows", arguments: all)
  func granted(fixture: ProviderFixture) {
    let all = fixture.sample(fixture.demands)
    #expect(all.check().problems.filter { $0.severity == .error }.isEmpty)
    #expect(all.verdict == .granted)
    #expect(fixture.sample(fixture.basic).verdict == .granted)
  }

  @Test("needs each basic condition of its publisher to be stated, unless an id is pinned that says it all", arguments: all)
  func basic(fixture: ProviderFixture) {
    for demand in fixture.demands where !demand.isBasic {
      let alone = fixture.sample([demand])
      let isID = fixture.provider.identifying.contains { $0 == [ExactString(demand.key)] }
      #expect((alone.verdict == .misconfigured) == !isID, "\(demand.key)")
    }
    #expect(fixture.sample([]).verdict == .misconfigured)
  }

  // MARK: Claim by claim

  /// Other values of the same JSON type.
  private static func changes(of value: JSONValue) -> [JSONValue] {
    switch value {
    case .string(let text): [.string("\(text)x"), .string("x\(text)"), .string("\(text)\u{301}")]
    case .integer(let number): [.integer(number + 1), .integer(-number - 1)]
    case .bool(let flag): [.bool(!flag)]
    case .array: [.array([]), .array([.string("x")])]
    case .object: [.object(JSONObject([])), .object(JSONObject([.init("x", .string("y"))]))]
    case .null, .number: []
    }
  }

  /// Values of another type, which show the same to who looks no closer.
  private static func retyped(_ value: JSONValue) -> [JSONValue] {
    let wrapped: [JSONValue] = [.array([value]), .array([value, value]), .object(JSONObject([.init("x", value)])), .number("1.5")]
    return switch value {
    case .string, .integer: wrapped + [.bool(true), .bool(false)]
    case .bool(let flag): wrapped + [.string(flag ? "true" : "false"), .integer(flag ? 1 : 0)]
    case .array(let list): [.string("x"), .bool(true), .object(JSONObject([])), .array(list + [.integer(1)]), .array([value])] + list
    case .object: [.string("x"), .bool(true), .array([value]), .number("1.5")]
    case .null, .number: []
    }
  }

  private static func expect(
    _ fixture: ProviderFixture, refusedFor deciding: Set<ExactString>, _ kind: Comment, _ changes: (JSONValue) -> [JSONValue?]
  ) {
    let sample = fixture.sample(fixture.demands)
    var seen: Set<ExactString> = []
    for (path, value) in ClaimPath.all(of: fixture.claims) {
      // An object decides where one of its members does.
      let decides = deciding.contains { $0 == path.text || ClaimPath(names: path.names).isAbove($0) }
      if deciding.contains(path.text) { seen.insert(path.text) }
      for change in changes(value) {
        let verdict = sample.with { $0.claims = path.setting(change, in: fixture.claims) }.verdict
        #expect(verdict == (decides ? .refused : .granted), "\(kind): \(path.text) as \(String(describing: change))")
      }
    }
    #expect(seen == deciding, "a claim decides that the token lacks")
  }

  @Test("is refused where a claim that decides has another value, and only there", arguments: all)
  func changed(fixture: ProviderFixture) {
    let deciding = fixture.demands.flatMap(\.claims) + fixture.pinned + fixture.agreeing.keys
    Self.expect(fixture, refusedFor: Set(deciding), "changed") { Self.changes(of: $0) }
  }

  @Test("is refused where a claim that decides, or that every token has, is absent or null, and only there", arguments: all)
  func removed(fixture: ProviderFixture) {
    let deciding = fixture.demands.flatMap(\.claims) + fixture.pinned + fixture.present
    Self.expect(fixture, refusedFor: Set(deciding), "removed") { _ in [nil, .null] }
  }

  @Test("is refused where a claim that is judged in any way has another type, and only there", arguments: all)
  func retyped(fixture: ProviderFixture) {
    let dangerous = fixture.untrustedTriggers.keys.filter { fixture.claims[$0] != nil }
    let deciding = fixture.demands.flatMap(\.claims) + fixture.pinned + fixture.present + fixture.agreeing.keys + dangerous
    Self.expect(fixture, refusedFor: Set(deciding), "retyped") { Self.retyped($0) }
  }

  @Test("says by its claims, not by their order, whom it means", arguments: all)
  func reordered(fixture: ProviderFixture) {
    #expect(fixture.sample(fixture.demands).with { $0.claims = JSONObject(fixture.claims.members.reversed()) }.verdict == .granted)
  }

  // MARK: What a claim is good for

  @Test("has no claim that its table does not know, but where others than its CI system make them", arguments: all)
  func accounted(fixture: ProviderFixture) throws {
    let policy = Policy(publishers: [], issuers: [.init(name: SamplePublish.issuer, url: fixture.url, provider: fixture.provider)])
    #expect(policy.unaccountedClaims(of: fixture.claims, issuer: SamplePublish.issuer) == [])
    let sample = fixture.sample(fixture.demands)
    let more = JSONObject(fixture.claims.members + [.init("new_claim", .string("x"))])
    #expect(policy.unaccountedClaims(of: more, issuer: SamplePublish.issuer) == (fixture.provider.claims.isOpen ? [] : ["new_claim"]))
    #expect(sample.with { $0.claims = more }.verdict == .granted)
  }

  @Test("leaves in an identity what its table keeps, and nothing of people", arguments: all)
  func kept(fixture: ProviderFixture) throws {
    let sample = fixture.sample(fixture.demands)
    let identity = try sample.identity(of: sample.policy([sample.publisher()]))
    let kept = Set(identity.claims.members.map(\.name))
    #expect(kept.isDisjoint(with: fixture.ignored))
    let registered: [ExactString] = ["iss", "aud", "exp", "iat", "nbf"]
    #expect(kept.isDisjoint(with: registered))
    for name in fixture.ignored where !fixture.provider.claims.isOpen {
      #expect(fixture.sample(fixture.demands).requiring(name.text, "x").verdict == .misconfigured || name == "tag" || name == "workflow")
    }
  }

  @Test("may not be told by a condition on what says nothing of it", arguments: all)
  func unknownConditions(fixture: ProviderFixture) {
    guard !fixture.provider.claims.isOpen else { return }
    for key in ["new_claim", "exp", "nbf", "iat"] + fixture.pinned.map(\.text) {
      #expect(fixture.sample(fixture.demands).requiring(key, "1").verdict == .misconfigured, "\(key)")
    }
  }

  @Test("has ids that are written out, never patterns", arguments: all)
  func ids(fixture: ProviderFixture) {
    for id in fixture.provider.immutableIDs {
      for value in ["*", "**", "1*", "a-*", "{*}", " ", "\u{661}"] as [ExactString] {
        let problems = fixture.sample(fixture.basic).requiring(id.text, value).check().problems
        #expect(problems.contains { $0.severity == .error && $0.part == .when(id.text) }, "\(id): \(value)")
      }
    }
  }

  @Test("is not told from others by a wildcard alone", arguments: all)
  func wildcards(fixture: ProviderFixture) {
    for demand in fixture.basic where fixture.provider.identifying.contains(where: { $0.contains(ExactString(demand.key)) }) {
      let others = fixture.basic.filter { $0.key != demand.key && !fixture.provider.identifying.contains([ExactString($0.key)]) }
      for wide in ["*", "**", "*/*"] as [ExactString] {
        #expect(fixture.sample(others).requiring(demand.key, wide).verdict == .misconfigured, "\(demand.key): \(wide)")
      }
    }
  }

  // MARK: Strangers' code

  @Test("of a stranger's code is refused unless the publisher names just that", arguments: all)
  func untrustedTriggers(fixture: ProviderFixture) throws {
    let sample = fixture.dangerWhen.reduce(fixture.sample(fixture.basic)) { $0.requiring($1.key.text, $1.value) }
    for (claim, values) in fixture.untrustedTriggers {
      for value in values {
        let strange = sample.setting(claim, value)
        guard case .forbiddenEvent = try strange.refusal() else {
          Issue.record("\(claim) \(value) is not refused for what it is")
          continue
        }
        guard !value.isEmpty else { continue }
        let named = strange.requiring(claim.text, ["refs/other", value])
        #expect(named.verdict == .granted || named.verdict == .misconfigured && claim == fixture.provider.repositoryKey.claim, "\(value)")
        #expect(sample.requiring(claim.text, value).check().problems.contains { $0.severity == .warning && $0.part == .when(claim.text) })
        for wide in ["*", "**"] as [ExactString] where claim != "scm_pull_request_target_branch" {
          #expect(strange.requiring(claim.text, wide).verdict != .granted, "\(claim) \(value) as \(wide)")
        }
      }
      for wrong in [.bool(true), .array([.string(values[0])]), .object(JSONObject([])), .number("1.5")] as [JSONValue] {
        #expect(sample.setting(claim, to: wrong).verdict == .refused, "\(claim): \(wrong)")
      }
    }
  }

  // MARK: Where a release comes from

  @Test("says where a release comes from", arguments: all)
  func provenance(fixture: ProviderFixture) throws {
    let sample = fixture.sample(fixture.demands)
    let policy = sample.policy([try sample.publisher()])
    let provenance = try #require(try policy.provenance(of: sample.identity(of: policy)))
    let found: [(ExactString, ExactString?)] = [
      ("repository", provenance.repository), ("reference", provenance.reference), ("revision", provenance.revision),
      ("pipeline", provenance.pipeline), ("run", provenance.runID), ("url", provenance.runURL),
    ]
    for (name, value) in found { #expect(value == fixture.provenance[name], "\(name)") }
  }

  @Test("can't lead who follows its run's address anywhere but to a page of its CI system", arguments: all)
  func pages(fixture: ProviderFixture) throws {
    let sample = fixture.sample(fixture.basic)
    let policy = sample.policy([try sample.publisher()])
    let site = fixture.provenance["url"].map { url in "https://" + url.text.dropFirst(8).prefix { $0 != "/" } + "/" }
    let hostile = [
      "..", ".", "a/../b", "../x", "a//b", "/", "x?y", "x#y", "x%2e%2e", "x y", "", "@evil.example", "\\evil.example", "//evil.example/",
      "https://evil.example/", "\u{e9}", "x\n", "x\"", "javascript:x", "p://../../x", "p://a/b/c?d",
    ]
    for (path, value) in ClaimPath.all(of: fixture.claims) where value.string != nil || value.integer != nil {
      for text in hostile + hostile.map({ "\(value.string?.text ?? "1")\($0)" }) {
        let changed = sample.with { $0.claims = path.setting(.string(ExactString(text)), in: fixture.claims) }
        guard let identity = try? changed.identity(of: policy), let url = policy.provenance(of: identity)?.runURL else { continue }
        let address = url.text.prefix { $0 != "?" && $0 != "#" }
        #expect(site.map { address.hasPrefix($0) } ?? false, "\(path.text) as \(text): \(url)")
        let segments = address.dropFirst(site?.count ?? 0).split(separator: "/", omittingEmptySubsequences: false)
        #expect(
          segments.dropLast().allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && segments.last != "..", "\(path.text) as \(text)")
        #expect(url.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "-._~/:?=#".utf8.contains($0) }, "\(path.text) as \(text): \(url)")
        #expect(url.text.count { $0 == "?" || $0 == "#" } <= 1, "\(path.text) as \(text): \(url)")
      }
    }
  }
}

extension ClaimPath {
  /// Whether the claim of this text is a member of this one, however deep.
  fileprivate func isAbove(_ other: ExactString) -> Bool {
    other.utf8.count > text.utf8.count && other.utf8.starts(with: "\(text)/".utf8)
  }
}
