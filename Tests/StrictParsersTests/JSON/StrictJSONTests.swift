import StrictParsers
import TestSupport
import Testing

@Suite("Strict JSON") struct StrictJSONTests {
  @Test(
    "reads",
    arguments: [
      ("null", .null), (" true\r\n\t", .bool(true)), ("false", .bool(false)), ("0", .integer(0)), ("-1", .integer(-1)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number("9223372036854775808")),
      ("-9223372036854775809", .number("-9223372036854775809")), ("-0", .number("-0")), ("1.0", .number("1.0")), ("1e0", .number("1e0")),
      ("1E+400", .number("1E+400")), (#""""#, .string("")), (#""\u0000""#, .string("\u{0}")),
      (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
      (#""\ud83d\uDE00\u00e9é""#, .string("\u{1F600}éé")), (#""\uFFFF\uFEFF""#, .string("\u{FFFF}\u{FEFF}")), ("[]", .array([])),
      ("[ 1 , [ ] ]", .array([.integer(1), .array([])])), ("{}", .object(JSONObject([]))),
      (
        #"{"b":1,"a":{"b":2}}"#, .object(JSONObject([.init("b", .integer(1)), .init("a", .object(JSONObject([.init("b", .integer(2))])))]))
      ),
    ] as [(String, JSONValue)])
  func reads(text: String, expected: JSONValue) throws { #expect(try StrictJSON.parse(text.utf8) == expected) }

  @Test(
    "refuses, naming reason and place,",
    arguments: [
      ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("nul", .unexpectedEnd, 3), ("nulL", .unexpectedByte, 3),
      ("True", .unexpectedByte, 0),
      ("\u{FEFF}1", .byteOrderMark, 0), ("1 2", .trailingBytes, 2), ("{}\u{0}", .trailingBytes, 2), ("[1,]", .unexpectedByte, 3),
      (#"{"a":1,}"#, .unexpectedByte, 7), ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), (#"{a:1}"#, .unexpectedByte, 1),
      (#"{"a" 1}"#, .unexpectedByte, 5), ("'a'", .unexpectedByte, 0), ("\"a", .unexpectedEnd, 2), ("\"a\nb\"", .controlCharacter, 2),
      (#""\x""#, .invalidEscape, 1), (#""\u12g4""#, .invalidEscape, 5), (#""\u+123""#, .invalidEscape, 3),
      (#""\ud800""#, .loneSurrogate, 1),
      (#""\udc00""#, .loneSurrogate, 1), (#""\ud800\ud800""#, .loneSurrogate, 1), (#""\ud800\n""#, .loneSurrogate, 1),
      ("01", .invalidNumber, 0),
      ("-", .unexpectedEnd, 1), ("+1", .unexpectedByte, 0), ("1.", .unexpectedEnd, 2), (".5", .unexpectedByte, 0),
      ("1e", .unexpectedEnd, 2),
      ("1.e1", .invalidNumber, 2), ("-a", .invalidNumber, 1), ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0),
      ("0x10", .trailingBytes, 1),
      (#"{"a":1,"a":1}"#, .repeatedName, 7), (#"{"sub":1,"su\u0062":2}"#, .repeatedName, 9), ("\u{A0}1", .unexpectedByte, 0),
      ("/**/1", .unexpectedByte, 0),
    ] as [(String, JSONError.Reason, Int)])
  func refuses(text: String, reason: JSONError.Reason, offset: Int) {
    #expect(throws: JSONError(reason, at: offset)) { try StrictJSON.parse(text.utf8) }
  }

  @Test(
    "refuses what is not UTF-8, at the byte where it stops to be,",
    arguments: [
      ([0x22, 0x61, 0xFF, 0x22], 2), ([0x22, 0xC0, 0x80, 0x22], 1), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1), ([0x22, 0xE2, 0x82, 0x22], 1),
    ]
      as [([UInt8], Int)])
  func refusesOtherEncodings(bytes: [UInt8], offset: Int) {
    #expect(throws: JSONError(.invalidUTF8, at: offset)) { try StrictJSON.parse(bytes) }
  }

  @Test("takes repeated names only below the depth where they must be unique") func uniqueNames() {
    let limits = StrictJSON.Limits(depthOfUniqueNames: 1)
    #expect(throws: Never.self) { try StrictJSON.parseObject(#"{"a":{"b":1,"b":2},"c":[{"d":1,"d":1}]}"#.utf8, limits: limits) }
    #expect(throws: JSONError(.repeatedName, at: 8)) { try StrictJSON.parseObject(#"{"a":{},"a":1}"#.utf8, limits: limits) }
  }

  @Test("keeps names apart that only String takes for one")
  func exactNames() throws {
    let object = try StrictJSON.parseObject(Array("{\"caf\u{e9}\":1,\"cafe\u{301}\":2}".utf8))
    #expect(object["caf\u{e9}"] == .integer(1))
    #expect(object["cafe\u{301}"] == .integer(2))
  }

  @Test("notices a repeated name among many", arguments: [1, 11, 12, 13, 14, 1000])
  func repeatedAmongMany(count: Int) throws {
    let members = (0..<count).map { "\"n\($0)\":0" }
    #expect(try StrictJSON.parseObject(Array("{\(members.joined(separator: ","))}".utf8)).members.count == count)
    for repeated in Set([0, count / 2, count - 1]) {
      #expect(throws: JSONError.self) { try StrictJSON.parse(Array("{\((members + [members[repeated]]).joined(separator: ","))}".utf8)) }
    }
  }

  @Test("is bounded in depth", arguments: [(1, "["), (31, "["), (32, "["), (33, "["), (100_000, "["), (100_000, "{\"a\":")])
  func depth(levels: Int, bracket: String) {
    let text = String(repeating: bracket, count: levels) + (levels <= 33 ? String(repeating: "]", count: levels) : "")
    if levels <= 32 {
      #expect(throws: Never.self) { try StrictJSON.parse(text.utf8) }
    } else {
      #expect(throws: JSONError(.tooDeep, at: 32 * bracket.utf8.count)) { try StrictJSON.parse(text.utf8) }
    }
  }

  @Test("is bounded in the number of values")
  func values() {
    let limits = StrictJSON.Limits(values: 4)
    #expect(throws: Never.self) { try StrictJSON.parse("[1,2,3]".utf8, limits: limits) }
    #expect(throws: JSONError(.tooManyValues, at: 7)) { try StrictJSON.parse("[1,2,3,4]".utf8, limits: limits) }
  }

  @Test("asks its budget while it reads")
  func budget() {
    let text = "[0" + String(repeating: ",0", count: 10_000) + "]"
    #expect(throws: Never.self) { try StrictJSON.parse(text.utf8, budget: .unlimited) }
    let error = #expect(throws: JSONError.self) { try StrictJSON.parse(text.utf8, budget: WorkBudget { true }) }
    #expect(error?.reason == .budgetSpent && error?.offset ?? .max < 2_000)
  }

  @Test(
    "reads half a surrogate as U+FFFD where the caller says so",
    arguments: [
      (#""\ud800""#, "\u{FFFD}"), (#""\udc00x""#, "\u{FFFD}x"), (#""\ud800\ud800""#, "\u{FFFD}\u{FFFD}"), (#""\ud800\n""#, "\u{FFFD}\n"),
      (#""\ud800\u0041""#, "\u{FFFD}A"), (#""\ud83d\ude00""#, "\u{1F600}"), (#""\ud800\ud83d\ude00""#, "\u{FFFD}\u{1F600}"),
    ] as [(String, ExactString)])
  func surrogates(text: String, expected: ExactString) throws {
    #expect(try StrictJSON.parse(text.utf8, limits: .init(replacesLoneSurrogates: true)).string == expected)
    #expect(throws: JSONError.self) { try StrictJSON.parse(#""\ud800\u00""#.utf8, limits: .init(replacesLoneSurrogates: true)) }
  }

  @Test("is an object where one is asked for")
  func objects() {
    #expect(throws: JSONError(.notAnObject, at: 0)) { try StrictJSON.parseObject(Array("[]".utf8)) }
  }

  @Test(
    "is written so that it reads back the same, and escaped where it could deceive a reader",
    arguments: [
      (#"{"a":[1,-1.50e3,true,null,"x"],"b":{}}"#, #"{"a":[1,-1.50e3,true,null,"x"],"b":{}}"#), (#" [ "\u0041\/" ] "#, #"["A/"]"#),
      (
        #""\u0000\u001f\u007f\u009b\u2028\u202e\u2066\u061c\b\t\n\f\r\"\\""#,
        #""\u0000\u001f\u007f\u009b\u2028\u202e\u2066\u061c\b\t\n\f\r\"\\""#
      ),
      (#""é\ud83d\ude00""#, "\"é\u{1F600}\""),
    ])
  func writes(text: String, expected: String) throws {
    let value = try StrictJSON.parse(text.utf8)
    #expect(String(decoding: value.encoded(), as: UTF8.self) == expected)
    #expect(try StrictJSON.parse(value.encoded()) == value)
  }

  @Test("makes no object of members of one name")
  func checkedMembers() {
    #expect(JSONObject(checking: [.init("a", .null), .init("b", .null)])?.members.count == 2)
    #expect(JSONObject(checking: [.init("a", .null), .init("a", .null)]) == nil)
  }

  @Test("agrees with JSONTestSuite and never accepts what it refuses")
  func jsonTestSuite() throws {
    guard let rows = try VectorFile.rows("jsontestsuite/test_parsing.jsonl") else { return }
    var counts: [String: Int] = [:]
    for row in rows {
      let name = try #require(row["name"]?.string)
      let expected = try #require(row["expect"]?.string).text
      let text = try Base64.decode(try #require(row["base64"]?.string).utf8)
      // RFC 8259 lets readers differ about repeated names; we refuse them.
      let stricter = name.text.hasPrefix("y_object_duplicated_key")
      let value = try? StrictJSON.parse(text)
      switch expected {
      case "accept": #expect((value != nil) == !stricter, "\(name)")
      case "refuse": #expect(value == nil, "\(name)")
      case "either": break
      default: Issue.record("\(name): \(expected)")
      }
      if let value { #expect(try StrictJSON.parse(value.encoded()) == value, "\(name)") }
      counts["\(expected) \(value == nil ? "refused" : "accepted")", default: 0] += 1
    }
    print("counted: JSONTestSuite: \(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))")
    #expect(rows.count == 318)
  }

  @Test("refuses the objects that other readers disagree about")
  func identityAttacks() throws {
    guard let rows = try VectorFile.rows("attacks/json_identity.jsonl") else { return }
    for row in rows {
      let id = try #require(row["id"]?.string)
      let value = try? StrictJSON.parse(Base64.decode(try #require(row["b64"]?.string).utf8))
      #expect((value == nil) == (row["expect"]?.string == "reject"), "\(id)")
    }
    #expect(rows.count == 13)
  }
}
