/// Mappings and sequences in block style.
extension YAMLReader {
  private struct Key: Hashable {
    let tag: ExactString?
    let text: ExactString?
  }

  /// What stands before a value on its line.
  enum Place { case key, dash }

  /// The longest key that readers look for (YAML 1.2.2, section 7.4.3).
  private static let longestKey = 1_024

  /// A mapping whose first key begins here.
  mutating func blockMapping() throws(YAMLError) -> YAMLNode.Content {
    let indent = column
    try open()
    var entries: [YAMLMapping.Entry] = []
    var keys: Set<Key> = []
    while true {
      let key = try readKey()
      guard keys.insert(Key(tag: key.tag, text: key.scalar?.text)).inserted else { throw YAMLError(.repeatedKey, at: key.offset) }
      entries.append(YAMLMapping.Entry(key: key, value: try value(after: .key, indent)))
      guard let next = try nextLine(), next >= indent else { break }
      guard next == indent else { throw error(.indentation) }
    }
    close()
    return .mapping(YAMLMapping(entries: entries))
  }

  /// A sequence whose first dash stands here.
  private mutating func blockSequence() throws(YAMLError) -> YAMLNode.Content {
    let indent = column
    try open()
    var nodes: [YAMLNode] = []
    while true {
      position += 1
      nodes.append(try value(after: .dash, indent))
      guard let next = try nextLine(), next >= indent else { break }
      guard next == indent else { throw error(.indentation) }
      // In a mapping, its sequences may stand below its keys without further spaces.
      guard isIndicator(UInt8(ascii: "-")) else { break }
    }
    close()
    return .sequence(nodes)
  }

  /// What stands behind a key's colon or a dash, on the line or below it.
  /// - Parameter indent: the column of the key or the dash.
  private mutating func value(after place: Place, _ indent: Int) throws(YAMLError) -> YAMLNode {
    try count()
    skipSpaces()
    guard peek() != Self.tab else { throw error(.tab) }
    let start = position
    if place == .dash, let collection = try compactCollection() { return YAMLNode(collection, at: start) }
    let tag = try readTag()
    guard isLineDone else { return YAMLNode(tag: tag, try blockScalarOrFlow(below: indent), at: start) }
    try endLine()
    let next = try nextLine()
    let isZeroIndented = place == .key && next == indent && isIndicator(UInt8(ascii: "-"))
    guard let next, next > indent || isZeroIndented else { return YAMLNode(tag: tag, .scalar(.init(style: .plain, text: "")), at: start) }
    return YAMLNode(tag: tag, try contentOfLine(below: indent), at: position)
  }

  /// What begins in the line of a dash; `nil` if it is neither a sequence nor a mapping.
  private mutating func compactCollection() throws(YAMLError) -> YAMLNode.Content? {
    guard !isLineDone else { return nil }
    if isIndicator(UInt8(ascii: "-")) { return try blockSequence() }
    return try keyEnd() == nil ? nil : try blockMapping()
  }

  /// What begins with a line of its own.
  private mutating func contentOfLine(below indent: Int) throws(YAMLError) -> YAMLNode.Content {
    if let collection = try compactCollection() { return collection }
    guard peek() != UInt8(ascii: "!") else { throw error(.tag) }
    _ = try readTag()
    return try blockScalarOrFlow(below: indent)
  }

  private mutating func blockScalarOrFlow(below indent: Int) throws(YAMLError) -> YAMLNode.Content {
    switch peek() {
    case UInt8(ascii: "|"), UInt8(ascii: ">"): return .scalar(try blockScalar(below: indent))
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      let scalar = try quotedScalar(below: indent)
      try endLine()
      return .scalar(scalar)
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      let content = try flowCollection()
      try endLine()
      return content
    default: return .scalar(try plainScalar(below: indent))
    }
  }

  // MARK: - Keys

  /// Where the colon of a key that begins here stands; `nil` if none does.
  func keyEnd() throws(YAMLError) -> Int? {
    var end = position
    if peek() == UInt8(ascii: "!") {
      while end < bytes.count, !Self.isBlank(bytes[end]) { end += 1 }
      while end < bytes.count, bytes[end] == Self.space { end += 1 }
    }
    guard end < bytes.count else { return nil }
    let quote = bytes[end]
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      guard let closing = closingQuote(from: end) else { return nil }
      end = closing + 1
      while end < bytes.count, bytes[end] == Self.space { end += 1 }
      guard end < bytes.count, isKeyColon(at: end) else { return nil }
    } else {
      guard !"[{|>".utf8.contains(quote) else { return nil }
      while true {
        guard end < bytes.count, !Self.isBreak(bytes[end]) else { return nil }
        guard bytes[end] != UInt8(ascii: "#") || end == position || bytes[end - 1] != Self.space else { return nil }
        if isKeyColon(at: end) { break }
        end += 1
      }
    }
    guard end - position <= Self.longestKey else { throw error(.keyOnSeveralLines) }
    return end
  }

  private func isKeyColon(at index: Int) -> Bool {
    bytes[index] == UInt8(ascii: ":") && Self.isBlank(index + 1 < bytes.count ? bytes[index + 1] : nil)
  }

  /// The quote that closes the one here, in the same line.
  private func closingQuote(from start: Int) -> Int? {
    let quote = bytes[start]
    var index = start + 1
    while index < bytes.count, !Self.isBreak(bytes[index]) {
      if bytes[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        index += 2
      } else if bytes[index] != quote {
        index += 1
      } else if quote == UInt8(ascii: "'"), index + 1 < bytes.count, bytes[index + 1] == quote {
        index += 2
      } else {
        return index
      }
    }
    return nil
  }

  /// A key and its colon.
  private mutating func readKey() throws(YAMLError) -> YAMLNode {
    try count()
    guard !isIndicator(UInt8(ascii: "?")) else { throw error(.explicitKey) }
    guard !isIndicator(UInt8(ascii: "-")) else { throw error(.unexpected) }
    guard let end = try keyEnd() else { throw error(.unexpected) }
    let tag = try readTag()
    let start = position
    let scalar: YAMLScalar
    if peek() == UInt8(ascii: "\"") || peek() == UInt8(ascii: "'") {
      scalar = try quotedScalar(below: column)
      skipSpaces()
    } else {
      try checkPlainBeginning()
      while position < end { position += 1 }
      scalar = YAMLScalar(style: .plain, text: try plainText(start..<end))
    }
    guard position == end, scalar.text != nil else { throw YAMLError(.keyOnSeveralLines, at: start) }
    guard scalar.text != "<<" else { throw YAMLError(.mergeKey, at: start) }
    position += 1
    return YAMLNode(tag: tag, .scalar(scalar), at: start)
  }
}
