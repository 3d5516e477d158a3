import StrictParsers
import TestSupport
import Testing

@testable import PublisherPolicy

@Suite("A pattern of a claim") struct ClaimPatternTests {
  @Test(
    "matches the whole value or nothing",
    arguments: [
      ("main", "main", true), ("main", "main2", false), ("main", "amain", false), ("main", "", false), ("main", "Main", false),
      ("refs/heads/*", "refs/heads/main", true), ("refs/heads/*", "refs/heads/", true), ("refs/heads/*", "refs/heads/a/b", false),
      ("refs/heads/*", "xrefs/heads/main", false), ("refs/heads/*", "refs/heads", false), ("refs/heads/**", "refs/heads/a/b/c", true),
      ("refs/heads/**", "refs/heads/", true), ("refs/heads/**", "refs/tags/a", false), ("*", "main", true), ("*", "", true),
      ("*", "a/b", false),
      ("**", "a/b", true), ("**", "", true), ("***", "a/b", true), ("****", "a/b/c", true), ("**/x", "x", false), ("**/x", "/x", true),
      ("**/x", "a/b/x", true), ("*/x", "a/b/x", false), ("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "a/c", false),
      ("a**c", "a/b/c", true), ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("*a*a*", "a", false), ("*a*a*", "aa", true),
      ("a*a", "a", false), ("a*a", "aa", true), ("a*aa", "aaa", true), ("**a/*", "xa/a/b", true), ("**a/*", "a/a/b/c", false),
      // Nothing but the asterisk is special.
      ("a?c", "abc", false), ("a?c", "a?c", true), ("a.c", "abc", false), ("[ab]", "a", false), ("a\\*", "a\\x", true), ("^a$", "a", false),
      ("%", "x", false), ("_", "x", false), ("a|b", "a", false),
    ] as [(ExactString, ExactString, Bool)])
  func whole(pattern: ExactString, value: ExactString, expected: Bool) {
    #expect(ClaimPattern(pattern, ignoringCase: false).matches(value) == expected)
  }

  @Test(
    "compares bytes, whatever Unicode takes for equal",
    arguments: [
      ("K", "\u{212A}"), (";", "\u{37E}"), ("`", "\u{1FEF}"), ("caf\u{e9}", "cafe\u{301}"), ("a/b", "a/\u{301}b"),
      ("\u{1E9B}\u{323}", "\u{1E9B}\u{323} "),
      ("s", "\u{17F}"), ("i", "\u{130}"), ("ss", "\u{DF}"), ("a", "a\u{200D}"), ("a", "a\0"), ("1", "\u{661}"), ("a", "\u{FF41}"),
    ] as [(ExactString, ExactString)])
  func unicode(pattern: ExactString, value: ExactString) {
    for ignoringCase in [false, true] {
      #expect(!ClaimPattern(pattern, ignoringCase: ignoringCase).matches(value))
      #expect(!ClaimPattern(value, ignoringCase: ignoringCase).matches(pattern))
      #expect(!ClaimPattern("*\(pattern)", ignoringCase: ignoringCase).matches(value))
      #expect(ClaimPattern(value, ignoringCase: ignoringCase).matches(value))
      #expect(ClaimPattern("**\(value)*", ignoringCase: ignoringCase).matches(value))
    }
  }

  @Test(
    "stops at a slash, whatever is combined with it",
    arguments: [("*", "a/\u{301}b"), ("a*", "a/\u{20E3}"), ("*x", "a\u{301}/x")] as [(ExactString, ExactString)])
  func slashes(pattern: ExactString, value: ExactString) { #expect(!ClaimPattern(pattern, ignoringCase: false).matches(value)) }

  @Test(
    "ignores the case of ASCII letters where it is told to, and of no others",
    arguments: [
      ("Foo/BAR", "fOO/bar", true), ("Foo/B*", "foo/baz", true), ("FOO/**", "foo/X/y", true), ("\u{C9}", "\u{E9}", false),
      ("@", "`", false),
      ("[", "{", false),
    ] as [(ExactString, ExactString, Bool)])
  func caseIgnored(pattern: ExactString, value: ExactString, expected: Bool) {
    #expect(ClaimPattern(pattern, ignoringCase: true).matches(value) == expected)
    #expect(!ClaimPattern(pattern, ignoringCase: false).matches(value))
  }

  @Test(
    "knows when it says next to nothing",
    arguments: [
      ("*", true), ("**", true), ("*/*", true), ("**/**", true), ("/", true), ("", true), ("a*", false), ("*-*", false), ("a", false),
    ] as [(ExactString, Bool)])
  func broad(pattern: ExactString, expected: Bool) { #expect(ClaimPattern(pattern, ignoringCase: false).isBroad == expected) }

  @Test("is not driven into exponential time by a hostile value")
  func time() {
    let pattern = ClaimPattern(ExactString(String(repeating: "*a", count: 20) + "*b"), ignoringCase: false)
    #expect(!pattern.matches(ExactString(String(repeating: "a", count: 4_000))))
  }

  /// By the definition, one byte at a time: slow, and too simple to be wrong in the same way.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return value.isEmpty }
    let rest = pattern.dropFirst()
    guard first == UInt8(ascii: "*") else { return value.first == first && matches(rest, value.dropFirst()) }
    if rest.first == first { return (0...value.count).contains { matches(rest.drop { $0 == first }, value.dropFirst($0)) } }
    let reach = value.prefix { $0 != UInt8(ascii: "/") }.count
    return (0...reach).contains { matches(rest, value.dropFirst($0)) }
  }

  @Test("agrees at random with the definition")
  func random() {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    for _ in 0..<4_000 {
      let pattern = (0..<Int.random(in: 0...7, using: &random)).map { _ in "ab/**".randomElement(using: &random) ?? "a" }
      let value = (0..<Int.random(in: 0...7, using: &random)).map { _ in "ab/".randomElement(using: &random) ?? "a" }
      let (patternText, valueText) = (String(pattern), String(value))
      #expect(
        ClaimPattern(ExactString(patternText), ignoringCase: false).matches(ExactString(valueText))
          == Self.matches(Array(patternText.utf8)[...], Array(valueText.utf8)[...]), "seed \(seed): \(patternText) and \(valueText)")
    }
  }
}
