import StrictParsers
import TestSupport
import Testing

@testable import PublisherPolicy

/// What a publisher demands, judged a second time and in another way: from the fixture's own words, one claim after the other, over plain bytes.
private struct Oracle {
  let fixture: ProviderFixture
  let demands: [ProviderFixture.Demand]
  let original: [[UInt8]: JSONValue]
  let claims: [[UInt8]: JSONValue]
  let versions: [[UInt8]]

  init(_ fixture: ProviderFixture, _ demands: [ProviderFixture.Demand], _ sample: SamplePublish) {
    self.fixture = fixture
    self.demands = demands
    original = Self.read(fixture.claims)
    claims = Self.read(sample.claims)
    versions = sample.version.map { [Array($0.written.utf8), Array($0.canonical.utf8)] } ?? []
  }

  static func read(_ claims: JSONObject) -> [[UInt8]: JSONValue] {
    Dictionary(uniqueKeysWithValues: ClaimPath.all(of: claims).map { (Array($0.path.text.utf8), $0.value) })
  }

  func value(_ name: ExactString) -> JSONValue? { claims[Array(name.utf8)] }

  /// Strings and whole numbers have a text; whatever else stands there is as good as nothing.
  static func text(_ value: JSONValue?) -> [UInt8]? {
    if case .string(let string) = value { return Array(string.utf8) }
    if case .integer(let number) = value { return Array("\(number)".utf8) }
    return nil
  }

  func text(_ name: ExactString) -> [UInt8]? { Self.text(value(name)) }

  func isAbsent(_ name: ExactString) -> Bool { value(name) == nil || value(name) == .null }

  /// The claim says what it said in the fixture: as text, or as the very same value where it is neither string nor integer.
  func isUnchanged(_ name: ExactString) -> Bool {
    let original = original[Array(name.utf8)]
    guard var expected = Self.text(original) else { return value(name) == original }
    guard var found = text(name) else { return false }
    if fixture.caseless.contains(name) {
      (expected, found) = (Self.lower(expected), Self.lower(found))
    }
    return expected == found
  }

  static func lower(_ bytes: [UInt8]) -> [UInt8] { bytes.map { (65...90).contains($0) ? $0 + 32 : $0 } }

  /// What stands in the template, with the text of each claim in the place of its name.
  func filled(_ template: ExactString) -> [UInt8]? {
    var filled: [UInt8] = []
    for (index, part) in template.text.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
      guard index > 0 else {
        filled += Array(part.utf8)
        continue
      }
      let halves = part.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
      guard let text = text(ExactString(halves[0])) else { return nil }
      filled += text + Array(halves[1].utf8)
    }
    return filled
  }

  func refers(_ name: ExactString, _ template: ExactString, _ revisions: [ExactString]) -> Bool {
    guard let place = filled(template), let found = text(name) else { return false }
    return revisions.contains { revision in
      guard let revision = text(revision), !revision.isEmpty else { return false }
      return found == place + revision
    }
  }

  func holds(_ demand: ProviderFixture.Demand) -> Bool {
    for name in demand.pins where !isUnchanged(name) { return false }
    for (name, beginning) in demand.tags where !versions.contains(where: { text(name) == Array(beginning.utf8) + $0 }) { return false }
    for (name, member) in demand.lists {
      guard case .array(let list) = value(name), list.contains(.string(member)) else { return false }
      guard list.allSatisfy({ if case .string = $0 { true } else { false } }) else { return false }
    }
    for name in demand.filled where text(name)?.isEmpty ?? true { return false }
    for (name, template) in demand.references where !refers(name, template, demand.revisions) { return false }
    return true
  }

  func isStrange(_ claim: ExactString, _ values: [ExactString]) -> Bool {
    if isAbsent(claim) { return false }
    guard let text = text(claim) else { return true }
    return values.contains { Array($0.utf8) == text }
  }

  var grants: Bool {
    for name in fixture.present where text(name) == nil { return false }
    for name in fixture.pinned where !isUnchanged(name) { return false }
    for (name, other) in fixture.agreeing where !isAbsent(name) {
      guard let text = text(name), text == self.text(other) else { return false }
    }
    for (claim, values) in fixture.untrustedTriggers where isStrange(claim, values) { return false }
    return demands.allSatisfy { holds($0) }
  }
}

