import StrictParsers
import TestSupport
import Testing

@Suite("Strict TOML") struct TOMLDocumentTests {
  @Test(
    "reads a value of each form",
    arguments: [
      (#"a = "x""#, .string("x")), ("a='x'", .string("x")), ("\u{FEFF}a = 'x'", .string("x")), ("a = 'x' # y", .string("x")),
      (#""a" = "\"\\\b\t\n\f\r\e\u00e9\U0001F600\x41""#, .string("\"\\\u{8}\t\n\u{C}\r\u{1B}\u{E9}\u{1F600}A")),
      ("'a' = '\\x'", .string("\\x")), ("a = \"\"\"\nx\"\"\"", .string("x")), ("a = \"\"\"\r\nx\r\ny\"\"\"", .string("x\ny")),
      ("a = \"\"\"x\\\n\n  y\"\"\"", .string("xy")), ("a = \"\"\"x\\  \n y\"\"\"", .string("xy")),
      ("a = \"\"\"\"\"x\"\"\"\"\"", .string("\"\"x\"\"")), ("a = \"\"\"x\\\"\"\"\"\"", .string("x\"\"")),
      ("a = '''\n'x'\\'''", .string("'x'\\")), ("a = ''", .string("")),
      (#"a = """""""#, .string("")),
      ("a = true", .bool(true)), ("a = false", .bool(false)), ("a = 0", .other), ("a = -0", .other), ("a = +1_000", .other),
      ("a = 9223372036854775807", .other), ("a = -9223372036854775808", .other), ("a = 0xDEAD_beef", .other), ("a = 0o755", .other),
      ("a = 0b01", .other), ("a = 1.5", .other), ("a = 1e400", .other), ("a = -1.0E+0_1", .other), ("a = inf", .other),
      ("a = -nan", .other),
      ("a = 2020-02-29", .other), ("a = 07:32:00", .other), ("a = 07:32", .other), ("a = 1979-05-27T07:32:00.999Z", .other),
      ("a = 1979-05-27 07:32:00-07:00", .other), ("a = 1979-05-27t07:32z", .other), ("a = 1979-05-27 # x", .other),
      ("a = []", .array), ("a = [\n 1, # x\n 'y',\r\n]", .array), ("a = [[1],{b=2}]", .array), ("a = {}", .table),
      ("a = {b = 1, c.d = 2}", .table),
      ("a = {\n b = 1, # x\n}", .table), ("[a]", .table), ("[ a ] # x", .table), ("[[a]]", .array), ("[a.b]", .table), ("a.b = 1", .table),
      ("b = 1", nil), ("", nil), ("# x", nil), ("\r\n\n \t", nil), ("a.b = 1\n[c]", .table),
    ] as [(String, TOMLValue?)])
  func reads(text: String, expected: TOMLValue?) throws {
    #expect(try TOMLDocument(parsing: Array(text.utf8), budget: .unlimited)["a"] == expected)
  }

  @Test(
    "finds what stands below headers, dotted keys and inline tables",
    arguments: [
      "a.b.c = 'x'", "[a]\nb.c = 'x'", "[a.b]\nc = 'x'", "a = {b = {c = 'x'}}", "a = {b.c = 'x'}", "[a.b]\nc = 'x'\n[a]\nd = 1",
      "[a]\nb = {c = 'x'}", "[a]\nb.c = 'x'\nb.d.e = 1\n[a.b.f]\n[a.g]\n[a.b.h]\n[i]\na.b = 1\n[j]\n\"a\".'b'.c = 1",
      "[[z]]\na = 1\n[[z]]\na = 2\n[z.b]\n[a.b]\nc = 'x'", "[a . 'b']\n\"c\" = 'x'",
    ])
  func finds(text: String) throws {
    let document = try TOMLDocument(parsing: Array(text.utf8), budget: .unlimited)
    #expect(document["a", "b", "c"] == .string("x") && document["a", "b", "c", "d"] == nil && document["a", "x"] == nil)
    #expect(document["a", "b"] == .table && document.keys(of: ["a"]).contains("b") && document.keys(of: ["a", "b", "c"]).isEmpty)
  }

  @Test(
    "refuses, naming reason and place,",
    arguments: [
      ("a", .unexpectedEnd, 1), ("a =", .unexpectedEnd, 3), ("a = \n", .unexpectedByte, 4), ("= 1", .unexpectedByte, 0),
      ("a b = 1", .unexpectedByte, 2),
      ("a = 1 b = 2", .unexpectedByte, 6), ("[a] b = 1", .unexpectedByte, 4), ("[a", .unexpectedEnd, 2), ("[]", .unexpectedByte, 1),
      ("[a.]", .unexpectedByte, 3),
      ("[[a]", .unexpectedEnd, 4), ("[[a] ]", .unexpectedByte, 4), ("[ [a]]", .unexpectedByte, 2), ("é = 1", .unexpectedByte, 0),
      ("a = 'x", .unexpectedEnd, 6), ("a = \"x\ny\"", .controlCharacter, 6), ("a = '\u{1}'", .controlCharacter, 5),
      ("a = '\u{7F}'", .controlCharacter, 5), ("# \u{0}", .controlCharacter, 2), ("a = '''\u{B}'''", .controlCharacter, 7),
      ("a = 1\rb = 2", .carriageReturn, 5), ("# x\ry", .carriageReturn, 3), ("a = '''\r'''", .carriageReturn, 7),
      (#"a = "\q""#, .invalidEscape, 5), (#"a = "\ud800""#, .invalidEscape, 5), (#"a = "\u12""#, .invalidEscape, 5),
      (#"a = "\UFFFFFFFF""#, .invalidEscape, 5), ("a = \"\"\"\\ x\"\"\"", .invalidEscape, 7),
      ("a = \"\"\"\"\"\"\"\"\"", .unexpectedByte, 12),
      ("a = yes", .unexpectedByte, 4), ("a = True", .unexpectedByte, 4), ("a = .5", .unexpectedByte, 4), ("a = ,", .unexpectedByte, 4),
      ("a = 01", .invalidNumber, 4), ("a = 1_", .invalidNumber, 4), ("a = 1__0", .invalidNumber, 4), ("a = 5.", .invalidNumber, 4),
      ("a = 1.e5", .invalidNumber, 4), ("a = 1e", .invalidNumber, 4), ("a = +0x1", .invalidNumber, 4), ("a = 0xg", .invalidNumber, 4),
      ("a = 9223372036854775808", .invalidNumber, 4), ("a = -9223372036854775809", .invalidNumber, 4), ("a = 1.2.3", .invalidNumber, 4),
      ("a = 00.5", .invalidNumber, 4), ("a = 0X1", .invalidNumber, 4),
      ("a = 2021-02-29", .invalidTime, 4), ("a = 2021-13-01", .invalidTime, 4), ("a = 24:00:00", .invalidTime, 4),
      ("a = 07:32:00.", .invalidTime, 4), ("a = 2021-01-01T", .invalidTime, 4), ("a = 2021-01-01T07:00+24:00", .invalidTime, 4),
      ("a = 2021-1-01", .invalidTime, 4), ("a = 2021-01-01x07:00", .invalidTime, 4), ("a = 07:32:00Z", .invalidTime, 4),
      ("a = [1 2]", .unexpectedByte, 7), ("a = [,]", .unexpectedByte, 5), ("a = [1,,2]", .unexpectedByte, 7),
      ("a = {,}", .unexpectedByte, 5),
      ("a = {b = 1 c = 2}", .unexpectedByte, 11),
      ("a = 1\na = 2", .repeatedKey, 6), ("a = 1\n'a' = 2", .repeatedKey, 6), ("a = 1\n\"\\u0061\" = 2", .repeatedKey, 6),
      ("[a]\n[a]", .repeatedKey, 4), ("[a]\nb = 1\n[a.b]", .repeatedKey, 10), ("[a]\nb = 1\n[a.b.c]", .notATable, 10),
      ("a = 1\n[a]", .repeatedKey, 6), ("[a]\n[[a]]", .repeatedKey, 4), ("[[a]]\n[a]", .repeatedKey, 6), ("a = []\n[[a]]", .repeatedKey, 7),
      ("a = {}\n[a.b]", .notATable, 7), ("a = {}\na.b = 1", .repeatedKey, 7), ("a.b = 1\na.b.c = 2", .notATable, 8),
      ("a.b = 1\n[a]", .repeatedKey, 8), ("[a.b]\n[a]\nb.c = 1", .repeatedKey, 10), ("[a.b.c]\n[a]\nb.d = 1", .repeatedKey, 12),
      ("a = {b = 1, b = 2}", .repeatedKey, 12), ("a = {b.c = 1, b = 2}", .repeatedKey, 14), ("[[a.b]]\n[a]\nb.c = 1", .repeatedKey, 12),
      ("a = [{b = 1, b = 1}]", .repeatedKey, 13), ("[a.b]\n[[a]]", .repeatedKey, 6), ("a.b.c = 1\na.b = 2", .repeatedKey, 10),
    ] as [(String, TOMLError.Reason, Int)])
  func refuses(text: String, reason: TOMLError.Reason, offset: Int) {
    #expect(throws: TOMLError(reason, at: offset)) { try TOMLDocument(parsing: Array(text.utf8), budget: .unlimited) }
  }

  @Test("refuses what is not UTF-8, at the byte where it stops to be") func encoding() {
    #expect(throws: TOMLError(.invalidUTF8, at: 5)) { try TOMLDocument(parsing: Array("a = '".utf8) + [0xFF, 0x27], budget: .unlimited) }
    #expect(throws: TOMLError.self) { try TOMLDocument(parsing: [0xFF, 0xFE, 0x61, 0], budget: .unlimited) }
  }

  @Test(
    "is bounded",
    arguments: [
      (String(repeating: "[", count: 70), .tooDeep), ("a = " + String(repeating: "[", count: 70), .tooDeep),
      ("a = " + String(repeating: "{a=", count: 70), .tooDeep), (String(repeating: "a.", count: 70) + "a = 1", .tooDeep),
      ("[" + String(repeating: "a.", count: 70) + "a]", .tooDeep),
    ] as [(String, TOMLError.Reason)])
  func bounds(text: String, reason: TOMLError.Reason) {
    do {
      _ = try TOMLDocument(parsing: Array(text.utf8), budget: .unlimited)
      Issue.record("read")
    } catch {
      #expect(error.reason == reason || text.hasPrefix("[[") && error.reason == .unexpectedByte)
    }
  }

  @Test("is read for no longer than its budget") func budget() throws {
    let text = Array(("a = [0" + String(repeating: ",0", count: 10_000) + "]").utf8)
    #expect(throws: Never.self) { try TOMLDocument(parsing: text, budget: .unlimited) }
    #expect(throws: TOMLError(.budgetSpent, at: 0)) { try TOMLDocument(parsing: text, budget: WorkBudget { true }) }
  }

  @Test("holds no more values than it may") func values() {
    let limits = TOMLDocument.Limits(values: 10)
    #expect(throws: TOMLError(.tooManyValues, at: 21)) {
      try TOMLDocument(parsing: Array("a = [1,2,3,4,5,6,7,8,9]".utf8), limits: limits, budget: .unlimited)
    }
    #expect(throws: Never.self) { try TOMLDocument(parsing: Array("a = [1,2,3,4,5,6,7,8]".utf8), limits: limits, budget: .unlimited) }
  }

  @Test("says each reason in a sentence") func reasons() {
    #expect(Set(TOMLError.Reason.allCases.map(\.rawValue)).count == TOMLError.Reason.allCases.count)
    #expect(TOMLError(.repeatedKey, at: 7).description.hasSuffix("(byte 7)"))
  }

  @Test("ends on whatever bytes there are") func garbage() {
    var random = SeededRandom(seed: 11)
    let pieces = [
      "a", ".", "=", "[", "]", "{", "}", "\"", "'", "\\", "\n", "\r\n", " ", "#", "1", "-", ":", "T", "u0041", ",", "é", "true",
    ]
    for _ in 0..<5_000 {
      let text = (0..<Int.random(in: 0..<40, using: &random)).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &random)] }.joined()
      _ = try? TOMLDocument(parsing: Array(text.utf8), budget: .unlimited)
    }
  }
}
