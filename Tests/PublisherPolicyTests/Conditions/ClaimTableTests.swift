import StrictParsers
import Testing

@testable import PublisherPolicy

@Suite("A provider's table of claims") struct ClaimTableTests {
  @Test("knows every claim of a complete token", arguments: SamplePublish.both)
  func complete(sample: SamplePublish) {
    for member in sample.claims.members { #expect(sample.provider.claims.use(of: member.name) != nil, "\(member.name)") }
  }

  @Test("is what a complete token says, claim by claim", arguments: SamplePublish.both)
  func necessary(sample: SamplePublish) {
    for name in sample.provider.claims.conditionable { #expect(sample.claims[name] != nil, "\(name)") }
  }

  @Test(
    "reports what it does not know",
    arguments: [
      ("ref", true), ("exp", true), ("actor", true), ("repo_property_", true), ("repo_property_x", true), ("repo_propert", false),
      ("Ref", false), ("ref ", false), ("repo_property\u{301}_x", false), ("new_claim", false), ("", false),
    ] as [(ExactString, Bool)])
  func unaccounted(name: ExactString, isKnown: Bool) { #expect((GitHubActions().claims.use(of: name) != nil) == isKnown) }

  @Test("knows no names that people make up but GitHub's properties")
  func openPrefixes() { #expect(GitLabCI().claims.use(of: "repo_property_x") == nil) }

  @Test("lets an identity keep what a condition may name, and nothing of people", arguments: SamplePublish.both)
  func kept(sample: SamplePublish) throws {
    let identity = try sample.setting("new_claim", "x").identity(of: sample.policy([]))
    #expect(Set(identity.claims.members.map(\.name)) == Set(sample.provider.claims.conditionable))
    for name in ["new_claim", "actor", "user_login", "user_email", "repo_property_team", "exp"] as [ExactString] {
      #expect(identity.claim(name) == nil, "\(name)")
    }
  }

  @Test("refuses a token whose required claim is absent or of another type than string and integer", arguments: SamplePublish.both)
  func required(sample: SamplePublish) throws {
    let wrong: [JSONValue?] = [
      nil, .null, .bool(true), .bool(false), .number("42.0"), .number("4.2e1"), .number("-0"), .array([]), .array([.string("foo/bar")]),
      .object(JSONObject([])),
    ]
    for name in sample.provider.claims.required {
      for value in wrong { #expect(try sample.setting(name, to: value).refusal() == .missingClaim(name), "\(name): \(value as Any)") }
    }
  }

  @Test("compares an integer by its digits, and no other number at all", arguments: SamplePublish.both)
  func integers(sample: SamplePublish) {
    let id = sample.provider.immutableIDs[0]
    for (configured, claim, verdict) in [
      ("42", .integer(42), .granted), ("42", .string("42"), .granted), ("42", .integer(43), .refused), ("42", .integer(-42), .refused),
      ("42", .string("042"), .refused), ("42", .string("42 "), .refused), ("42", .string("+42"), .refused),
      ("42", .number("42.0"), .refused),
      ("42", .number("4.2e1"), .refused), ("9007199254740993", .integer(9_007_199_254_740_993), .granted),
      ("9007199254740993", .integer(9_007_199_254_740_992), .refused), ("9223372036854775807", .integer(.max), .granted),
      ("9223372036854775808", .number("9223372036854775808"), .refused), ("0", .integer(0), .granted), ("0", .number("-0"), .refused),
      ("1", .bool(true), .refused), ("42", .string("\u{664}\u{662}"), .refused),
    ] as [(ExactString, JSONValue, SamplePublish.Verdict)] {
      #expect(
        sample.requiring(id.text, configured).setting(id, to: claim).setting("job_project_id", nil).verdict == verdict,
        "\(configured) and \(claim)")
    }
  }
}