@Suite("A grant") struct PolicyPropertyTests {
  /// What a claim may become: nothing, another type, another value, or a value that only looks the same.
  private static func changes(of value: JSONValue, _ fixture: ProviderFixture) -> [JSONValue?] {
    let text = value.string ?? value.integer.map { ExactString("\($0)") } ?? "x"
    let texts: [String] = [
      "", "\(text)x", "x\(text)", "\(text) ", " \(text)", "\(text)\u{301}", "\(text)\0", "\(text)\n", "\(text)@", "\(text)/", "\(text)*",
      "*", "**",
      text.text.uppercased(), text.text.lowercased(), String(text.text.dropLast()), "42", "true", "tag", "main",
      "refs/heads/main",
      "refs/tags/v1.0", "refs/tags/v1.0.0", "refs/tags/v1.1", "pull_request_target", "workflow_run", "merge_request_event", "1234",
      "\(SamplePublish.revision)",
      text.text.replacing("foo", with: "evil"), text.text.replacing("baz", with: "other"),
      text.text.replacing("refs/tags/v1.0", with: "\(SamplePublish.revision)"),
      text.text.replacing("a", with: "\u{430}"), text.text.replacing("bar", with: "BAR"),
    ]
    let integers = Int64(text.text).map { [JSONValue.integer($0), .integer(-$0), .number("\($0).0")] } ?? []
    let strange = fixture.untrustedTriggers.values.flatMap { $0 }.filter { !$0.isEmpty }
    return [
      nil, .null, .bool(true), .bool(false), .integer(0), .integer(42), .number("1e3"), .array([value]),
      .object(JSONObject([.init("x", value)])),
    ]
      + integers + texts.map { .string(ExactString($0)) } + strange.map { .string($0) }
  }

  private static func expect(
    _ fixture: ProviderFixture, _ demands: [ProviderFixture.Demand], _ sample: SamplePublish, _ comment: @autoclosure () -> Comment
  ) -> Bool {
    let expected = Oracle(fixture, demands, sample).grants
    #expect(sample.verdict == (expected ? .granted : .refused), comment())
    return expected
  }

  @Test("is given only where every condition holds, whichever claim is changed", arguments: ProviderFixture.all)
  func single(fixture: ProviderFixture) {
    for demands in [fixture.demands, fixture.basic] {
      let sample = fixture.sample(demands)
      #expect(Self.expect(fixture, demands, sample, "unchanged"))
      for (path, value) in ClaimPath.all(of: fixture.claims) {
        for change in Self.changes(of: value, fixture) {
          let changed = sample.with { $0.claims = path.setting(change, in: fixture.claims) }
          _ = Self.expect(fixture, demands, changed, "\(path.text): \(change as Any), demanding \(demands.map(\.key))")
        }
      }
    }
  }

  @Test("is given only where every condition holds, whatever is changed and demanded", arguments: ProviderFixture.all)
  func several(fixture: ProviderFixture) {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    var granted = 0
    let paths = ClaimPath.all(of: fixture.claims)
    for _ in 0..<1_000 {
      let demands = fixture.demands.filter { $0.isBasic || Bool.random(using: &random) }
      var changed = fixture.sample(demands)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        guard let (path, value) = paths.randomElement(using: &random),
          let change = Self.changes(of: value, fixture).randomElement(using: &random)
        else { continue }
        changed.claims = path.setting(change, in: changed.claims)
      }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: changed.version = nil
      case 1: changed.version = .init(written: "1.0.0", canonical: "1.0")
      default: break
      }
      if Self.expect(fixture, demands, changed, "seed \(seed): \(changed.claims.members), demanding \(demands.map(\.key))") {
        granted += 1
      }
    }
    #expect((50...950).contains(granted), "seed \(seed): a test that sees one answer only shows nothing")
  }
}
