import StrictParsers
import TestSupport
import Testing

@testable import PublisherPolicy

@Suite("A pattern of packages") struct NamePatternTests {
  @Test(
    "matches the whole name or nothing",
    arguments: [
      ("acme", "acme", true), ("acme", "acme-core", false), ("acme", "evil-acme", false), ("acme", "Acme", false),
      ("acme-*", "acme-core", true), ("acme-*", "acme-", true), ("acme-*", "evil-acme-core", false), ("acme-*", "acme", false),
      ("*-plugin", "acme-plugin", true), ("*-plugin", "acme-plugin-evil", false), ("acme-*-plugin", "acme-x-plugin", true),
      ("acme-*-plugin", "acme-plugin", false), ("acme-*-plugin", "acme--plugin", true), ("*", "anything", true), ("*", "", true),
      ("a*a", "a", false), ("a*a", "aa", true), ("a*b*a", "aba", true), ("a*b*a", "aab", false), ("a*b*c*d", "abxbcd", true),
      ("a*bb*b", "abb", false),
      ("**", "x", true), ("acme/*", "acme/x/y", false), ("acme/**", "acme/x/y", true), ("acme/*", "acme/x", true), ("*", "a/b", false),
      ("org.acme:*", "org.acme:widgets", true), ("org.*", "org.acme:widgets", false), ("org.**", "org.acme:widgets", true),
      ("*:widgets", "org.acme:widgets", true), ("*:widgets", "org/acme:widgets", false), ("**", "a:b/c", true), ("a.c", "abc", false),
      ("a?", "ab", false), ("*b*", "abc", true),
      ("*b*", "ac", false),
      ("caf\u{e9}", "cafe\u{301}", false), ("caf\u{e9}*", "cafe\u{301}x", false), ("K*", "\u{212A}x", false), ("a/*", "a/\u{301}x", true),
    ] as [(ExactString, ExactString, Bool)])
  func whole(pattern: ExactString, name: ExactString, expected: Bool) {
    #expect(NamePattern(canonical: pattern).matches(name) == expected)
  }

  @Test(
    "is a literal where it holds no asterisk",
    arguments: [("acme", true), ("acme-*", false), ("*", false), ("", true)] as [(ExactString, Bool)])
  func literal(pattern: ExactString, expected: Bool) { #expect(NamePattern(canonical: pattern).isLiteral == expected) }

  @Test("agrees at random with the definition")
  func random() {
    func matches(_ pattern: Substring, _ name: Substring) -> Bool {
      guard let first = pattern.first else { return name.isEmpty }
      guard first == "*" else { return name.first == first && matches(pattern.dropFirst(), name.dropFirst()) }
      return (0...name.count).contains { matches(pattern.dropFirst(), name.dropFirst($0)) }
    }
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    for _ in 0..<4_000 {
      let pattern = String((0..<Int.random(in: 0...6, using: &random)).map { _ in "ab**".randomElement(using: &random) ?? "a" })
      let name = String((0..<Int.random(in: 0...7, using: &random)).map { _ in "ab".randomElement(using: &random) ?? "a" })
      #expect(
        NamePattern(canonical: ExactString(pattern)).matches(ExactString(name)) == matches(pattern[...], name[...]),
        "seed \(seed): \(pattern) and \(name)")
    }
  }

  @Test("is judged where a token means the publisher, for the one registry that it is written under")
  func scope() throws {
    let sample = SamplePublish.gitHub.with {
      $0.create = .any
      $0.mayPublish = [
        (SamplePublish.registry, [NamePattern(canonical: "acme-widgets"), NamePattern(canonical: "acme-widgets-*")]),
        (RegistryName("files"), [NamePattern(canonical: "other")]),
      ]
    }
    for (package, verdict) in [
      ("acme-widgets", .granted), ("acme-widgets-x", .granted), ("other", .refused), ("acme", .refused), ("acme-widget", .refused),
      ("Acme-Widgets", .refused), ("", .refused),
    ] as [(ExactString, SamplePublish.Verdict)] {
      #expect(sample.with { $0.package = package }.verdict == verdict, "\(package)")
    }
    let refusal = PolicyRefusal.scope(
      .packageNotAllowed(package: "other", PublisherID("release"), patterns: ["acme-widgets", "acme-widgets-*"]))
    #expect(throws: refusal) { try sample.with { $0.package = "other" }.decide(among: [sample.publisher()]) }
  }
}
