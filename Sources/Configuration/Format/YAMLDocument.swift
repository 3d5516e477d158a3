import StrictParsers
import Yams

/// The one YAML document of a file, in which each value is what stands there.
struct YAMLDocument {
  /// More than a person repeats by mistake. Each costs another reading of the whole file.
  private static let mostRepeatedKeys = 32
  /// A plane of private use: no key of a configuration begins with its characters.
  private static let privateUse: UInt32 = 0xF_0000

  let root: Node
  /// Nodes hold their anchors weakly: with the parser would go what tells that a value stands elsewhere.
  private let parser: Parser
  /// What keys that stand twice were called, by what they are called now.
  private let renamed: [Unicode.Scalar: String]

  /// `nil` if there is none.
  ///
  /// Yams gives nothing at all of a file in which a key stands twice. The first of the two is renamed then, so that the rest can be read and checked.
  init?(_ text: String) throws {
    // libyaml skips a byte order mark only where it is to guess the encoding.
    var text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    var renamed: [Unicode.Scalar: String] = [:]
    while true {
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      do {
        guard let root = try parser.singleRoot() else { return nil }
        self.root = root
        self.parser = parser
        self.renamed = renamed
        return
      } catch let error as YamlError {
        guard case .duplicatedKeysInMapping(let names, let context) = error, let name = names.first,
          renamed.count < Self.mostRepeatedKeys, let place = Self.place(of: context.mark, in: text),
          let mark = Unicode.Scalar(Self.privateUse + UInt32(renamed.count))
        else { throw error }
        text.unicodeScalars.replaceSubrange(place...place, with: [mark])
        renamed[mark] = name
      }
    }
  }

  /// What a key that stands twice was called; `nil` for any other.
  func repeatedName(_ key: Node) -> String? { key.scalar?.string.unicodeScalars.first.flatMap { renamed[$0] } }

  /// The first character of the key at a mark; `nil` if it has none that could be another.
  private static func place(of mark: Mark, in text: String) -> String.Index? {
    let scalars = text.unicodeScalars
    var place = scalars.startIndex
    for _ in 1..<max(mark.line, 1) {
      guard let end = scalars[place...].firstIndex(where: isLineBreak) else { return nil }
      place = scalars.index(after: end)
      if scalars[end] == "\r", place < scalars.endIndex, scalars[place] == "\n" { place = scalars.index(after: place) }
    }
    guard let key = scalars.index(place, offsetBy: max(mark.column, 1) - 1, limitedBy: scalars.endIndex), key < scalars.endIndex else {
      return nil
    }
    guard scalars[key] == "\"" || scalars[key] == "'" else { return key }
    let inside = scalars.index(after: key)
    return inside < scalars.endIndex && scalars[inside] != scalars[key] ? inside : nil
  }

  /// YAML 1.1, section 4.1.4, as libyaml counts lines.
  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool { ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) }
}

extension YAMLDocument {
  /// Explicit tags that say of a scalar what it would be anyway.
  private static let usualTags = Set(["str", "int", "float", "bool", "null", "timestamp", "seq", "map"].map { "tag:yaml.org,2002:\($0)" })

  /// The document without what makes a file mean something else than what stands there, each of which is reported: anchors, merge keys, custom tags and
  /// repeated keys.
  func checked(file: String, problems: SettingsProblems) -> SettingsNode {
    var anchors: Set<String> = []
    return withExtendedLifetime(parser) { check(SettingsNode(node: root, file: file, keyPath: "", problems: problems), &anchors) }
  }

  /// `anchors`: where those stand that were reported. An alias is a copy of what bears the anchor, and aliases of aliases would take for ever.
  private func check(_ value: SettingsNode, _ anchors: inout Set<String>) -> SettingsNode {
    if value.node.anchor != nil {
      guard anchors.insert("\(value.line):\(value.column)").inserted else { return value }
      value.error("anchors and aliases are not allowed")
    }
    if !Self.usualTags.contains(value.node.tag.description) { value.error("custom tags are not allowed") }
    switch value.node {
    case .scalar, .alias: return value
    case .sequence(let sequence):
      var elements: [Node] = []
      for (index, element) in sequence.enumerated() { elements.append(check(value.child(element, String(index)), &anchors).node) }
      return value.replacing(.sequence(.init(elements, sequence.tag, sequence.style, sequence.mark)))
    case .mapping(let mapping):
      return value.replacing(.mapping(.init(members(of: mapping, value, &anchors), mapping.tag, mapping.style, mapping.mark)))
    }
  }

  private func members(of mapping: Node.Mapping, _ owner: SettingsNode, _ anchors: inout Set<String>) -> [(Node, Node)] {
    var members: [(Node, Node)] = []
    var names: Set<ExactString> = []
    for (key, value) in mapping {
      let name = repeatedName(key) ?? key.scalar?.string ?? "?"
      // Yams compares keys with their tags.
      if repeatedName(key) != nil || (key.scalar != nil && !names.insert(ExactString(name)).inserted) {
        owner.child(key, name).error("stands twice")
      } else if key.scalar?.style == .plain, name == "<<" {
        owner.child(key, name).error("merge keys are not allowed")
      } else {
        members.append((check(owner.child(key, name), &anchors).node, check(owner.child(value, name), &anchors).node))
      }
    }
    return members
  }
}
