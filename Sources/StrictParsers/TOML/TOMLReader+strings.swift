extension TOMLReader {
  /// Three quotation marks in a row.
  func startsMultiline(in bytes: Span<UInt8>) -> Bool {
    guard position + 2 < bytes.count else { return false }
    return bytes[position + 1] == bytes[position] && bytes[position + 2] == bytes[position]
  }

  mutating func basicString(in bytes: Span<UInt8>) throws(TOMLError) -> ExactString {
    position += 1
    var content: [UInt8] = []
    while true {
      let byte = try peek(in: bytes)
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return ExactString(String(decoding: content, as: UTF8.self))
      case UInt8(ascii: "\\"): try unescape(into: &content, in: bytes)
      default: try take(byte, into: &content)
      }
    }
  }

  mutating func literalString(in bytes: Span<UInt8>) throws(TOMLError) -> ExactString {
    position += 1
    var content: [UInt8] = []
    while true {
      let byte = try peek(in: bytes)
      guard byte != UInt8(ascii: "'") else { break }
      try take(byte, into: &content)
    }
    position += 1
    return ExactString(String(decoding: content, as: UTF8.self))
  }

  /// Between three quotation marks or apostrophes, of which up to two may stand before the end as text. Its first newline is none.
  mutating func multilineString(in bytes: Span<UInt8>) throws(TOMLError) -> ExactString {
    let mark = try peek(in: bytes)
    let isBasic = mark == UInt8(ascii: "\"")
    position += 3
    _ = try skipNewline(in: bytes)
    var content: [UInt8] = []
    while true {
      let byte = try peek(in: bytes)
      switch byte {
      case mark:
        let count = countOfMarks(mark, in: bytes)
        position += count
        guard count >= 3 else {
          content.append(contentsOf: repeatElement(mark, count: count))
          continue
        }
        guard count <= 5 else { throw TOMLError(.unexpectedByte, at: position - 1) }
        content.append(contentsOf: repeatElement(mark, count: count - 3))
        return ExactString(String(decoding: content, as: UTF8.self))
      case UInt8(ascii: "\\") where isBasic:
        guard try !skipLineContinuation(in: bytes) else { continue }
        try unescape(into: &content, in: bytes)
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        _ = try skipNewline(in: bytes)
        content.append(UInt8(ascii: "\n"))
      default: try take(byte, into: &content)
      }
    }
  }

  private func countOfMarks(_ mark: UInt8, in bytes: Span<UInt8>) -> Int {
    var end = position
    while end < bytes.count, bytes[end] == mark { end += 1 }
    return end - position
  }

  /// A backslash at a line's end, and all white space and newlines after it.
  private mutating func skipLineContinuation(in bytes: Span<UInt8>) throws(TOMLError) -> Bool {
    let start = position
    position += 1
    var hasNewline = false
    while true {
      while skip(UInt8(ascii: " "), in: bytes) || skip(UInt8(ascii: "\t"), in: bytes) {}
      guard try skipNewline(in: bytes) else { break }
      hasNewline = true
    }
    if !hasNewline { position = start }
    return hasNewline
  }

  private mutating func take(_ byte: UInt8, into content: inout [UInt8]) throws(TOMLError) {
    guard byte == UInt8(ascii: "\t") || !ASCII.isControl(byte) else { throw TOMLError(.controlCharacter, at: position) }
    content.append(byte)
    position += 1
  }

  private mutating func unescape(into content: inout [UInt8], in bytes: Span<UInt8>) throws(TOMLError) {
    let start = position
    position += 1
    let letter = try peek(in: bytes)
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): content.append(letter)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "r"): content.append(0x0D)
    // These two since TOML 1.1.
    case UInt8(ascii: "e"): content.append(0x1B)
    case UInt8(ascii: "x"): try scalar(ofDigits: 2, from: start, into: &content, in: bytes)
    case UInt8(ascii: "u"): try scalar(ofDigits: 4, from: start, into: &content, in: bytes)
    case UInt8(ascii: "U"): try scalar(ofDigits: 8, from: start, into: &content, in: bytes)
    default: throw TOMLError(.invalidEscape, at: start)
    }
  }

  private mutating func scalar(
    ofDigits count: Int, from start: Int, into content: inout [UInt8], in bytes: Span<UInt8>
  ) throws(TOMLError) {
    var code: UInt32 = 0
    for _ in 0..<count {
      guard let digit = ASCII.hexValue(try peek(in: bytes)), code < 1 << 28 else { throw TOMLError(.invalidEscape, at: start) }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    guard let scalar = Unicode.Scalar(code), let encoded = UTF8.encode(scalar) else { throw TOMLError(.invalidEscape, at: start) }
    content.append(contentsOf: encoded)
  }
}
