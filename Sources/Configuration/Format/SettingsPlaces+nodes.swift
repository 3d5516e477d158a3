import Yams

extension SettingsPlaces {
  /// - Parameter nodes: Mappings, which are looked into.
  init(of nodes: [SettingsNode]) {
    var places: [String: Place] = [:]
    for node in nodes { Self.add(node, to: &places) }
    self.init(places: places)
  }

  private static func add(_ node: SettingsNode, to places: inout [String: Place]) {
    places[node.keyPath] = Place(file: node.file, line: node.line, column: node.column)
    guard case .mapping(let mapping) = node.node else { return }
    for (key, value) in mapping {
      if let name = key.scalar?.string { add(node.child(value, name), to: &places) }
    }
  }
}
