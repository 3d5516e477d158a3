/// What is wrong with a configuration, and where.
package struct SettingsProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Severity: String, Sendable { case error, warning }

  /// What kind of problem it is: words that reports for programs keep to.
  package enum Rule: String, CaseIterable, Sendable {
    case unreadable = "settings.unreadable"
    case syntax = "settings.syntax"
    case unknownKey = "settings.unknown-key"
    case missingKey = "settings.missing-key"
    case unknownName = "settings.unknown-name"
    /// Any other.
    case invalid = "settings.invalid"
    case publisher = "settings.publisher"
    case unusable = "settings.unusable"
    case online = "settings.online"
  }

  package let file: String
  /// From 1.
  package let line: Int
  package let column: Int
  /// `registries.python.upstream.url`.
  package let keyPath: String
  package let severity: Severity
  package let rule: Rule
  package let message: String
  package let suggestion: String?

  package init(
    file: String, line: Int = 1, column: Int = 1, keyPath: String = "", severity: Severity, rule: Rule, message: String,
    suggestion: String? = nil
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.keyPath = keyPath
    self.severity = severity
    self.rule = rule
    self.message = message
    self.suggestion = suggestion
  }

  package var description: String { "\(file):\(line):\(column): \(severity.rawValue): \(sentence)" }

  /// The same without its place in the file.
  package var sentence: String {
    (keyPath.isEmpty ? "" : "\(keyPath): ") + message + (suggestion.map { " (did you mean \"\($0)\"?)" } ?? "")
  }
}

extension SettingsProblem.Rule {
  /// One sentence for the reader of a report.
  package var explanation: String {
    switch self {
    case .unreadable: "A file of the configuration can't be read."
    case .syntax: "A file of the configuration is not YAML."
    case .unknownKey: "A key is not known where it stands."
    case .missingKey: "A required key is missing."
    case .unknownName: "Something is named that the configuration does not have."
    case .invalid: "A value is not what it must be, or means less than it seems to."
    case .publisher: "A publisher can't be carried out, or may do more than it should."
    case .unusable: "What the configuration names can't be used."
    case .online: "An issuer or a registry does not answer as it must."
    }
  }
}
