/// Sequences and mappings in brackets, on one line or several.
extension YAMLReader {
  private struct Key: Hashable {
    let tag: ExactString?
    let text: ExactString?
  }

  mutating func flowCollection() throws(YAMLError) -> YAMLNode.Content {
    try open()
    let isMapping = peek() == UInt8(ascii: "{")
    position += 1
    let content = isMapping ? try flowMapping() : try flowSequence()
    close()
    return content
  }

  private mutating func flowSequence() throws(YAMLError) -> YAMLNode.Content {
    var nodes: [YAMLNode] = []
    while try !closes(UInt8(ascii: "]")) {
      nodes.append(try flowNode())
      try separate(before: UInt8(ascii: "]"))
    }
    return .sequence(nodes)
  }

  private mutating func flowMapping() throws(YAMLError) -> YAMLNode.Content {
    var entries: [YAMLMapping.Entry] = []
    var keys: Set<Key> = []
    while try !closes(UInt8(ascii: "}")) {
      let key = try flowNode()
      guard let scalar = key.scalar, scalar.text != nil else { throw YAMLError(.keyOnSeveralLines, at: key.offset) }
      guard scalar.text != "<<" else { throw YAMLError(.mergeKey, at: key.offset) }
      guard keys.insert(Key(tag: key.tag, text: scalar.text)).inserted else { throw YAMLError(.repeatedKey, at: key.offset) }
      skipSpaces()
      guard isIndicator(UInt8(ascii: ":")) else { throw error(.unexpected) }
      position += 1
      try skipFlowSpace()
      entries.append(YAMLMapping.Entry(key: key, value: try flowNode()))
      try separate(before: UInt8(ascii: "}"))
    }
    return .mapping(YAMLMapping(entries: entries))
  }

  private mutating func flowNode() throws(YAMLError) -> YAMLNode {
    try count()
    let start = position
    let tag = try readTag()
    switch peek() {
    case UInt8(ascii: "["), UInt8(ascii: "{"): return YAMLNode(tag: tag, try flowCollection(), at: start)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return YAMLNode(tag: tag, .scalar(try quotedScalar(below: -1)), at: start)
    default:
      guard peek() != UInt8(ascii: ":") else { throw error(.reserved) }
      try checkPlainBeginning()
      return YAMLNode(tag: tag, .scalar(YAMLScalar(style: .plain, text: try plainText(try flowPlain()))), at: start)
    }
  }

  /// A plain scalar, which ends in its line.
  private mutating func flowPlain() throws(YAMLError) -> Range<Int> {
    let start = position
    while let byte = peek(), !Self.isBreak(byte), !",[]{}".utf8.contains(byte) {
      if byte == UInt8(ascii: "#"), position > start, bytes[position - 1] == Self.space { break }
      // Within brackets, readers of YAML 1.1 end a scalar there.
      guard byte != UInt8(ascii: "?") || dialect == .yaml12 && position > start && !isFlowEnd(peek(1)) else { throw error(.unexpected) }
      if byte == UInt8(ascii: ":") {
        if Self.isBlank(peek(1)) { break }
        // An end to some readers, and none to others.
        guard !isFlowEnd(peek(1)) else { throw error(.unexpected) }
      }
      position += 1
    }
    return start..<position
  }

  private func isFlowEnd(_ byte: UInt8?) -> Bool { Self.isBlank(byte) || byte.map(",[]{}".utf8.contains) == true }

  /// Whether the bracket that closes stands here, which it then takes.
  private mutating func closes(_ bracket: UInt8) throws(YAMLError) -> Bool {
    try skipFlowSpace()
    guard peek() == bracket else { return false }
    position += 1
    return true
  }

  /// Takes a comma, unless the closing bracket follows.
  private mutating func separate(before bracket: UInt8) throws(YAMLError) {
    try skipFlowSpace()
    guard peek() != bracket else { return }
    guard peek() == UInt8(ascii: ",") else { throw error(.unexpected) }
    position += 1
  }

  /// Spaces, ends of line and comments.
  private mutating func skipFlowSpace() throws(YAMLError) {
    try skipFlowSpaceInLine()
    while isLineDone {
      try endLine()
      guard !isAtMarker else { throw error(.unexpected) }
      try skipFlowSpaceInLine()
    }
  }

  private mutating func skipFlowSpaceInLine() throws(YAMLError) {
    skipSpaces()
    guard peek() != Self.tab else { throw error(.tab) }
    guard position < bytes.count else { throw error(.unexpected) }
  }
}
