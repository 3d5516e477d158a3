import Foundation
import StrictParsers
import Testing

@testable import Gateway

@Suite("A report for programs") struct ReportsTests {
  // MARK: XML

  @Test(
    "holds in XML whatever a name holds",
    arguments: [
      ("a<b>&\"c\"'", "a&lt;b&gt;&amp;&quot;c&quot;'", "a&lt;b&gt;&amp;&quot;c&quot;'"),
      ("]]>", "]]&gt;", "]]&gt;"), ("a\tb\nc\rd\r\n", "a&#9;b&#10;c&#13;d&#13;&#10;", "a\tb\nc&#13;d&#13;\n"),
      ("\u{0}\u{1b}[31m\u{7f}\u{85}", "\\u{0}\\u{1b}[31m\\u{7f}\\u{85}", "\\u{0}\\u{1b}[31m\\u{7f}\\u{85}"),
      ("\u{fffe}\u{ffff}\u{202e}\u{2028}", "\\u{fffe}\\u{ffff}\\u{202e}\\u{2028}", "\\u{fffe}\\u{ffff}\\u{202e}\\u{2028}"),
      ("é\u{1F600}", "é\u{1F600}", "é\u{1F600}"),
    ])
  func escaping(value: String, inAttribute: String, inText: String) {
    let document = XMLElement("e", [("a", value)], text: value).document
    #expect(document == Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<e a=\"\(inAttribute)\">\(inText)</e>\n".utf8))
  }

  @Test("counts the tests of each file, in the order in which they come")
  func junit() {
    let report = JUnitReport(
      "tests",
      [
        .init("a", file: "x.yaml", .passed), .init("b", file: "y.yaml", .failed("differs", details: "1 < 2")),
        .init("c", file: "x.yaml", .broken("odd", details: "")),
      ])
    let expected = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="tests" tests="3" failures="1" errors="1" time="0">
        <testsuite name="x.yaml" tests="2" failures="0" errors="1" skipped="0" time="0">
          <testcase name="a" classname="x.yaml" file="x.yaml" time="0"/>
          <testcase name="c" classname="x.yaml" file="x.yaml" time="0">
            <error message="odd" type="error"/>
          </testcase>
        </testsuite>
        <testsuite name="y.yaml" tests="1" failures="1" errors="0" skipped="0" time="0">
          <testcase name="b" classname="y.yaml" file="y.yaml" time="0">
            <failure message="differs" type="failure">1 &lt; 2</failure>
          </testcase>
        </testsuite>
      </testsuites>

      """
    #expect(String(decoding: report.document, as: UTF8.self) == expected)
  }

  // MARK: SARIF

  @Test(
    "names a file relative to the folder that it is read in",
    arguments: [
      ("imprimatur.yaml", "imprimatur.yaml"), ("./a/../b.yaml", "b.yaml"), ("/work/here/a/b.yaml", "a/b.yaml"),
      ("/work/hereafter/b.yaml", "file:///work/hereafter/b.yaml"), ("../b.yaml", "file:///work/b.yaml"), ("/etc/x", "file:///etc/x"),
      ("a b%/c:d#e?.yaml", "a%20b%25/c%3Ad%23e%3F.yaml"), ("http:x", "http%3Ax"), ("é.yaml", "%C3%A9.yaml"),
      ("/work/here", "file:///work/here"),
    ])
  func references(path: String, uri: String) { #expect(FileReference(path, from: "/work/here/").uri == uri) }

  @Test("points from each finding to its rule", arguments: [false, true])
  func rules(isStrict: Bool) throws {
    let problems = [
      SettingsProblem(file: "a.yaml", line: 3, column: 7, keyPath: "x.y", severity: .warning, rule: .publisher, message: "m"),
      SettingsProblem(file: "a.yaml", severity: .error, rule: .unknownKey, message: "n", suggestion: "o"),
    ]
    let run = try #require(SARIFLog(problems, isStrict: isStrict, in: "/").json.object?["runs"]?.array?.first?.object)
    let driver = try #require(run["tool"]?.object?["driver"]?.object)
    let ids = try #require(driver["rules"]?.array).map { $0.object?["id"]?.string }
    let results = try #require(run["results"]?.array).compactMap(\.object)
    #expect(results.map { $0["ruleId"]?.string } == ["settings.publisher", "settings.unknown-key"])
    for result in results { #expect(try ids[Int(#require(result["ruleIndex"]?.integer))] == result["ruleId"]?.string) }
    #expect(results.map { $0["level"]?.string } == [isStrict ? "error" : "warning", "error"])
    #expect(results.map { $0["message"]?.object?["text"]?.string } == ["x.y: m", "n (did you mean \"o\"?)"])
  }
}
