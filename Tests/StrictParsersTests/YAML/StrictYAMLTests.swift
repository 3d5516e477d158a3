import StrictParsers
import TestSupport
import Testing

@Suite("Strict YAML") struct StrictYAMLTests {
  private static let tags: Set<ExactString> = ["!a", "!b::C"]

  static func parse(_ text: String, limits: StrictYAML.Limits = .init()) throws(YAMLError) -> YAMLNode {
    try StrictYAML.parse(Array(text.utf8), tags: tags, limits: limits, budget: .unlimited)
  }

  /// One line: `?` for a text that is folded from several, quotes and indicators for the styles.
  static func shown(_ node: YAMLNode) -> String {
    let tag = node.tag.map { "\($0) " } ?? ""
    switch node.content {
    case .scalar(let scalar):
      let text = (scalar.text?.text ?? "?").replacing("\n", with: "/")
      switch scalar.style {
      case .plain: return tag + text
      case .quoted: return "\(tag)'\(text)'"
      case .literal: return "\(tag)|\(text)"
      case .folded: return "\(tag)>\(text)"
      }
    case .sequence(let nodes): return "\(tag)[\(nodes.map(shown).joined(separator: ", "))]"
    case .mapping(let mapping):
      return "\(tag){\(mapping.entries.map { "\(shown($0.key)): \(shown($0.value))" }.joined(separator: ", "))}"
    }
  }

