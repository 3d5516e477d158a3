import PublisherPolicy
import StrictParsers
import TestSupport
import Testing

@testable import Configuration

@Suite("A file with a publisher a line") struct SettingsLinesTests {
  private static func line(
    _ id: String, _ more: String = "", when: String = #"{"repository":"acme/widgets","repository_id":"1","ref":"refs/x"}"#
  ) -> String {
    #"{"id":"\#(id)","issuer":"github","when":\#(when),"may_publish":{"python":"\#(id)"}\#(more)}"#
  }

  private static func sample(_ text: String) -> SettingsSample {
    SettingsSample(top: "include: [lines/*.jsonl]", files: ["/etc/imprimatur/lines/a.jsonl": text])
  }

  @Test("has them in their order, whether or not its last line ends", arguments: ["", "\n"])
  func order(end: String) throws {
    let settings = try Self.sample("\(Self.line("b"))\n\(Self.line("a"))\r\n \(Self.line("c"))\(end)").settings()
    #expect(settings.publishers.map(\.id.description) == ["widgets", "b", "a", "c"])
    #expect(settings.files.contains("/etc/imprimatur/lines/a.jsonl"))
  }

  @Test(
    "means what the same would mean in YAML",
    arguments: [
      ("", ""), (#","create":"any""#, ", create: any"), (#","expires":"2027-01-01""#, ", expires: 2027-01-01"),
    ])
  func same(json: String, yaml: String) throws {
    let when =
      #"{"repository":["acme/widgets","acme/x-*"],"repository_owner_id":42,"tag":"v{version}","ref_protected":true,"workflow":"a.yml"}"#
    let lines = try Self.sample(Self.line("one", json, when: when)).settings()
    let written = "{id: one, issuer: github, when: {repository: [acme/widgets, acme/x-*], repository_owner_id: 42, tag: \"v{version}\","
    let rest = "ref_protected: true, workflow: a.yml}, may_publish: {python: one}\(yaml)}"
    let file = "- \(written) \(rest)"
    let other = try SettingsSample(top: "include: [a.yaml]", files: ["/etc/imprimatur/a.yaml": file]).settings()
    #expect(lines.publishers == other.publishers)
  }

  @Test(
    "is told what is wrong with a line, and where",
    arguments: [
      ("", "is not a JSON object: the text ends too early", 1), ("[]", "is not a JSON object: the text is not an object", 1),
      ("{}", "id is missing", 1), (#"{"id":"a","id":"b"}"#, "is not a JSON object: an object has this name twice", 11),
      ("\u{feff}{}", "is not a JSON object: the text begins with a byte order mark", 1),
      (line("a", #","name":"x""#), "there is no such key here", 1), (line("A"), "an id is made of a-z, 0-9 and hyphens", 1),
      (line("widgets"), "the id widgets stands twice", 1), (line("a", #","create":"some""#), "must be named or any or none", 1),
      (line("a", #","expires":"soon""#), "\"soon\" is not a date: YYYY-MM-DD", 1),
      (line("a", #","expires":2027"#), "\"2027\" is not a date: YYYY-MM-DD", 1),
      (line("a", when: "null"), "must be a mapping", 1),
      (line("a", when: #"{"repository":null,"repository_id":"1","ref":"refs/x"}"#), "is empty", 1),
      (line("a", when: #"{"repository":"acme/x","repository_id":"1","ref":{"a":"b"}}"#), "must be a single value", 1),
      (line("a", when: #"{"repository":"acme/x","repository_id":"1","reff":"x"}"#), "github has no condition of this name", 1),
      (line("a", when: #"{"repository":"acme/x","repository_id":"1","ref":"refs/a\u0000"}"#), "holds a control character", 1),
      (#"{"id":"a","issuer":"gitlab","when":{"project_id":"1"},"may_publish":{"python":"a"}}"#, "there is no issuer \"gitlab\"", 1),
      (
        #"{"id":"a","issuer":"github","when":{"repository_id":"1","ref":"refs/x"},"may_publish":{"pyton":"a"}}"#,
        "there is no registry \"pyton\"", 1
      ),
    ])
  func mistakes(line: String, message: String, column: Int) {
    let problems = Self.sample("\(Self.line("fine"))\n\(line)\n\(Self.line("too"))\n").load().problems
    #expect(problems.contains { $0.message == message && $0.line == 2 && $0.column == column }, "\(problems)")
    #expect(problems.allSatisfy { $0.file == "/etc/imprimatur/lines/a.jsonl" && $0.line == 2 })
  }

  @Test("tells of a hundred lines, and counts the others")
  func many() throws {
    let wrong = Self.sample(Array(repeating: "{}", count: 250).joined(separator: "\n")).load()
    #expect(wrong.problems.contains { $0.message == "150 more of its lines were not looked into" })
    #expect(Set(wrong.problems.map(\.line)).count == 100)
    let doubtful = (0..<250).map { Self.line("p\($0)", when: #"{"repository":"acme/widgets","repository_id":"1"}"#) }
    let (settings, problems) = Self.sample(doubtful.joined(separator: "\n")).load()
    #expect(settings?.publishers.count == 251)
    #expect(problems.count == 101 && problems.contains { $0.message == "150 more of its lines are doubtful" })
  }

  @Test("may need a second look at each line, and is fine all the same")
  func secondLook() throws {
    let lines = (0..<250).map {
      #"{"id":\#($0),"issuer":"github","when":{"repository_id":"1","ref":"refs/x"},"may_publish":{"python":"a"}}"#
    }
    let sample = SettingsSample(top: "include: [a.jsonl]", files: ["/etc/imprimatur/a.jsonl": lines.joined(separator: "\n")])
    #expect(try sample.settings().publishers.count == 251)
  }

  @Test("is missed where it is named and is not there")
  func missing() {
    let complaints = SettingsSample(top: "include: [none.jsonl]").complaints
    #expect(complaints == ["error: : can't be read"])
  }

  @Test("may have ten thousand, of which each is found")
  func tenThousand() throws {
    let lines = (0..<10_000).map { Self.line("p\($0)", when: #"{"repository":"acme/r\#($0)","repository_id":"\#($0)","ref":"refs/x"}"#) }
    let settings = try Self.sample(lines.joined(separator: "\n")).settings()
    #expect(settings.publishers.count == 10_001)
    #expect(settings.publishers[7778].repositories == ["acme/r7777"])
  }
}
