/// A position in a JSON text, and the grammar of RFC 8259 as functions that move it.
///
/// Recursion is bounded by the depth limit, every access by `peek`.
struct JSONReader {
  /// How many values are read between two questions to the budget.
  private static let stride = 256

  private let limits: StrictJSON.Limits
  private let budget: WorkBudget?
  private var position = 0
  private var depth = 0
  private var values = 0

  init(limits: StrictJSON.Limits, budget: WorkBudget?) {
    self.limits = limits
    self.budget = budget
  }

  mutating func text(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { throw JSONError(.byteOrderMark, at: 0) }
    skipSpace(in: bytes)
    let value = try value(in: bytes)
    skipSpace(in: bytes)
    guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
    return value
  }

  private mutating func value(in bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
    values += 1
    guard values <= limits.values else { throw JSONError(.tooManyValues, at: position) }
    if values % Self.stride == 0, let budget, budget.isSpent { throw JSONError(.budgetSpent, at: position) }
    switch try peek(in: bytes) {
    case UInt8(ascii: "\""): return .string(try string(in: bytes))
    case UInt8(ascii: "{"): return .object(try object(in: bytes))
    case UInt8(ascii: "["): return .array(try array(in: bytes))
    case UInt8(ascii: "t"):
      try literal("true", in: bytes)
      return .bool(true)
    case UInt8(ascii: "f"):
      try literal("false", in: bytes)
      return .bool(false)
    case UInt8(ascii: "n"):
      try literal("null", in: bytes)
      return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(in: bytes)
    default: throw JSONError(.unexpectedByte, at: position)
    }
  }

  // MARK: - Arrays and objects

  private mutating func array(in bytes: Span<UInt8>) throws(JSONError) -> [JSONValue] {
    try open(in: bytes)
    var elements: [JSONValue] = []
    guard try !close(with: UInt8(ascii: "]"), in: bytes) else { return elements }
    while true {
      elements.append(try value(in: bytes))
      guard try another(before: UInt8(ascii: "]"), in: bytes) else { return elements }
    }
  }

