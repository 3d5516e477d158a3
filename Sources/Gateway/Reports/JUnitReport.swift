import Observability

/// Test results in the XML that CI systems read, as JUnit first wrote it. Nothing is timed.
package struct JUnitReport {
  package enum Outcome: Sendable {
    case passed
    /// What was found, in one line, and all that is known of it.
    case failed(String, details: String)
    /// The test could not be run.
    case broken(String, details: String)
  }

  package struct Case: Sendable {
    let name: String
    let file: String
    let outcome: Outcome

    package init(_ name: String, file: String, _ outcome: Outcome) {
      self.name = name
      self.file = file
      self.outcome = outcome
    }
  }

  private let name: String
  private let cases: [Case]

  package init(_ name: String, _ cases: [Case]) {
    self.name = name
    self.cases = cases
  }

  package var document: [UInt8] {
    var files: [String] = []
    for test in cases where !files.contains(test.file) { files.append(test.file) }
    let suites = files.map { file in
      let cases = cases.filter { $0.file == file }
      return XMLElement("testsuite", [("name", file)] + Self.counts(cases) + [("skipped", "0"), ("time", "0")], cases.map(\.element))
    }
    return XMLElement("testsuites", [("name", name)] + Self.counts(cases) + [("time", "0")], suites).document
  }

  private static func counts(_ cases: [Case]) -> [(name: StaticString, value: String)] {
    let failures = cases.count { if case .failed = $0.outcome { true } else { false } }
    let errors = cases.count { if case .broken = $0.outcome { true } else { false } }
    return [("tests", "\(cases.count)"), ("failures", "\(failures)"), ("errors", "\(errors)")]
  }
}

extension JUnitReport.Case {
  fileprivate var element: XMLElement {
    let findings: [XMLElement] =
      switch outcome {
      case .passed: []
      case .failed(let message, let details): [XMLElement("failure", [("message", message), ("type", "failure")], text: details)]
      case .broken(let message, let details): [XMLElement("error", [("message", message), ("type", "error")], text: details)]
      }
    return XMLElement("testcase", [("name", name), ("classname", file), ("file", file), ("time", "0")], findings)
  }
}
