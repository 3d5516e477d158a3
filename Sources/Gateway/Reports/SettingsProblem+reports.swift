package import Configuration
import Observability
package import StrictParsers

extension SettingsProblem {
  package var json: JSONValue {
    .members {
      $0.add("file", file)
      $0.add("line", line)
      $0.add("column", column)
      $0.add("key", keyPath)
      $0.add("severity", severity.rawValue)
      $0.add("rule", rule.rawValue)
      $0.add("message", message)
      $0.add("suggestion", suggestion)
    }
  }

  /// - Parameter isStrict: Whether warnings are errors.
  package func finding(isStrict: Bool) -> SARIFLog.Finding {
    .init(
      rule: rule.rawValue, isError: isStrict || severity == .error, message: sentence, file: file, line: line, column: column)
  }
}

extension SARIFLog.Rule {
  /// What can be wrong with a configuration.
  package static let ofSettings = SettingsProblem.Rule.allCases.map { SARIFLog.Rule(id: $0.rawValue, explanation: $0.explanation) }
}

extension SARIFLog {
  /// What is wrong with a configuration.
  package init(_ problems: [SettingsProblem], isStrict: Bool, in folder: String) {
    self.init(version: Product.version, rules: Rule.ofSettings, findings: problems.map { $0.finding(isStrict: isStrict) }, in: folder)
  }
}
