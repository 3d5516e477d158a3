import StrictParsers
import TestSupport
import Testing

@testable import Configuration

@Suite("The YAML of a configuration") struct SettingsYAMLTests {
  private static func complaints(_ text: String) -> [String] { SettingsSample.load(text).problems.map(\.complaint) }

  @Test(
    "has no anchors, aliases, merge keys and tags of its own",
    arguments: [
      ("&x {format: text}", ["error: log: anchors and aliases are not allowed"]),
      ("{format: &x text}", ["error: log.format: anchors and aliases are not allowed"]),
      ("{&x format: text}", ["error: log.format: anchors and aliases are not allowed"]),
      (
        "{format: &x text, level: *x}",
        [
          "error: log.format: anchors and aliases are not allowed",
          "error: log.level: must be trace or debug or info or notice or warning or error or critical",
        ]
      ),
      ("{<<: {format: text}}", ["error: log.<<: merge keys are not allowed"]),
      ("{<<: [{format: text}]}", ["error: log.<<: merge keys are not allowed"]),
      ("{\"<<\": {format: text}}", ["error: log.<<: there is no such key here"]),
      ("!x {format: text}", ["error: log: custom tags are not allowed"]),
      ("{format: !x text}", ["error: log.format: custom tags are not allowed"]),
      ("{!x format: text}", ["error: log.format: custom tags are not allowed"]), ("{format: !!binary dGV4dA==}", nil),
      ("!!set {format: text}", ["error: log: custom tags are not allowed"]),
      ("{format: !<tag:example.com,2026:x> text}", ["error: log.format: custom tags are not allowed"]),
      ("{format: !!str text}", []), ("!!map {format: !!str text}", []), ("{format: ! text}", []),
    ] as [(String, [String]?)])
  func indirections(written: String, expected: [String]?) {
    let complaints = SettingsSample(top: "log: \(written)").complaints
    if let expected { #expect(complaints == expected) } else { #expect(!complaints.isEmpty) }
  }

  @Test("has no alias of what is not there, or not there yet", arguments: ["*x", "{format: *x}", "&x {format: *x}", "&x [*x]"])
  func danglingAliases(written: String) {
    #expect(SettingsSample(top: "log: \(written)").load().settings == nil)
  }

  @Test("is not made large by aliases of aliases")
  func bombs() {
    let levels = (1...60).map { "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ", "))]" }.joined(
      separator: "\n")
    #expect(
      SettingsSample(top: "a0: &a0 [x]\n\(levels)\nlog: *a60").load().problems.contains {
        $0.message == "anchors and aliases are not allowed"
      })
  }

  @Test(
    "is one document of UTF-8",
    arguments: [
      ("", "is empty"), ("# nothing\n", "is empty"), ("\n\n", "is empty"), ("---\n", "must be a mapping"), ("[]", "must be a mapping"),
      ("x", "must be a mapping"),
      ("version: 1\n---\nversion: 1\n", "is not YAML: but found another document"),
      ("version: 1\n...\nversion: 1\n", "is not YAML: did not find expected <document start>"),
      ("%YAML 2.0\n---\nversion: 1\n", "is not YAML: found incompatible YAML document"),
      ("version:\n\tx: 1", "is not YAML: found character that cannot start any token"),
      ("version: 1\n x: 1", "is not YAML: mapping values are not allowed in this context"),
      ("a: [1", "is not YAML: did not find expected ',' or ']'"), ("a: \"1", "is not YAML: found unexpected end of stream"),
      ("a: b: c", "is not YAML: mapping values are not allowed in this context"),
      ("a: \"\\ud800\"", "is not YAML: found invalid Unicode character escape code"),
      ("@", "is not YAML: found character that cannot start any token"),
      ("version: 1\n\0", "is not YAML: control characters are not allowed"),
      ("a: \u{1}", "is not YAML: control characters are not allowed"),
      ("\u{7F}", "is not YAML: control characters are not allowed"),
    ])
  func documents(text: String, message: String) throws {
    #expect(SettingsSample.load(text).settings == nil)
    #expect(try #require(SettingsSample.load(text).problems.first).message == message)
  }

  @Test(
    "is shown to be none at the place where it goes wrong",
    arguments: [
      ("version: 1\na: [1\nb: 2", 3, 2), ("version: 1\n---\nx: 1", 2, 1), ("version: 1\nx\0", 2, 1), ("version: 1\r\n\r\n@", 3, 1),
    ])
  func places(text: String, line: Int, column: Int) throws {
    let problem = try #require(SettingsSample.load(text).problems.first)
    #expect(problem.line == line && problem.column == column, "\(problem)")
  }

