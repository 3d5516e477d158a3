/// Where values of a configuration stand, for what is found out about them after it was read.
package struct SettingsPlaces: Sendable {
  struct Place: Sendable {
    let file: String
    let line: Int
    let column: Int
  }

  /// By the path of their keys.
  let places: [String: Place]

  /// A problem of the value at this path, or of the one that it would stand in.
  package func problem(
    _ keyPath: String, _ severity: SettingsProblem.Severity, _ rule: SettingsProblem.Rule, _ message: String, file: String
  ) -> SettingsProblem {
    var path = keyPath[...]
    while places[String(path)] == nil, let dot = path.lastIndex(of: ".") { path = path[..<dot] }
    let place = places[String(path)] ?? Place(file: file, line: 1, column: 1)
    return SettingsProblem(
      file: place.file, line: place.line, column: place.column, keyPath: keyPath, severity: severity, rule: rule, message: message)
  }
}
