import Testing

@testable import RegistryClient

@Suite("Escapes in an answer") struct TextEscapeTests {
  @Test(
    "are resolved as leniently as any reader might",
    arguments: [
      (.percent, "a%2Db", "a-b"), (.percent, "%2d%2D", "--"), (.percent, "%25252D", "%252D"), (.percent, "100%", nil),
      (.percent, "%2", nil),
      (.percent, "%zz", nil), (.percent, "%2g", nil), (.percent, "%%2D", "%-"), (.percent, "plain", nil), (.percent, "&#45;\\u002d", nil),
      (.backslash, #"\n\"\\"#, #"n"\"#), (.backslash, #"\u002d"#, "-"), (.backslash, #"\u00e9"#, "é"), (.backslash, #"\u00"#, "u00"),
      (.backslash, #"\u00zz"#, "u00zz"), (.backslash, #"\ud83d\udd11"#, "🔑"), (.backslash, #"\ud800\udc00"#, "\u{10000}"),
      (.backslash, #"\uDBFF\uDFFF"#, "\u{10FFFF}"), (.backslash, #"\ud83d"#, "ud83d"), (.backslash, #"\ud83d\u0041"#, "ud83dA"),
      (.backslash, #"\udc00\udc00"#, "udc00udc00"), (.backslash, #"\ud83dudd11"#, "ud83dudd11"), (.backslash, #"\x2D!"#, "-!"),
      (.backslash, #"\xz"#, "xz"), (.backslash, #"\x2"#, "x2"), (.backslash, "end\\", nil), (.backslash, "plain", nil),
      (.entity, "&lt;&gt;&quot;&apos;&amp;", #"<>"'&"#), (.entity, "&#45;", "-"), (.entity, "&#x2d;&#X2D;", "--"),
      (.entity, "&#1114111;", "\u{10FFFF}"), (.entity, "&#x10FFFF;", "\u{10FFFF}"), (.entity, "&#1114112;", nil),
      (.entity, "&#55296;", nil),
      (.entity, "&#00000045;", nil), (.entity, "&#;", nil), (.entity, "&#x;", nil), (.entity, "&#xg;", nil), (.entity, "&#4a;", nil),
      (.entity, "&#45", nil), (.entity, "&nbsp;", nil), (.entity, "&amp;#45;", "&#45;"), (.entity, "a&b", nil),
    ] as [(TextEscape, String, String?)])
  func resolves(escape: TextEscape, text: String, expected: String?) {
    #expect(escape.resolved(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  @Test("are shown round by round, one kind after the other")
  func readings() {
    var shown: [String] = []
    let isResolved = TextEscape.readings(of: Array(#"&#37;2D\u0026lt;"#.utf8)) {
      shown.append(String(decoding: $0, as: UTF8.self))
      return false
    }
    #expect(isResolved)
    #expect(shown == [#"&#37;2D\u0026lt;"#, "&#37;2D&lt;", "%2D<", "-<"])
  }

  @Test("are shown until it is enough", arguments: 1...3)
  func enough(wanted: Int) {
    var shown = 0
    let isResolved = TextEscape.readings(of: Array("%252525".utf8)) { _ in
      shown += 1
      return shown == wanted
    }
    #expect(isResolved)
    #expect(shown == wanted)
  }

  @Test("are too deep to tell from the eighth round on", arguments: [(0, true), (7, true), (8, false), (9, false)])
  func depth(rounds: Int, isResolved: Bool) {
    let text = Array("%\(String(repeating: "25", count: rounds))".utf8)
    #expect(TextEscape.readings(of: text) { _ in false } == isResolved)
  }

  @Test(
    "are made of digits of their radix",
    arguments: [
      ("0", 16, 0), ("9", 16, 9), ("a", 16, 10), ("f", 16, 15), ("A", 16, 10), ("F", 16, 15), ("2d", 16, 0x2D), ("10", 8, 8), ("7", 8, 7),
      ("9999999", 10, 9_999_999), ("", 16, nil), ("00000045", 10, nil), ("8", 8, nil), ("a", 10, nil), ("/", 16, nil), (":", 16, nil),
      ("@", 16, nil), ("G", 16, nil), ("`", 16, nil), ("g", 16, nil), ("1 ", 10, nil), ("-1", 10, nil),
    ] as [(String, UInt32, UInt32?)])
  func digits(text: String, radix: UInt32, value: UInt32?) { #expect(ASCIIDigits.value(of: ArraySlice(text.utf8), radix: radix) == value) }

  @Test(
    "are searched for what may stand anywhere in a text",
    arguments: [
      ("abcabc", "abc", 0, 0), ("abcabc", "abc", 1, 3), ("abcabc", "abc", 3, 3), ("abcabc", "abc", 4, nil), ("aab", "ab", 0, 1),
      ("abc", "abc", 0, 0), ("abc", "abcd", 0, nil), ("abc", "", 0, nil), ("", "a", 0, nil), ("ab", "b", 1, 1), ("ab", "a", 2, nil),
    ] as [(String, String, Int, Int?)])
  func search(text: String, part: String, start: Int, place: Int?) {
    #expect(Array(text.utf8).place(of: Array(part.utf8), from: start) == place)
    if start == 0 { #expect(Array(text.utf8).holds(Array(part.utf8)) == (place != nil)) }
  }
}
