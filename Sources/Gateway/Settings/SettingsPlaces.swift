import Yams

/// Where values of a configuration stand, for what is found out about them after it was read.
struct SettingsPlaces: Sendable {
  private struct Place: Sendable {
    let file: String
    let line: Int
    let column: Int
  }

  private var places: [String: Place] = [:]

  /// - Parameter nodes: Mappings, which are looked into.
  init(of nodes: [SettingsNode]) {
    for node in nodes { add(node) }
  }

  private mutating func add(_ node: SettingsNode) {
    places[node.keyPath] = Place(file: node.file, line: node.line, column: node.column)
    guard case .mapping(let mapping) = node.node else { return }
    for (key, value) in mapping {
      if let name = key.scalar?.string { add(node.child(value, name)) }
    }
  }

  /// A problem of the value at this path, or of the one that it would stand in.
  func problem(
    _ keyPath: String, _ severity: SettingsProblem.Severity, _ rule: SettingsProblem.Rule, _ message: String, file: String
  ) -> SettingsProblem {
    var path = keyPath[...]
    while places[String(path)] == nil, let dot = path.lastIndex(of: ".") { path = path[..<dot] }
    let place = places[String(path)] ?? Place(file: file, line: 1, column: 1)
    return SettingsProblem(
      file: place.file, line: place.line, column: place.column, keyPath: keyPath, severity: severity, rule: rule, message: message)
  }
}