  @Test(
    "reads",
    arguments: [
      ("a: b", "{a: b}"), ("---\na: b\n", "{a: b}"), ("--- !a\na: b\n...\n", "!a {a: b}"), ("--- !a \na: b\n", "!a {a: b}"),
      ("# c\n\n---  # c\na: b # c\n# c\n", "{a: b}"), ("a: b\r\nc:\r\n- d\r\n", "{a: b, c: [d]}"), ("a : b", "{a: b}"),
      // Nothing, and what is nearly nothing.
      ("a:\nb: c", "{a: , b: c}"), ("a:\n\n  # c\nb: c", "{a: , b: c}"), ("a: !a\nb: c", "{a: !a , b: c}"), ("a:\n-\n- b", "{a: [, b]}"),
      // Collections.
      ("a:\n  b: c\n  d:\n    e: f\ng: h", "{a: {b: c, d: {e: f}}, g: h}"), ("a:\n- b\n- c\nd: e", "{a: [b, c], d: e}"),
      ("a:\n  - b\n  - c\nd: e", "{a: [b, c], d: e}"), ("a:\n- - b\n  - c\n- - - d", "{a: [[b, c], [[d]]]}"),
      ("a:\n- b: c\n  d: e\n- f: g", "{a: [{b: c, d: e}, {f: g}]}"),
      ("a:\n- !a\n  b: c\n- !b::C\n  d: e", "{a: [!a {b: c}, !b::C {d: e}]}"),
      ("a:\n- - \">=\"\n  - !b::C\n    v: '0'", "{a: [['>=', !b::C {v: '0'}]]}"), ("a: !a\n- b", "{a: !a [b]}"),
      ("a:\n-\n  b: c", "{a: [{b: c}]}"),
      ("!a \"b\": c\nd: e", "{!a 'b': c, d: e}"), ("'a''b': c", "{'a'b': c}"), ("\"a: b\" : c", "{'a: b': c}"),
      ("a: \n- b:\n  - c", "{a: [{b: [c]}]}"),
      ("a:\n- - b: c\n    d: e", "{a: [[{b: c, d: e}]]}"), ("a:\n- # c\n  b: c", "{a: [{b: c}]}"),
      // Flow.
      ("a: []\nb: {}\nc: [ d, 'e', \"f\", [g], {h: i, j: 'k'} ]", "{a: [], b: {}, c: [d, 'e', 'f', [g], {h: i, j: 'k'}]}"),
      ("a: [\n  b, # c\n\n  c,\n]\nd: {e: f,\n g: h\n}", "{a: [b, c], d: {e: f, g: h}}"), ("a: !a {}\nb: !a []", "{a: !a {}, b: !a []}"),
      ("a: [http://b/c#d, e]", "{a: [http://b/c#d, e]}"),
      // Plain scalars.
      ("a: b c  \nd: e#f\ng: -1\nh: :i\nj: ?k", "{a: b c, d: e#f, g: -1, h: :i, j: ?k}"), ("a: b\n  c\n\n   d\ne: f", "{a: ?, e: f}"),
      ("a:\n  b\nc: d", "{a: b, c: d}"), ("a:\n- b\n  c\n- d", "{a: [?, d]}"), ("a: b\n  - c", "{a: ?}"), ("a: b:c", "{a: b:c}"),
      // Quoted scalars.
      (
        #"a: "\0\a\b\t\n\v\f\r\e\"\/\\\N\_\L\P\x41\u00e9\U0001F600 x""#,
        "{a: '\u{0}\u{7}\u{8}\t/\u{B}\u{C}\r\u{1B}\"/\\\u{85}\u{A0}\u{2028}\u{2029}A\u{E9}\u{1F600} x'}"
      ),
      ("a: 'b''c\\n'", "{a: 'b'c\\n'}"), ("a: ''\nb: \"\"", "{a: '', b: ''}"), ("a: \"b\n  c\"\nd: 'e\n\n  f'", "{a: '?', d: '?'}"),
      ("a: \"b\\\n  \\  c\"\nd: e", "{a: '?', d: e}"), ("a:\n- 'b\n  c'", "{a: ['?']}"), ("a: ! 'b'\nc: ! \"d\"", "{a: ! 'b', c: ! 'd'}"),
      ("a: 'b' # c", "{a: 'b'}"),
      // Block scalars.
      ("a: |\n  b\n  c\nd: e", "{a: |b/c/, d: e}"), ("a: |-\n  b\n\n   c\n\nd: e", "{a: |b// c, d: e}"),
      ("a: |+\n  b\n\nd: e", "{a: |b//, d: e}"),
      ("a: |2-\n   b\n  c\nd: e", "{a: | b/c, d: e}"), ("a: |-2\n  b", "{a: |b}"), ("a: |\n\n  b", "{a: |/b}"),
      ("a: |\nb: c", "{a: |, b: c}"),
      ("a: >\n  b\n  c\nd: e", "{a: >?, d: e}"), ("a: |-\n  # b\n  c: d\n  - e\nf: g", "{a: |# b/c: d/- e, f: g}"),
      ("a:\n- |\n  b\n- c", "{a: [|b/, c]}"), ("a: !a |-\n  b\nc: d", "{a: !a |b, c: d}"), ("a: | # c\n  b\n# c\nd: e", "{a: |b/, d: e}"),
      ("a: |\n  ---\n  ...\nb: c", "{a: |---/.../, b: c}"),
    ])
  func reads(text: String, expected: String) throws { #expect(try Self.shown(Self.parse(text)) == expected) }

  @Test(
    "refuses, naming reason and place,",
    arguments: [
      ("", .notAMapping, 0), ("a", .notAMapping, 0), ("- a", .notAMapping, 0), ("[a]", .notAMapping, 0), ("{a: b}", .notAMapping, 0),
      ("--- a: b", .notAMapping, 4), (" a: b", .notAMapping, 1), ("---", .notAMapping, 3), ("...\na: b", .notAMapping, 0),
      ("\u{FEFF}a: b", .byteOrderMark, 0), ("a: \u{FEFF}", .byteOrderMark, 3), ("a: \u{85}", .nextLine, 3),
      ("a: \u{2028}", .lineSeparator, 3),
      ("a: \u{2029}", .paragraphSeparator, 3), ("a: \u{0}", .character, 3), ("a: b\rc: d", .character, 4), ("a: \u{7F}", .character, 3),
      ("a: \u{FFFE}", .character, 3), ("a: \u{80}", .character, 3),
      ("%YAML 1.1\n---\na: b", .directive, 0), ("a: b\n---\nc: d", .severalDocuments, 5), ("a: b\n...\nc: d", .severalDocuments, 9),
      ("a: b\n...\n...\n", .severalDocuments, 9), ("---\n---\na: b", .notAMapping, 4),
      // References.
      ("a: &b c", .anchor, 3), ("a: *b", .alias, 3), ("a: !a &b c", .anchor, 6), ("a:\n- &b\n  c: d", .anchor, 5), ("a:\n- *b", .alias, 5),
      ("&a b: c", .anchor, 0), ("*a : c", .alias, 0), ("a: [&b c]", .anchor, 4), ("a: {b: *c}", .alias, 7), ("a:\n  *b", .alias, 5),
      ("a:\n  &b c: d", .anchor, 5), ("--- &a\na: b", .anchor, 4),
      // Tags.
      ("a: !x b", .tag, 3), ("a: !!str b", .tag, 3), ("a: !<a> b", .tag, 3), ("a: ! b", .tag, 3), ("a: !ab c", .tag, 3),
      ("--- !x\na: b", .tag, 4),
      ("a: [!x b]", .tag, 4), ("!x a: b", .tag, 0), ("a:\n  !a b", .tag, 5), ("a: !a!b c", .tag, 3),
      // Keys.
      ("? a\n: b", .notAMapping, 0), ("a: b\n? c\n: d", .explicitKey, 5), ("a:\n  ? b\n  : c", .explicitKey, 5),
      ("a: b\na: c", .repeatedKey, 5),
      ("a: b\n\"\\x61\": c", .repeatedKey, 5), ("a: {b: c, b: d}", .repeatedKey, 10), ("a:\n- b: c\n  b: d", .repeatedKey, 12),
      ("<<: a", .mergeKey, 0), ("a:\n  '<<': b", .mergeKey, 5), ("a: {<<: b}", .mergeKey, 4), ("a: {[b]: c}", .keyOnSeveralLines, 4),
      ("\"a\n b\": c", .notAMapping, 0), ("a: b\n[c]: d", .unexpected, 5), ("a: b\nc", .unexpected, 5), ("a: b\n- c", .unexpected, 5),
      ("a: b: c", .unexpected, 4), ("a: 'b': c", .unexpected, 6), ("a: b\n  c: d", .unexpected, 8), ("a: - b", .reserved, 3),
      // Lines.
      ("a:\n  b: c\n d: e", .indentation, 11), ("a:\n    b: c\n  d: e", .indentation, 14), ("a:\n  - b\n - c", .indentation, 10),
      ("a:\n\tb: c", .tab, 3), ("a:\tb", .tab, 2), ("a: b\tc", .tab, 4), ("a: 'b'\t# c", .tab, 6), ("a: [b,\tc]", .tab, 6),
      ("a: |\n  b\n\tc", .tab, 9),
      ("a: \"b\nc\"", .indentation, 6), ("a: 'b\n---\nc'", .unexpected, 6), ("a: |\n   \n  b", .indentation, 11),
      ("a: |\n  \tb", .indentation, 7),
      // Scalars.
      ("a: \"b", .unexpectedEnd, 5), ("a: 'b", .unexpectedEnd, 5), ("a: \"\\q\"", .escape, 4), ("a: \"\\ud800\"", .escape, 4),
      ("a: \"\\x4\"", .escape, 4),
      ("a: \"\\U00110000\"", .escape, 4), ("a: @b", .reserved, 3), ("a: `b", .reserved, 3), ("a: %b", .reserved, 3),
      ("a: ,b", .reserved, 3),
      ("a: ]", .reserved, 3), ("a: 'b' c", .unexpected, 7), ("a: |x\n  b", .unexpected, 4), ("a: |0\n b", .unexpected, 4),
      ("a: |1 2\n b", .unexpected, 6),
      ("a: [b", .unexpectedEnd, 5), ("a: [b c: d]", .unexpected, 7), ("a: [b,, c]", .reserved, 6), ("a: {b}", .unexpected, 5),
      ("a: {b: }", .reserved, 7),
      ("a: {b:}", .unexpected, 5), ("a: {\"b\":c}", .unexpected, 7), ("a: [b\n  c]", .unexpected, 8), ("a: [b\n---\n]", .unexpected, 6),
      ("a: []b", .unexpected, 5),
      ("a: [b:, c]", .unexpected, 5), ("a: [:b]", .reserved, 4), ("a: {?b: c}", .unexpected, 4), ("a: [b?c]", .unexpected, 5),
    ] as [(String, YAMLError.Reason, Int)])
  func refuses(text: String, reason: YAMLError.Reason, offset: Int) {
    #expect(throws: YAMLError(reason, at: offset)) { try Self.parse(text) }
  }

  @Test(
    "reads question marks within brackets as YAML 1.2 does, where it is asked to",
    arguments: [
      ("a: {b: https://c/d?e=f}", "{a: {b: https://c/d?e=f}}"), ("a: [b?c, d??e]", "{a: [b?c, d??e]}"), ("a: [b?]", nil), ("a: [?b]", nil),
      ("a: [b? c]", nil), ("a: {b?, c: d}", nil),
    ] as [(String, String?)])
  func questionMarks(text: String, expected: String?) {
    #expect((try? StrictYAML.parse(Array(text.utf8), dialect: .yaml12, budget: .unlimited)).map(Self.shown) == expected)
    #expect(throws: YAMLError.self) { try Self.parse(text) }
  }

  @Test(
    "names the key at the root that a place belongs to",
    arguments: [
      ("a: b", 0, "a"), ("a: b", 3, "a"), ("a: b", 4, "a"), ("a: b\nc: d", 5, "c"), ("a: b\nc: d", 4, "a"), ("a:\n- b: c\n  d: e", 11, "a"),
      ("a : \"b\nc\"", 8, "a"), ("--- !a\na: b", 3, nil), ("# c\n\nsummary: |\n  b: c\n", 20, "summary"), ("", 0, nil), ("a", 1, nil),
      ("\"a\": b", 5, nil), ("abcdefghijklmnopqrstuvwxyzabcd: b", 30, "abcdefghijklmnopqrstuvwxyzabcd"),
      ("abcdefghijklmnopqrstuvwxyzabcde: b", 30, nil), ("a: b", 1_000, "a"),
    ] as [(String, Int, ExactString?)])
  func rootKeys(text: String, offset: Int, key: ExactString?) { #expect(StrictYAML.rootKey(at: offset, in: Array(text.utf8)) == key) }

  @Test(
    "refuses what is not UTF-8", arguments: [[0x61, 0x3A, 0x20, 0xE9], [0x61, 0x00, 0x3A, 0x00], [0xFE, 0xFF, 0x00, 0x61]] as [[UInt8]])
  func encoding(bytes: [UInt8]) {
    #expect(throws: YAMLError.self) { try StrictYAML.parse(bytes, budget: .unlimited) }
  }

  @Test(
    "knows what some readers take for more than a string",
    arguments: [
      ("b", true), ("1.2.3", true), ("1.0.a", true), ("0.8.7", true), ("ruby", true), ("a1", true), ("2fa", true), ("1.2e", false),
      ("1-2", true),
      ("", false), ("~", false), ("null", false), ("Yes", false), ("on", false), ("y", false), ("1", false), ("1.0", false), ("1_0", false),
      ("1e3", false), ("1e3x", true), ("0x1F", false), ("0b1", false), ("0o7", false), (".5", false), (".inf", false), ("-1", false),
      ("+1.5", false),
      ("2026-11-30", false), ("12:30:45", false), (":a", false), ("1,000", false), ("=", false), ("-a", true), (".a", true),
    ])
  func strings(text: String, isString: Bool) throws {
    let node = try #require(try Self.parse("a: \(text)").mapping?["a"])
    #expect((node.string == nil) == !isString)
    #expect(try Self.parse("a: '\(text)'").mapping?["a"]?.string == ExactString(text))
    #expect(try Self.parse("a: !a '\(text)'").mapping?["a"]?.string == nil)
  }

  @Test("bounds what it holds, and how deep it goes") func bounds() throws {
    let deep = "a:\n" + (1...40).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect { try Self.parse(deep) } throws: { ($0 as? YAMLError)?.reason == .tooDeep }
    let flow = "a: " + String(repeating: "[", count: 100_000)
    #expect { try Self.parse(flow) } throws: { ($0 as? YAMLError)?.reason == .tooDeep }
    let dashes = "a:\n" + String(repeating: "- ", count: 100_000)
    #expect { try Self.parse(dashes) } throws: { ($0 as? YAMLError)?.reason == .tooDeep }
    let wide = "a:\n" + String(repeating: "- b\n", count: 100)
    #expect { try Self.parse(wide, limits: .init(nodes: 101)) } throws: { ($0 as? YAMLError)?.reason == .tooManyNodes }
    #expect(try Self.parse(wide, limits: .init(nodes: 102)).mapping?["a"]?.sequence?.count == 100)
    #expect(throws: YAMLError(.budgetSpent, at: 0)) { try StrictYAML.parse(Array("a: b".utf8), budget: WorkBudget { true }) }
    let long = "\"\(String(repeating: "k", count: 2_000))\": b"
    #expect { try Self.parse(long) } throws: { ($0 as? YAMLError)?.reason == .keyOnSeveralLines }
  }

  @Test("survives whatever it is given, and accepts nothing that says less than it holds") func mutations() {
    var random = SeededRandom(seed: 11)
    let text = Array(
      "--- !a\na: 'b'\nc:\n- - \">=\"\n  - !b::C\n    d: |-\n      e\n    f: [g, {h: i}]\nj: k\n  l\n# m\nn: \"o\n  p\"\n".utf8)
    for _ in 0..<5_000 { _ = try? StrictYAML.parse(random.mutated(text), tags: Self.tags, budget: .unlimited) }
  }
}
