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

    package init(depth: Int = 32, nodes: Int = 1 << 18) {
      self.depth = depth
      self.nodes = nodes
    }
  }

  /// Reads a text whose root is a mapping. The caller has bounded the number of bytes.
  /// - Parameters:
  ///   - tags: which tags may stand in it, as they are written: `!ruby/object:Gem::Version`. A `!` by itself may stand before quotes.
  ///   - budget: asked at short intervals.
  package static func parse(
    _ bytes: [UInt8], tags: Set<ExactString> = [], limits: Limits = Limits(), budget: WorkBudget
  ) throws(YAMLError) -> YAMLNode {
    try YAMLCharacters.check(bytes, budget)
    var reader = YAMLReader(bytes, tags: tags, limits: limits, budget: budget)
    return try reader.document()
  }
}
