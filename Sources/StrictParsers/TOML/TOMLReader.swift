/// Reads the lines of one TOML text.
struct TOMLReader {
  /// How many keys and values are read between two questions to the budget.
  private static let stride = 256

  let limits: TOMLDocument.Limits
  private let budget: WorkBudget
  var position = 0
  private var tree = TOMLTree()
  private var depth = 0
  private var values = 0

  init(limits: TOMLDocument.Limits, budget: WorkBudget) {
    self.limits = limits
    self.budget = budget
  }

  mutating func document(_ bytes: Span<UInt8>) throws(TOMLError) -> TOMLTree {
    do { _ = try UTF8Span(validating: bytes) } catch { throw TOMLError(.invalidUTF8, at: error.byteOffsets.lowerBound) }
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    var table = TOMLTree.root
    while true {
      skipSpace(in: bytes)
      guard position < bytes.count else { return tree }
      switch bytes[position] {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "#"): break
      case UInt8(ascii: "["): table = try header(in: bytes)
      default: try member(of: table, in: bytes)
      }
      try endLine(in: bytes)
    }
  }

  /// `[a.b]` or `[[a.b]]`: the table that the lines after it belong to.
  private mutating func header(in bytes: Span<UInt8>) throws(TOMLError) -> TOMLTree.Table {
    let start = position
    position += 1
    let isArray = position < bytes.count && bytes[position] == UInt8(ascii: "[")
    if isArray { position += 1 }
    let path = try key(in: bytes)
    for _ in 0..<(isArray ? 2 : 1) { try expect(UInt8(ascii: "]"), in: bytes) }
    return try value(of: tree.open(path, isArray: isArray), at: start)
  }

  /// `a.b = value`, below a table.
  private mutating func member(of table: TOMLTree.Table, in bytes: Span<UInt8>) throws(TOMLError) {
    let start = position
    let path = try key(in: bytes)
    try expect(UInt8(ascii: "="), in: bytes)
    skipSpace(in: bytes)
    let table = try value(of: tree.descend(path.dropLast(), from: table), at: start)
    guard let last = path.last, !tree.has(last, in: table) else { throw TOMLError(.repeatedKey, at: start) }
    tree.set(last, in: table, to: try content(in: bytes))
  }

  private func value<Value>(of result: Result<Value, TOMLTree.Refusal>, at offset: Int) throws(TOMLError) -> Value {
    switch result {
    case .success(let value): return value
    case .failure(.repeatedKey): throw TOMLError(.repeatedKey, at: offset)
    case .failure(.notATable): throw TOMLError(.notATable, at: offset)
    }
  }

  // MARK: - Keys

  private mutating func key(in bytes: Span<UInt8>) throws(TOMLError) -> [ExactString] {
    var path: [ExactString] = []
    repeat {
      guard path.count < limits.depth else { throw TOMLError(.tooDeep, at: position) }
      try count()
      skipSpace(in: bytes)
      path.append(try simpleKey(in: bytes))
      skipSpace(in: bytes)
    } while skip(UInt8(ascii: "."), in: bytes)
    return path
  }

  private mutating func simpleKey(in bytes: Span<UInt8>) throws(TOMLError) -> ExactString {
    switch try peek(in: bytes) {
    case UInt8(ascii: "\""): return try basicString(in: bytes)
    case UInt8(ascii: "'"): return try literalString(in: bytes)
    default:
      let start = position
      while position < bytes.count, Self.isBareKey(bytes[position]) { position += 1 }
      guard position > start else { throw TOMLError(.unexpectedByte, at: position) }
      return text(bytes.extracting(start..<position))
    }
  }

  private static func isBareKey(_ byte: UInt8) -> Bool {
    ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }

  // MARK: - Values

  private mutating func content(in bytes: Span<UInt8>) throws(TOMLError) -> TOMLTree.Content {
    try count()
    switch try peek(in: bytes) {
    case UInt8(ascii: "\""):
      return .value(.string(try startsMultiline(in: bytes) ? multilineString(in: bytes) : basicString(in: bytes)))
    case UInt8(ascii: "'"):
      return .value(.string(try startsMultiline(in: bytes) ? multilineString(in: bytes) : literalString(in: bytes)))
    case UInt8(ascii: "["):
      try array(in: bytes)
      return .value(.array)
    case UInt8(ascii: "{"): return .inlineTable(try inlineTable(in: bytes))
    default: return .value(try scalar(in: bytes))
    }
  }

  private mutating func array(in bytes: Span<UInt8>) throws(TOMLError) {
    try open()
    try skipLines(in: bytes)
    while !skip(UInt8(ascii: "]"), in: bytes) {
      _ = try content(in: bytes)
      try skipLines(in: bytes)
      guard try peek(in: bytes) != UInt8(ascii: "]") else { continue }
      try expect(UInt8(ascii: ","), in: bytes)
      try skipLines(in: bytes)
    }
    depth -= 1
  }

  /// Since TOML 1.1 over several lines, and with a comma at its end.
  private mutating func inlineTable(in bytes: Span<UInt8>) throws(TOMLError) -> TOMLTree.Table {
    try open()
    let table = tree.makeTable()
    try skipLines(in: bytes)
    while !skip(UInt8(ascii: "}"), in: bytes) {
      try member(of: table, in: bytes)
      try skipLines(in: bytes)
      guard try peek(in: bytes) != UInt8(ascii: "}") else { continue }
      try expect(UInt8(ascii: ","), in: bytes)
      try skipLines(in: bytes)
    }
    depth -= 1
    return table
  }

  private mutating func open() throws(TOMLError) {
    guard depth < limits.depth else { throw TOMLError(.tooDeep, at: position) }
    depth += 1
    position += 1
  }

  private mutating func count() throws(TOMLError) {
    values += 1
    guard values <= limits.values else { throw TOMLError(.tooManyValues, at: position) }
    guard values % Self.stride != 1 || !budget.isSpent else { throw TOMLError(.budgetSpent, at: position) }
  }

  // MARK: - Lines

  /// White space, a comment, and the line's end.
  private mutating func endLine(in bytes: Span<UInt8>) throws(TOMLError) {
    skipSpace(in: bytes)
    try skipComment(in: bytes)
    guard position < bytes.count else { return }
    guard try skipNewline(in: bytes) else { throw TOMLError(.unexpectedByte, at: position) }
  }

  private mutating func skipLines(in bytes: Span<UInt8>) throws(TOMLError) {
    repeat {
      skipSpace(in: bytes)
      try skipComment(in: bytes)
    } while try skipNewline(in: bytes)
  }

  private mutating func skipComment(in bytes: Span<UInt8>) throws(TOMLError) {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "#") else { return }
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n"), bytes[position] != UInt8(ascii: "\r") {
      guard bytes[position] == UInt8(ascii: "\t") || !ASCII.isControl(bytes[position]) else {
        throw TOMLError(.controlCharacter, at: position)
      }
      position += 1
    }
  }

  /// LF or CRLF.
  mutating func skipNewline(in bytes: Span<UInt8>) throws(TOMLError) -> Bool {
    guard position < bytes.count else { return false }
    if bytes[position] == UInt8(ascii: "\r") {
      guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\n") else { throw TOMLError(.carriageReturn, at: position) }
      position += 2
      return true
    }
    return skip(UInt8(ascii: "\n"), in: bytes)
  }

  private mutating func skipSpace(in bytes: Span<UInt8>) {
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t") { position += 1 }
  }

  // MARK: - Bytes

  func peek(in bytes: Span<UInt8>) throws(TOMLError) -> UInt8 {
    guard position < bytes.count else { throw TOMLError(.unexpectedEnd, at: position) }
    return bytes[position]
  }

  private mutating func expect(_ byte: UInt8, in bytes: Span<UInt8>) throws(TOMLError) {
    guard try peek(in: bytes) == byte else { throw TOMLError(.unexpectedByte, at: position) }
    position += 1
  }

  mutating func skip(_ byte: UInt8, in bytes: Span<UInt8>) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  /// Of bytes that were found to be UTF-8.
  func text(_ bytes: Span<UInt8>) -> ExactString {
    var copy: [UInt8] = []
    copy.append(copying: bytes)
    return ExactString(String(decoding: copy, as: UTF8.self))
  }
}
