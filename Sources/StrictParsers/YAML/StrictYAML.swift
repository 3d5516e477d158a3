/// The YAML that tools write into packages: one document whose root is a mapping in block style, within it whatever has one meaning in YAML 1.1 and
/// 1.2.
///
/// Refused is what readers resolve differently: anchors, aliases, merge keys, keys that stand twice, tags that the caller does not name, directives,
/// explicit keys, tabs among the spaces of a line's beginning, line separators of Unicode, and encodings other than UTF-8.
package enum StrictYAML {
  package struct Limits: Hashable, Sendable {
    /// How many sequences and mappings may be open at once.
    package var depth: Int
    /// How many values of all kinds there may be, keys included.
    package var nodes: Int

    package init(depth: Int = 32, nodes: Int = 1 << 17) {
      self.depth = depth
      self.nodes = nodes
    }
  }

  /// Whose readings are compared.
  package enum Dialect: Hashable, Sendable {
    /// All readers', those of YAML 1.1 among them.
    case common
    /// Those of YAML 1.2, which know a question mark within brackets as a character of a plain scalar: `{url: https://example.com/a?b}`.
    case yaml12
  }

  /// Reads a text whose root is a mapping. The caller has bounded the number of bytes.
  /// - Parameters:
  ///   - tags: which tags may stand in it, as they are written: `!ruby/object:Gem::Version`. A `!` by itself may stand before quotes.
  ///   - budget: asked at short intervals.
  package static func parse(
    _ bytes: [UInt8], tags: Set<ExactString> = [], dialect: Dialect = .common, limits: Limits = Limits(), budget: WorkBudget
  ) throws(YAMLError) -> YAMLNode {
    try YAMLCharacters.check(bytes, budget)
    var reader = YAMLReader(bytes, tags: tags, dialect: dialect, limits: limits, budget: budget)
    return try reader.document()
  }

  /// The key of the root mapping that a place belongs to; `nil` if it is not a word of 30 letters, digits, hyphens and underscores at most.
  /// - Parameter offset: Bytes of the text before the place.
  package static func rootKey(at offset: Int, in bytes: [UInt8]) -> ExactString? {
    var end = min(offset, bytes.count)
    var start: Int
    repeat {
      start = bytes[..<end].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
      let key = bytes[start...].prefix(31).prefix { ASCII.isAlphanumeric($0) || "-_".utf8.contains($0) }
      let rest = bytes[key.endIndex...].drop { $0 == YAMLReader.space }
      if !key.isEmpty, key.count <= 30, key.first != UInt8(ascii: "-"), rest.first == UInt8(ascii: ":") {
        return ExactString(utf8: key)
      }
      end = start - 1
    } while start > 0
    return nil
  }
}
