/// Plain and quoted scalars.
extension YAMLReader {
  private static let reserved = Array(",[]{}#&*!|>'\"%@`".utf8)

  /// Refuses what no plain scalar begins with.
  func checkPlainBeginning() throws(YAMLError) {
    guard let first = peek(), !isAtBreak else { throw error(.unexpected) }
    guard !isIndicator(UInt8(ascii: "?")) else { throw error(.explicitKey) }
    guard !Self.reserved.contains(first), !"-:".utf8.contains(first) || !Self.isBlank(peek(1)) else { throw error(.reserved) }
  }

  /// A plain scalar, with the end of its last line.
  mutating func plainScalar(below indent: Int) throws(YAMLError) -> YAMLScalar {
    try checkPlainBeginning()
    let text = try plainText(try plainLine())
    var isWhole = true
    var isOpen = isAtBreak
    try endLine()
    while isOpen, try continuesPlain(below: indent) {
      isWhole = false
      _ = try plainText(try plainLine())
      isOpen = isAtBreak
      try endLine()
    }
    return YAMLScalar(style: .plain, text: isWhole ? text : nil)
  }

  /// The rest of a plain scalar's line, up to a comment.
  private mutating func plainLine() throws(YAMLError) -> Range<Int> {
    let start = position
    while !isAtBreak {
      if peek() == UInt8(ascii: "#"), position > start, bytes[position - 1] == Self.space { break }
      // Else it would be a key, which can't stand here.
      guard peek() != UInt8(ascii: ":") || !Self.isBlank(peek(1)) else { throw error(.unexpected) }
      position += 1
    }
    return start..<position
  }

  /// Moves to the next line of a plain scalar; if there is none, to the line behind it.
  private mutating func continuesPlain(below indent: Int) throws(YAMLError) -> Bool {
    let start = position
    while position < bytes.count {
      guard !isAtMarker else { break }
      skipSpaces()
      guard peek() != Self.tab else { throw error(.tab) }
      if isAtBreak {
        takeBreak()
        continue
      }
      if column > indent, peek() != UInt8(ascii: "#") { return true }
      break
    }
    position = start
    lineStart = start
    return false
  }

  /// A plain scalar's text without the spaces at its end.
  func plainText(_ range: Range<Int>) throws(YAMLError) -> ExactString {
    var end = range.upperBound
    while end > range.lowerBound, bytes[end - 1] == Self.space { end -= 1 }
    if let tab = bytes[range.lowerBound..<end].firstIndex(of: Self.tab) { throw YAMLError(.tab, at: tab) }
    guard let text = ExactString(utf8: bytes[range.lowerBound..<end]) else { throw YAMLError(.invalidUTF8, at: range.lowerBound) }
    return text
  }

  // MARK: - Quotes

  /// A scalar in quotes, up to the closing one.
  mutating func quotedScalar(below indent: Int) throws(YAMLError) -> YAMLScalar {
    let quote = bytes[position]
    let isDouble = quote == UInt8(ascii: "\"")
    position += 1
    var text: [UInt8] = []
    var isWhole = true
    while let byte = peek() {
      if byte == quote, isDouble || peek(1) != quote {
        position += 1
        return YAMLScalar(style: .quoted, text: isWhole ? ExactString(utf8: text) : nil)
      }
      if Self.isBreak(byte) {
        isWhole = false
        try continueQuoted(below: indent)
      } else if byte == UInt8(ascii: "\\"), isDouble {
        position += 1
        if !isAtBreak { text += try escape() }
      } else {
        text.append(byte)
        position += byte == quote ? 2 : 1
      }
    }
    throw error(.unexpected)
  }

  /// Goes on in the next line that has something in it.
  private mutating func continueQuoted(below indent: Int) throws(YAMLError) {
    while position < bytes.count, isAtBreak {
      takeBreak()
      guard !isAtMarker else { throw error(.unexpected) }
      skipSpaces()
    }
    guard column > indent else { throw error(.indentation) }
  }

  /// What stands behind a backslash (YAML 1.2.2, section 5.7).
  private mutating func escape() throws(YAMLError) -> [UInt8] {
    guard let byte = peek() else { throw error(.unexpected) }
    let place = position - 1
    position += 1
    switch byte {
    case UInt8(ascii: "0"): return [0]
    case UInt8(ascii: "a"): return [0x07]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "t"), Self.tab: return [0x09]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "v"): return [0x0B]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "e"): return [0x1B]
    case UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "\\"): return [byte]
    case UInt8(ascii: "N"): return Array("\u{85}".utf8)
    case UInt8(ascii: "_"): return Array("\u{A0}".utf8)
    case UInt8(ascii: "L"): return Array("\u{2028}".utf8)
    case UInt8(ascii: "P"): return Array("\u{2029}".utf8)
    case UInt8(ascii: "x"): return try scalarValue(2, at: place)
    case UInt8(ascii: "u"): return try scalarValue(4, at: place)
    case UInt8(ascii: "U"): return try scalarValue(8, at: place)
    default: throw YAMLError(.escape, at: place)
    }
  }

  private mutating func scalarValue(_ digits: Int, at place: Int) throws(YAMLError) -> [UInt8] {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = peek().flatMap(ASCII.hexValue) else { throw YAMLError(.escape, at: place) }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    guard let scalar = Unicode.Scalar(value) else { throw YAMLError(.escape, at: place) }
    return Array(String(scalar).utf8)
  }
}
