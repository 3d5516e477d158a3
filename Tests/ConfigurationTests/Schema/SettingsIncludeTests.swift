import PublisherPolicy
import TestSupport
import Testing

@testable import Configuration

@Suite("An included file") struct SettingsIncludeTests {
  private static func publisher(_ id: String) -> String {
    "{id: \(id), issuer: github, when: {repository: acme/widgets, repository_owner_id: 42, ref: refs/x}, may_publish: {python: \(id)}}"
  }

  private static func sample(_ patterns: String, _ files: [String: String]) -> SettingsSample {
    SettingsSample(
      top: "include: \(patterns)", files: Dictionary(uniqueKeysWithValues: files.map { ("/etc/imprimatur/\($0.key)", $0.value) }))
  }

  @Test("has more publishers, in the order of the files' names, relative to the file that includes them")
  func sorted() throws {
    let files = [
      "p.d/b.yaml": "- \(Self.publisher("b"))\n- \(Self.publisher("a"))", "p.d/a.yaml": "publishers: [\(Self.publisher("z"))]",
      "p.d/10.yaml": "- \(Self.publisher("ten"))",
      "p.d/9.yaml": "- \(Self.publisher("nine"))", "p.d/note.txt": "x: [", "p.d/.hidden.yaml": "x: [", "p.d/sub/c.yaml": "x: [",
      "q.yaml": "- \(Self.publisher("q"))", "other.yaml": "x: [",
    ]
    let settings = try Self.sample("[q.yaml, p.d/*.yaml]", files).settings()
    #expect(settings.publishers.map(\.id.description) == ["widgets", "q", "ten", "nine", "z", "b", "a"])
    #expect(settings.files.count == 6)
  }

  @Test("may be hidden where it is named")
  func hidden() throws {
    let settings = try Self.sample("[p.d/.q.yaml]", ["p.d/.q.yaml": "- \(Self.publisher("q"))"]).settings()
    #expect(settings.publishers.map(\.id.description) == ["widgets", "q"])
  }

  @Test("may lie beside a configuration that was named without a folder, or elsewhere")
  func places() throws {
    let text = SettingsSample(top: "include: [\"more-*.yaml\", one.yaml, /abs/*.yaml]").text
    let memory = MemoryFiles(
      files: [
        "imprimatur.yaml": text, "more-1.yaml": "- \(Self.publisher("more"))", "one.yaml": "- \(Self.publisher("one"))",
        "/abs/x.yaml": "- \(Self.publisher("abs"))",
      ].mapValues { Array($0.utf8) })
    let (settings, problems) = SettingsFile.load("imprimatur.yaml", environment: [:], reading: memory)
    #expect(problems.map(\.complaint) == [])
    #expect(settings?.publishers.map(\.id.description) == ["widgets", "more", "one", "abs"])
  }

  @Test(
    "is told what is wrong with it, under its own name",
    arguments: [
      ("- {id: x}", ["issuer is missing", "when is missing", "may_publish is missing"]),
      ("x: 1", ["there is no such key here", "publishers is missing"]), ("", ["is empty"]),
      ("include: [b.yaml]\npublishers: []", ["there is no such key here"]), ("- [", ["is not YAML: did not find expected node content"]),
      ("x", ["must be a mapping"]), ("- x", ["must be a mapping"]),
      ("- &a \(publisher("x"))", ["anchors and aliases are not allowed"]), ("- \(publisher("widgets"))", ["the id widgets stands twice"]),
    ])
  func problems(text: String, messages: [String]) {
    let problems = Self.sample("[a.yaml]", ["a.yaml": text]).load().problems
    #expect(Set(problems.map(\.message)) == Set(messages), "\(problems)")
    #expect(problems.allSatisfy { $0.file == "/etc/imprimatur/a.yaml" && $0.severity == .error })
  }

  @Test(
    "is missed where no file has the name: a pattern may match none, but who names a file means it",
    arguments: [
      ("[\"none-*.yaml\"]", "warning: include.0: matches no file"), ("[\"none/*.yaml\"]", "warning: include.0: matches no file"),
      ("[none.yaml]", "error: include.0: /etc/imprimatur/none.yaml can't be read"),
      ("[\"*/x.yaml\"]", "error: include.0: /etc/imprimatur/*/x.yaml can't be read"),
      ("[p]", "error: include.0: /etc/imprimatur/p can't be read"),
      ("x.yaml", "error: include: must be a list"), ("[[x]]", "error: include.0: must be a single value"),
    ])
  func missing(patterns: String, complaint: String) { #expect(Self.sample(patterns, ["p/x.yaml": ""]).complaints == [complaint]) }
}
