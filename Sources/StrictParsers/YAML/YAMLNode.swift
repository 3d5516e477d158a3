/// One value of a YAML text, as `StrictYAML` read it.
package struct YAMLNode: Hashable, Sendable {
  package indirect enum Content: Hashable, Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping(YAMLMapping)
  }

  /// As it was written, from its `!` on; `nil` if there is none.
  package let tag: ExactString?
  package let content: Content
  /// Where the content begins: bytes of the whole text.
  package let offset: Int

  init(tag: ExactString? = nil, _ content: Content, at offset: Int) {
    self.tag = tag
    self.content = content
    self.offset = offset
  }

  package var scalar: YAMLScalar? {
    guard case .scalar(let scalar) = content else { return nil }
    return scalar
  }

  package var sequence: [YAMLNode]? {
    guard case .sequence(let nodes) = content else { return nil }
    return nodes
  }

  package var mapping: YAMLMapping? {
    guard case .mapping(let mapping) = content else { return nil }
    return mapping
  }

  /// The text of a scalar that is a string to every reader: one without a tag, or with the tag that says no more than that it is quoted.
  package var string: ExactString? {
    guard let scalar, tag == nil || tag == "!" && scalar.style == .quoted, scalar.isString else { return nil }
    return scalar.text
  }

  /// Whether nothing stands there.
  package var isEmpty: Bool { tag == nil && scalar?.style == .plain && scalar?.text == "" }
}

/// A scalar.
package struct YAMLScalar: Hashable, Sendable {
  package enum Style: Hashable, Sendable {
    case plain
    /// In single or double quotes.
    case quoted
    /// After `|`.
    case literal
    /// After `>`.
    case folded
  }

  package let style: Style
  /// What it says, escapes resolved; `nil` if it is folded from several lines.
  package let text: ExactString?

  /// Whether no reader takes it for a number, a date, a truth value or nothing (the schemas of YAML 1.1 and 1.2, and what Psych adds).
  package var isString: Bool { style != .plain || text.map { !YAMLPlainScalar.isMore($0) } ?? true }
}

/// The entries of a mapping in their order; no two keys have the same text.
package struct YAMLMapping: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    /// A scalar of one line.
    package let key: YAMLNode
    package let value: YAMLNode
  }

  package let entries: [Entry]

  /// The value of an untagged key.
  package subscript(_ key: ExactString) -> YAMLNode? {
    entries.first { $0.key.tag == nil && $0.key.scalar?.text == key }?.value
  }
}
