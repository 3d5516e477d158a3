import StrictParsers
import TestSupport
import Testing

@testable import PublisherPolicy

/// What a publisher demands, judged a second time and in another way: by hand, one claim after the other, over plain bytes.
private struct Oracle {
  let claims: JSONObject
  let keys: Set<String>
  let version: [ExactString]

  /// Strings and whole numbers have a text; whatever else stands there is as good as nothing.
  func text(_ name: ExactString) -> [UInt8]? {
    guard let value = claims.members.first(where: { Array($0.name.utf8) == Array(name.utf8) })?.value else { return nil }
    if case .string(let string) = value { return Array(string.utf8) }
    if case .integer(let number) = value { return Array("\(number)".utf8) }
    return nil
  }

  func demands(_ key: String) -> Bool { keys.contains(key) }

  func isExactly(_ name: ExactString, _ expected: String) -> Bool { text(name) == Array(expected.utf8) }

  func isLoosely(_ name: ExactString, _ expected: String) -> Bool {
    text(name)?.map { (65...90).contains($0) ? $0 + 32 : $0 } == Array(expected.utf8)
  }

  /// The claim is what the parts make, with the token's revision, or one of its revisions, behind them.
  func refers(_ name: ExactString, to place: [UInt8], at revisions: [ExactString]) -> Bool {
    revisions.contains { revision in
      guard let value = text(revision), !value.isEmpty else { return false }
      return text(name) == place + [64] + value
    }
  }

  func isTagged(_ reference: ExactString) -> Bool {
    isExactly("ref_type", "tag") && version.contains { isExactly(reference, "refs/tags/v\($0)") }
  }

  var gitHub: Bool {
    let present: [ExactString] = [
      "jti", "repository", "repository_owner", "repository_owner_id", "job_workflow_ref", "event_name", "ref", "sha",
    ]
    guard present.allSatisfy({ text($0) != nil }), isLoosely("repository", "foo/bar"), isExactly("repository_owner_id", "42") else {
      return false
    }
    let strange = ["pull_request_target", "workflow_run", "issue_comment"]
    if strange.contains(where: { isExactly("event_name", $0) }) { return false }
    if demands("repository_id"), !isExactly("repository_id", "1234") { return false }
    if demands("environment"), !isLoosely("environment", "release") { return false }
    if demands("runner_environment"), !isExactly("runner_environment", "github-hosted") { return false }
    if demands("tag"), !isTagged("ref") { return false }
    guard demands("workflow") else { return true }
    let place = (text("repository") ?? []) + Array("/.github/workflows/baz.yml".utf8)
    return refers("workflow_ref", to: place, at: ["ref", "sha"]) && refers("job_workflow_ref", to: place, at: ["ref", "sha"])
  }

  var gitLab: Bool {
    let present: [ExactString] = [
      "jti", "project_path", "project_id", "namespace_id", "ci_config_ref_uri", "pipeline_source", "ref_path", "sha",
    ]
    if isExactly("pipeline_source", "merge_request_event") { return false }
    if claims["job_project_id"] != nil, text("job_project_id") != text("project_id") { return false }
    guard present.allSatisfy({ text($0) != nil }), isLoosely("project_path", "foo/bar"), isExactly("project_id", "1234") else {
      return false
    }
    if demands("namespace_id"), !isExactly("namespace_id", "42") { return false }
    if demands("environment"), !isExactly("environment", "release") { return false }
    if demands("runner_id"), !isExactly("runner_id", "5") { return false }
    if demands("ref_protected"), !isExactly("ref_protected", "true") { return false }
    if demands("tag"), !isTagged("ref_path") { return false }
    guard demands("workflow") else { return true }
    guard text("ref_path") != [], text("sha") != [] else { return false }
    let place = Array("gitlab.com/".utf8) + (text("project_path") ?? []) + Array("//workflows/baz.yml".utf8)
    return refers("ci_config_ref_uri", to: place, at: ["ref_path", "sha"])
  }
}

@Suite("A grant") struct PolicyPropertyTests {
  private static let gitHubKeys: [(String, ExactString)] = [
    ("repository_id", "1234"), ("environment", "release"), ("runner_environment", "github-hosted"), ("tag", "v{version}"),
    ("workflow", "baz.yml"),
  ]
  private static let gitLabKeys: [(String, ExactString)] = [
    ("namespace_id", "42"), ("environment", "release"), ("runner_id", "5"), ("ref_protected", "true"), ("tag", "v{version}"),
    ("workflow", "workflows/baz.yml"),
  ]

  /// What a claim may become: nothing, another type, another value, or a value that only looks the same.
  private static func changes(of value: JSONValue) -> [JSONValue?] {
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
    return [
      nil, .null, .bool(true), .bool(false), .integer(0), .integer(42), .number("1e3"), .array([value]),
      .object(JSONObject([.init("x", value)])),
    ]
      + integers + texts.map { .string(ExactString($0)) }
  }

  private static func expect(_ sample: SamplePublish, _ keys: [(String, ExactString)], _ comment: @autoclosure () -> Comment) -> Bool {
    let demanding = keys.reduce(sample) { $0.requiring($1.0, $1.1) }
    let oracle = Oracle(
      claims: sample.claims, keys: Set(keys.map(\.0)), version: sample.version.map { [$0.written, $0.canonical] } ?? [])
    let expected = sample.provider.id == "github" ? oracle.gitHub : oracle.gitLab
    #expect(demanding.verdict == (expected ? .granted : .refused), comment())
    return expected
  }

  private static func keys(_ sample: SamplePublish) -> [(String, ExactString)] {
    sample.provider.id == "github" ? gitHubKeys : gitLabKeys
  }

  @Test("is given only where every condition holds, whichever claim is changed", arguments: SamplePublish.both)
  func single(sample: SamplePublish) {
    let keys = Self.keys(sample)
    #expect(Self.expect(sample, keys, "unchanged"))
    for member in sample.claims.members {
      for change in Self.changes(of: member.value) {
        _ = Self.expect(sample.setting(member.name, to: change), keys, "\(member.name): \(change as Any)")
        _ = Self.expect(sample.setting(member.name, to: change), [], "\(member.name): \(change as Any), of the repository only")
      }
    }
  }

  @Test("is given only where every condition holds, whatever is changed and demanded", arguments: SamplePublish.both)
  func several(sample: SamplePublish) {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    var granted = 0
    for _ in 0..<4_000 {
      let keys = Self.keys(sample).filter { _ in Bool.random(using: &random) }
      var changed = sample
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        guard let member = sample.claims.members.randomElement(using: &random),
          let change = Self.changes(of: member.value).randomElement(using: &random)
        else { continue }
        changed = changed.setting(member.name, to: change)
      }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: changed.version = nil
      case 1: changed.version = .init(written: "1.0.0", canonical: "1.0")
      default: break
      }
      if Self.expect(changed, keys, "seed \(seed): \(changed.claims.members), demanding \(keys.map(\.0))") { granted += 1 }
    }
    #expect((200...3_900).contains(granted), "seed \(seed): a test that sees one answer only shows nothing")
  }
}
