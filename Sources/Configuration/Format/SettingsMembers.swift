/// The keys of one mapping of the configuration, by their names in the file. The documents have the comments of the cases, in which the default stands
/// last.
protocol SettingsKey: RawRepresentable<String>, CaseIterable, Sendable {}

/// A mapping whose keys were checked.
struct SettingsMembers<Key: SettingsKey> {
  let owner: SettingsNode
  private let values: [String: SettingsNode]

  init(owner: SettingsNode, values: [String: SettingsNode]) {
    self.owner = owner
    self.values = values
  }

  subscript(_ key: Key) -> SettingsNode? { values[key.rawValue] }
  subscript(option name: String) -> SettingsNode? { values[name] }

  /// How many of the keys that are known stand there.
  var count: Int { values.count }

  func required(_ key: Key) -> SettingsNode? { required(option: key.rawValue) }

  func required(option name: String) -> SettingsNode? {
    if let value = values[name] { return value }
    owner.error("\(name) is missing", .missingKey)
    return nil
  }

  /// The parsed value, or `usual` where there is none or it is wrong, which is reported.
  func value<Value>(_ key: Key, _ usual: Value, _ parse: (SettingsNode) -> Value?) -> Value { self[key].flatMap(parse) ?? usual }
}
