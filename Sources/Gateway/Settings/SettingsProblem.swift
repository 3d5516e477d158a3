/// What is wrong with a configuration, and where.
package struct SettingsProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Severity: String, Sendable { case error, warning }

  package let file: String
  /// From 1.
  package let line: Int
  package let column: Int
  /// `registries.python.upstream.url`.
  package let keyPath: String
  package let severity: Severity
  package let message: String
  package let suggestion: String?

  package var description: String {
    let place = keyPath.isEmpty ? "" : "\(keyPath): "
    return "\(file):\(line):\(column): \(severity.rawValue): \(place)\(message)" + (suggestion.map { " (did you mean \"\($0)\"?)" } ?? "")
  }
}
