import PublisherPolicy
import StrictParsers
import Yams

/// Gathers all problems of a configuration, so that they are reported at once.
final class SettingsProblems {
  private(set) var all: [SettingsProblem] = []

  func add(_ problem: SettingsProblem) { all.append(problem) }

  var hasErrors: Bool { all.contains { $0.severity == .error } }
}

/// One value of a configuration file, and where it stands.
struct SettingsNode {
  let node: Node
  let file: String
  let keyPath: String
  let problems: SettingsProblems
  /// Where a value stands of which YAML does not know it.
  let place: (line: Int, column: Int)?

  init(node: Node, file: String, keyPath: String, problems: SettingsProblems, place: (line: Int, column: Int)? = nil) {
    self.node = node
    self.file = file
    self.keyPath = keyPath
    self.problems = problems
    self.place = place
  }

  func error(_ message: String, _ rule: SettingsProblem.Rule = .invalid, suggestion: String? = nil) {
    report(.error, rule, message, suggestion)
  }

  func warn(_ message: String, _ rule: SettingsProblem.Rule = .invalid) { report(.warning, rule, message, nil) }

  private func report(
    _ severity: SettingsProblem.Severity, _ rule: SettingsProblem.Rule, _ message: String, _ suggestion: String?
  ) {
    problems.add(
      SettingsProblem(
        file: file, line: line, column: column, keyPath: keyPath, severity: severity, rule: rule, message: message,
        suggestion: suggestion))
  }

  var line: Int { place?.line ?? node.mark?.line ?? 1 }
  var column: Int { place?.column ?? node.mark?.column ?? 1 }

  /// What stands at the end of a path of keys, or the last on the way that is there.
  func nearest(_ keys: [String]) -> SettingsNode {
    var found = node
    for key in keys {
      guard case .mapping(let mapping) = found, let value = mapping.first(where: { $0.key.scalar?.string == key })?.value else { break }
      found = value
    }
    return SettingsNode(node: found, file: file, keyPath: keys.joined(separator: "."), problems: problems, place: place)
  }

  func replacing(_ node: Node) -> SettingsNode { SettingsNode(node: node, file: file, keyPath: keyPath, problems: problems, place: place) }

  func child(_ node: Node, _ name: String) -> SettingsNode {
    SettingsNode(node: node, file: file, keyPath: keyPath.isEmpty ? name : "\(keyPath).\(name)", problems: problems, place: place)
  }

  /// The text that stands there, whatever YAML would take it for; nil, and a problem, where it is no text or none.
  func text() -> String? {
    guard case .scalar(let scalar) = node else {
      error("must be a single value")
      return nil
    }
    guard !scalar.string.isEmpty else {
      error("is empty")
      return nil
    }
    // They end lines, fields and C's strings, and nobody sees them.
    guard !scalar.string.utf8.contains(where: ASCII.isControl) else {
      error("holds a control character")
      return nil
    }
    return scalar.string
  }

  /// A text, or a list of texts.
  func texts() -> [SettingsNode] {
    guard case .sequence(let sequence) = node else { return [self] }
    return sequence.enumerated().map { child($0.element, String($0.offset)) }
  }

  func items() -> [SettingsNode]? {
    guard case .sequence(let sequence) = node else {
      error("must be a list")
      return nil
    }
    return sequence.enumerated().map { child($0.element, String($0.offset)) }
  }

  /// The members of a mapping of any names.
  func entries() -> [(name: String, key: SettingsNode, value: SettingsNode)]? {
    guard case .mapping(let mapping) = node else {
      error("must be a mapping")
      return nil
    }
    return mapping.compactMap { key, value in
      guard case .scalar(let scalar) = key else {
        child(key, "?").error("a key must be a single value")
        return nil
      }
      return (scalar.string, child(key, scalar.string), child(value, scalar.string))
    }
  }

  /// The names that stand there, whether or not what they name is right; none where it is no mapping.
  var names: [String] { node.mapping.map { $0.keys.compactMap { $0.scalar?.string } } ?? [] }

  /// The members of a mapping with these keys and no others.
  func members(_ known: [String], later: [String: String] = [:]) -> SettingsMembers? {
    guard let entries = entries() else { return nil }
    var values: [String: SettingsNode] = [:]
    for (name, key, value) in entries {
      if let message = later[name] {
        key.error(message, .unknownKey)
      } else if known.contains(name) {
        values[name] = value
      } else {
        key.error("there is no such key here", .unknownKey, suggestion: Spelling.nearest(to: name, among: known))
      }
    }
    return SettingsMembers(owner: self, values: values)
  }
}

/// A mapping whose keys were checked.
struct SettingsMembers {
  let owner: SettingsNode
  private let values: [String: SettingsNode]

  init(owner: SettingsNode, values: [String: SettingsNode]) {
    self.owner = owner
    self.values = values
  }

  subscript(_ key: String) -> SettingsNode? { values[key] }

  /// How many of the keys that are known stand there.
  var count: Int { values.count }

  func required(_ key: String) -> SettingsNode? {
    if let value = values[key] { return value }
    owner.error("\(key) is missing", .missingKey)
    return nil
  }

  /// The parsed value, or `usual` where there is none or it is wrong, which is reported.
  func value<Value>(_ key: String, _ usual: Value, _ parse: (SettingsNode) -> Value?) -> Value { values[key].flatMap(parse) ?? usual }
}
