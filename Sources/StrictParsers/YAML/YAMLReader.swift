/// A position in a YAML text, and the grammar as functions that move it, line by line.
///
/// Recursion is bounded by the depth limit. Every byte is read a bounded number of times.
struct YAMLReader {
  static let space = UInt8(ascii: " ")
  static let tab: UInt8 = 0x09

  let bytes: [UInt8]
  let dialect: StrictYAML.Dialect
  private let tags: Set<ExactString>
  private let limits: StrictYAML.Limits
  private let budget: WorkBudget
  var position = 0
  /// Where the line of the position begins.
  var lineStart = 0
  private var depth = 0
  private var nodes = 0

  init(_ bytes: [UInt8], tags: Set<ExactString>, dialect: StrictYAML.Dialect, limits: StrictYAML.Limits, budget: WorkBudget) {
    self.bytes = bytes
    self.dialect = dialect
    self.tags = tags
    self.limits = limits
    self.budget = budget
  }

  /// The one document, whose root is a mapping in block style.
  mutating func document() throws(YAMLError) -> YAMLNode {
    _ = try nextLine()
    guard peek() != UInt8(ascii: "%") else { throw error(.directive) }
    var tag: ExactString?
    if isMarker(UInt8(ascii: "-")) {
      position += 3
      skipSpaces()
      tag = try readTag()
      guard isLineDone else { throw error(.notAMapping) }
      try endLine()
      _ = try nextLine()
    }
    guard position < bytes.count, !isAtMarker, column == 0, try keyEnd() != nil else { throw error(.notAMapping) }
    let root = YAMLNode(tag: tag, try blockMapping(), at: position)
    guard try nextLine() == nil else { throw error(.unexpected) }
    if isMarker(UInt8(ascii: ".")) {
      position += 3
      try endLine()
      _ = try nextLine()
    }
    guard position == bytes.count else { throw error(.severalDocuments) }
    return root
  }

  // MARK: - Places

  var column: Int { position - lineStart }

  func error(_ reason: YAMLError.Reason) -> YAMLError { YAMLError(position < bytes.count ? reason : ended(reason), at: position) }

  private func ended(_ reason: YAMLError.Reason) -> YAMLError.Reason { reason == .unexpected ? .unexpectedEnd : reason }

  /// `nil` behind the end.
  func peek(_ ahead: Int = 0) -> UInt8? { position + ahead < bytes.count ? bytes[position + ahead] : nil }

  static func isBreak(_ byte: UInt8?) -> Bool { byte == nil || byte == 0x0A || byte == 0x0D }

  /// A space or the end of a line, which an indicator needs behind it.
  static func isBlank(_ byte: UInt8?) -> Bool { byte == space || byte == tab || isBreak(byte) }

  var isAtBreak: Bool { Self.isBreak(peek()) }

  /// Whether nothing but a comment follows in the line.
  var isLineDone: Bool { isAtBreak || isComment }

  private var isComment: Bool {
    peek() == UInt8(ascii: "#") && (position == lineStart || Self.isBlank(bytes[position - 1]))
  }

  /// Whether a line of three such characters begins here: `---` or `...`.
  func isMarker(_ byte: UInt8) -> Bool {
    position == lineStart && peek() == byte && peek(1) == byte && peek(2) == byte && Self.isBlank(peek(3))
  }

  var isAtMarker: Bool { isMarker(UInt8(ascii: "-")) || isMarker(UInt8(ascii: ".")) }

  /// Whether an indicator (`-`, `?`) stands here, and not the beginning of a scalar.
  func isIndicator(_ byte: UInt8) -> Bool { peek() == byte && Self.isBlank(peek(1)) }

  // MARK: - Lines

  mutating func skipSpaces() { while peek() == Self.space { position += 1 } }

  /// Takes the end of a line, and moves to the beginning of the next one.
  mutating func takeBreak() {
    if peek() == 0x0D { position += 1 }
    if peek() == 0x0A { position += 1 }
    lineStart = position
  }

  /// Takes the rest of a line, in which nothing but a comment may stand.
  mutating func endLine() throws(YAMLError) {
    skipSpaces()
    guard isLineDone else { throw error(peek() == Self.tab ? .tab : .unexpected) }
    while !isAtBreak { position += 1 }
    takeBreak()
  }

  /// Moves to the next line that says something, and there behind its spaces. `nil` at a marker, which it leaves, and at the end.
  /// - Returns: how many spaces there are.
  mutating func nextLine() throws(YAMLError) -> Int? {
    position = lineStart
    while position < bytes.count {
      guard !isAtMarker else { return nil }
      skipSpaces()
      guard peek() != Self.tab else { throw error(.tab) }
      guard isLineDone else { return column }
      try endLine()
    }
    return nil
  }

  // MARK: - Bounds

  mutating func count() throws(YAMLError) {
    nodes += 1
    guard nodes <= limits.nodes else { throw error(.tooManyNodes) }
    guard nodes % 1_024 != 0 || !budget.isSpent else { throw error(.budgetSpent) }
  }

  mutating func open() throws(YAMLError) {
    guard depth < limits.depth else { throw error(.tooDeep) }
    depth += 1
  }

  mutating func close() { depth -= 1 }

  // MARK: - Properties

  /// The tag that stands here, and the spaces behind it; `nil` if there is none. Anchors and aliases stand in the same places.
  mutating func readTag() throws(YAMLError) -> ExactString? {
    guard peek() == UInt8(ascii: "!") else {
      try refuseReferences()
      return nil
    }
    let start = position
    while !Self.isBlank(peek()) { position += 1 }
    guard let tag = ExactString(utf8: bytes[start..<position]), tag == "!" || tags.contains(tag) else {
      throw YAMLError(.tag, at: start)
    }
    skipSpaces()
    guard tag != "!" || peek() == UInt8(ascii: "\"") || peek() == UInt8(ascii: "'") else { throw YAMLError(.tag, at: start) }
    try refuseReferences()
    return tag
  }

  private func refuseReferences() throws(YAMLError) {
    guard peek() != UInt8(ascii: "&") else { throw error(.anchor) }
    guard peek() != UInt8(ascii: "*") else { throw error(.alias) }
  }
}