  private mutating func object(in bytes: Span<UInt8>) throws(JSONError) -> JSONObject {
    try open(in: bytes)
    var members: [JSONObject.Member] = []
    guard try !close(with: UInt8(ascii: "}"), in: bytes) else { return JSONObject(members) }
    var names = JSONNames()
    while true {
      let start = position
      guard try peek(in: bytes) == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
      let name = try string(in: bytes)
      guard depth > limits.depthOfUniqueNames || names.insert(name, after: members) else { throw JSONError(.repeatedName, at: start) }
      skipSpace(in: bytes)
      guard try peek(in: bytes) == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: position) }
      position += 1
      skipSpace(in: bytes)
      members.append(JSONObject.Member(name, try value(in: bytes)))
      guard try another(before: UInt8(ascii: "}"), in: bytes) else { return JSONObject(members) }
    }
  }

  private mutating func open(in bytes: Span<UInt8>) throws(JSONError) {
    guard depth < limits.depth else { throw JSONError(.tooDeep, at: position) }
    depth += 1
    position += 1
    skipSpace(in: bytes)
  }

  private mutating func close(with bracket: UInt8, in bytes: Span<UInt8>) throws(JSONError) -> Bool {
    guard try peek(in: bytes) == bracket else { return false }
    depth -= 1
    position += 1
    return true
  }

  /// After an element: true past a comma, false past the bracket.
  private mutating func another(before bracket: UInt8, in bytes: Span<UInt8>) throws(JSONError) -> Bool {
    skipSpace(in: bytes)
    if try close(with: bracket, in: bytes) { return false }
    guard try peek(in: bytes) == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: position) }
    position += 1
    skipSpace(in: bytes)
    return true
  }

  // MARK: - Strings

  private mutating func string(in bytes: Span<UInt8>) throws(JSONError) -> ExactString {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let text = try utf8(bytes.extracting(start..<position), from: start)
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start, in: bytes) }
      guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: position) }
      position += 1
    }
    throw JSONError(.unexpectedEnd, at: position)
  }

  private mutating func escapedString(from start: Int, in bytes: Span<UInt8>) throws(JSONError) -> ExactString {
    var unescaped: [UInt8] = []
    for offset in start..<position { unescaped.append(bytes[offset]) }
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return try utf8(unescaped.span, from: start)
      }
      guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: position) }
      if byte == UInt8(ascii: "\\") {
        try unescape(into: &unescaped, in: bytes)
      } else {
        unescaped.append(byte)
        position += 1
      }
    }
    throw JSONError(.unexpectedEnd, at: position)
  }

  private mutating func unescape(into text: inout [UInt8], in bytes: Span<UInt8>) throws(JSONError) {
    let start = position
    position += 1
    let letter = try peek(in: bytes)
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = UInt32(try codeUnit(in: bytes))
      if 0xD800..<0xDC00 ~= code, let low = try lowSurrogate(in: bytes) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
      let scalar = Unicode.Scalar(code)
      guard scalar != nil || limits.replacesLoneSurrogates else { throw JSONError(.loneSurrogate, at: start) }
      text.append(contentsOf: scalar.flatMap { UTF8.encode($0) } ?? UTF8.encodedReplacementCharacter)
    default: throw JSONError(.invalidEscape, at: start)
    }
  }

  /// The other half of a pair; `nil` if none follows, and nothing is read.
  private mutating func lowSurrogate(in bytes: Span<UInt8>) throws(JSONError) -> UInt32? {
    guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u") else { return nil }
    let start = position
    position += 2
    let low = UInt32(try codeUnit(in: bytes))
    if 0xDC00..<0xE000 ~= low { return low }
    position = start
    return nil
  }

  private mutating func codeUnit(in bytes: Span<UInt8>) throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let value = ASCII.hexValue(try peek(in: bytes)) else { throw JSONError(.invalidEscape, at: position) }
      unit = unit << 4 | UInt16(value)
      position += 1
    }
    return unit
  }

  private func utf8(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> ExactString {
    do { return ExactString(String(copying: try UTF8Span(validating: bytes))) } catch {
      throw JSONError(.invalidUTF8, at: start + error.byteOffsets.lowerBound)
    }
  }

  // MARK: - Numbers and literals

  private mutating func number(in bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
    let start = position
    let negative = bytes[start] == UInt8(ascii: "-")
    if negative { position += 1 }
    let first = position
    try digits(in: bytes)
    guard bytes[first] != UInt8(ascii: "0") || position == first + 1 else { throw JSONError(.invalidNumber, at: start) }
    let whole = position
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      try digits(in: bytes)
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") { position += 1 }
      try digits(in: bytes)
    }
    if position == whole, let integer = integer(bytes.extracting(first..<whole), negative: negative) { return .integer(integer) }
    return .number(try utf8(bytes.extracting(start..<position), from: start))
  }

  /// At least one digit.
  private mutating func digits(in bytes: Span<UInt8>) throws(JSONError) {
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    guard ASCII.isDigit(bytes[position]) else { throw JSONError(.invalidNumber, at: position) }
    while position < bytes.count, ASCII.isDigit(bytes[position]) { position += 1 }
  }

  /// Nil outside of `Int64`, and for `-0`, whose sign an integer would lose.
  private func integer(_ digits: Span<UInt8>, negative: Bool) -> Int64? {
    var value: Int64 = 0
    for index in digits.indices {
      let digit = Int64(digits[index] &- 0x30)
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = negative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      guard !tooLarge, !overflow else { return nil }
      value = sum
    }
    return negative && value == 0 ? nil : value
  }

  private mutating func literal(_ word: String, in bytes: Span<UInt8>) throws(JSONError) {
    for letter in word.utf8 {
      guard try peek(in: bytes) == letter else { throw JSONError(.unexpectedByte, at: position) }
      position += 1
    }
  }

  // MARK: - Bytes

  private func peek(in bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    return bytes[position]
  }

  private mutating func skipSpace(in bytes: Span<UInt8>) {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }
}
