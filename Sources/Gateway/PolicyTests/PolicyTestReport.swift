package import Configuration
import Observability
package import StrictParsers

/// What became of all policy tests, in the forms in which people and programs read it.
package struct PolicyTestReport: Sendable {
  private static let rule = SARIFLog.Rule(id: "tests.failed", explanation: "A policy test does not pass.")

  private let file: String
  private let results: [PolicyTestResult]
  private let problems: [SettingsProblem]

  /// `file`: the configuration's.
  package init(_ file: String, _ results: [PolicyTestResult]) {
    self.file = file
    self.results = results
    problems = []
  }

  /// The tests can't be run.
  package init(_ file: String, broken problems: [SettingsProblem]) {
    self.file = file
    results = []
    self.problems = problems
  }

  package var exitCode: Int32 {
    guard problems.isEmpty else { return 2 }
    return !results.isEmpty && results.allSatisfy(\.passes) ? 0 : 1
  }

  /// For a terminal: a line for each test, and under each that fails how the upload was judged.
  package var text: String {
    guard problems.isEmpty else { return problems.map(\.description).joined(separator: "\n") }
    guard !results.isEmpty else { return "\(file): there is no test" }
    let lines = results.map { $0.passes ? "ok    \($0.test.name)" : "FAIL  \($0.test.name)\n\(Self.indented($0.story))" }
    return (lines + ["", "\(results.count) tests: \(results.count { $0.passes }) passed, \(results.count { !$0.passes }) failed"])
      .joined(separator: "\n")
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "      \($0)" }.joined(separator: "\n")
  }

  package var json: JSONValue {
    .members {
      $0.add("ok", exitCode == 0)
      $0.add("passed", results.count { $0.passes })
      $0.add("failed", results.count { !$0.passes })
      $0.add("tests", results.map(\.json))
      $0.add("problems", problems.map(\.json))
    }
  }

  package var junit: JUnitReport {
    var cases = results.map { result in
      JUnitReport.Case(
        result.test.name, file: result.test.file, result.passes ? .passed : .failed(result.sentence, details: result.story))
    }
    if !problems.isEmpty {
      let words = problems.map(\.description).joined(separator: "\n")
      cases.append(.init("configuration", file: file, .broken("the configuration can't be used", details: words)))
    }
    return JUnitReport("imprimatur test", cases)
  }

  /// `folder`: see `SARIFLog`.
  package func sarif(in folder: String) -> SARIFLog {
    let failures = results.filter { !$0.passes }.map { result in
      SARIFLog.Finding(
        rule: Self.rule.id, isError: true, message: "\(result.test.name): \(result.sentence)", file: result.test.file,
        line: result.test.line, column: result.test.column)
    }
    return SARIFLog(
      version: Product.version, rules: SARIFLog.Rule.ofSettings + [Self.rule],
      findings: problems.map { $0.finding(isStrict: false) } + failures, in: folder)
  }
}

extension PolicyTestResult {
  /// Where the test stands, what differs, and how the upload was judged.
  fileprivate var story: String { "\(test.file):\(test.line):\(test.column): \(sentence)\n\n\(explanation.text)" }

  fileprivate var json: JSONValue {
    .members {
      $0.add("name", test.name)
      $0.add("file", test.file)
      $0.add("line", test.line)
      $0.add("column", test.column)
      $0.add("ok", passes)
      $0.add("detail", sentence)
      $0.add("explanation", .object(explanation.json))
    }
  }
}