  @Test("is refused where its bytes are no UTF-8, or too many, or not to be had")
  func bytes() {
    for (bytes, message) in [
      ([0xFF, 0xFE, 0x61, 0x00], "is not UTF-8"), (Array("version: \"".utf8) + [0xC0, 0x80, 0x22], "is not UTF-8"),
      (Array("a: ".utf8) + [0xED, 0xA0, 0x80], "is not UTF-8"), (Array(repeating: 0x20, count: (16 << 20) + 1), "is larger than 16 MiB"),
    ] as [([UInt8], String)] {
      let messages = SettingsSample.load(bytes).problems.map(\.message)
      #expect(messages == [message])
    }
    #expect(SettingsFile.load("/nowhere", environment: [:], reading: MemoryFiles()).problems.map(\.message) == ["can't be read"])
  }

  @Test("may begin with a byte order mark and end its lines as it likes", arguments: ["\r\n", "\r", "\n"])
  func lineEnds(end: String) throws {
    let text = SettingsSample.complete.replacing("\n", with: end)
    for start in ["", "\u{FEFF}", "---\(end)", "# a comment\(end)", "%YAML 1.1\(end)---\(end)"] {
      let (settings, problems) = SettingsSample.load(
        start + text, files: SettingsSample.completeFiles, environment: SettingsSample.completeEnvironment)
      #expect(problems.map(\.complaint) == [])
      #expect(settings != nil)
    }
    let misspelt = SettingsSample.load("\u{FEFF}" + ["version: 1", "log: {a: 1, format: text, a: 2}", "lug: 1"].joined(separator: end))
      .problems
    #expect(misspelt.filter { $0.keyPath == "log.a" && $0.message == "stands twice" }.map(\.line) == [2])
    #expect(misspelt.filter { $0.keyPath == "lug" }.map(\.line) == [3])
  }

  @Test("may be nested no deeper than a stack can bear", arguments: [100, 990, 2_000, 200_000])
  func nesting(depth: Int) {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("[{a: ", "}]"), ("? ", ""), ("- ", "")] {
      let nested = String(repeating: open, count: depth) + "x" + String(repeating: close, count: depth)
      #expect(SettingsSample.load("a: \(nested)").settings == nil)
      #expect(SettingsSample.load(nested).settings == nil)
      #expect(SettingsSample.load("log:\n  \(nested)").settings == nil)
    }
  }

  @Test("may repeat keys in any number", arguments: [2, 33, 200])
  func manyRepeats(count: Int) {
    let text = SettingsSample(top: (0..<count).map { "k\($0): 1\nk\($0): 2" }.joined(separator: "\n")).text
    let problems = SettingsSample.load(text).problems
    #expect(problems.contains { $0.message.contains("stand") && $0.message.contains("twice") })
    #expect(SettingsSample.load(text).settings == nil)
  }

  @Test(
    "may repeat a key in ways that are hard to see",
    arguments: [
      "\"\": 1\n\"\": 2", "'a': 1\n\"\\x61\": 2", "caf\u{e9}: 1\ncafe\u{301}: 2", "? {a: b}\n: 1\n? {a: b}\n: 2", "[a]: 1\n[a]: 2",
      "&x a: 1\n*x : 2", "? &x a\n: 1\n? a\n: 2",
      "!!int 1: 1\n1: 2", "!x 1: 1\n!x 1: 2", "\u{F0000}a: 1\n\u{F0000}a: 2", "\u{1F600}\u{1F600}: 1\n\u{1F600}\u{1F600}: 2",
      "\"\\U000F0000\": 1\nb: 1\nb: 2", "~: 1\n~: 2", "? \n: 1\n? \n: 2",
      "? |\n  a\n: 1\n? |\n  a\n: 2",
    ])
  func hiddenRepeats(text: String) {
    let (settings, problems) = SettingsSample(top: text).load()
    #expect(settings == nil && !problems.isEmpty)
  }

  @Test("never ends the process, however it is damaged", arguments: 0..<4 as Range<UInt64>)
  func damage(number: UInt64) {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    let whole = Array(SettingsSample.complete.utf8)
    let pieces = [
      "&a ", "*a", "<<: ", "!!x ", "? ", "- ", "\"", "'", "|\n", "[", "]", "{", "}", ": ", "#", "\n", "\t", "\0", "\u{301}", "\u{FEFF}",
      "%", "@", "---\n", "...\n", "\\", "\u{2028}",
    ].map { Array($0.utf8) }
    for _ in 0..<150 {
      var text = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: text.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: place)
        case 1: text.removeSubrange(place..<min(place + Int.random(in: 1...20, using: &random), text.count))
        case 2:
          text.insert(
            contentsOf: text[place...].prefix(Int.random(in: 1...60, using: &random)), at: Int.random(in: 0...text.count, using: &random))
        default: text[place] = UInt8.random(in: 0...255, using: &random)
        }
        if text.isEmpty { text = whole }
      }
      let (settings, problems) = SettingsSample.load(
        text, files: SettingsSample.completeFiles, environment: SettingsSample.completeEnvironment)
      #expect(settings != nil || problems.contains { $0.severity == .error }, "seed \(seed)")
      #expect(problems.allSatisfy { $0.line > 0 && $0.column > 0 && !$0.message.isEmpty }, "seed \(seed)")
    }
  }
}
