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
  ///
  /// - Parameters:
  ///   - allowed: Those of the keys that may stand here.
  ///   - options: More keys, which an ecosystem declares.
  func members<Key: SettingsKey>(
    _: Key.Type, only allowed: [Key] = Array(Key.allCases), options: [String] = []
  ) -> SettingsMembers<Key>? {
    guard let entries = entries() else { return nil }
    let known = allowed.map(\.rawValue) + options
    var values: [String: SettingsNode] = [:]
    for (name, key, value) in entries {
      if known.contains(name) {
        values[name] = value
      } else {
        key.error("there is no such key here", .unknownKey, suggestion: Spelling.nearest(to: name, among: known))
      }
    }
    return SettingsMembers(owner: self, values: values)
  }
}
