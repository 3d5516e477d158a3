import Configuration
import StrictParsers
import Testing

@testable import Gateway

@Suite("A report in SARIF") struct SARIFLogTests {
  @Test(
    "names a file relative to the folder that it is read in",
    arguments: [
      ("imprimatur.yaml", "imprimatur.yaml"), ("./a/../b.yaml", "b.yaml"), ("/srv/here/a/b.yaml", "a/b.yaml"),
      ("/srv/hereafter/b.yaml", "file:///srv/hereafter/b.yaml"), ("../b.yaml", "file:///srv/b.yaml"), ("/etc/x", "file:///etc/x"),
      ("a b%/c:d#e?.yaml", "a%20b%25/c%3Ad%23e%3F.yaml"), ("http:x", "http%3Ax"), ("é.yaml", "%C3%A9.yaml"),
      ("/srv/here", "file:///srv/here"),
    ])
  func references(path: String, uri: String) { #expect(FileReference(path, from: "/srv/here/").uri == uri) }

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
