/// Finds the lines of a field section (RFC 9112, section 5), in heads and in trailers, however the bytes arrive.
///
/// It looks at each byte once and at none before it, so that a section costs the same in one piece and in single bytes.
struct HTTPFieldScanner: Sendable {
  /// What a request may not hold and an answer may.
  enum Tolerance: Sendable {
    /// Neither `_` in names (CGI takes `Content_Length` for `Content-Length`) nor bytes above 0x7F in values.
    case none
    /// Both: an answer's fields pass by name, and its text is somebody's language.
    case ofAnswers
  }

  enum Step {
    case needMore
    /// The value's range still ends with its white space.
    case field(HeaderFields.Line)
    case end
  }

  private enum State {
    case lineStart, name, valueStart, value, lineFeed, lastLineFeed
  }

  private let tolerance: Tolerance
  private var state = State.lineStart
  private var nameStart = 0
  private var nameEnd = 0
  private var valueStart = 0
  private var valueEnd = 0

  init(tolerating tolerance: Tolerance) { self.tolerance = tolerance }

  /// Reads on from an index, over all bytes of the section so far, and stops behind the next line.
  mutating func next(in bytes: Span<UInt8>, at index: inout Int) throws(HTTPRefusal) -> Step {
    let end = bytes.count
    while index < end {
      let byte = bytes[index]
      switch state {
      case .lineStart:
        if byte == UInt8(ascii: "\r") {
          state = .lastLineFeed
          index += 1
        } else {
          guard byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") else { throw .foldedField }
          guard byte != UInt8(ascii: "\n") else { throw .bareLineFeed }
          guard byte != UInt8(ascii: ":") else { throw .malformedFieldName }
          nameStart = index
          state = .name
        }
      case .name:
        try scanName(bytes, &index)
      case .valueStart:
        if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
          index += 1
        } else {
          valueStart = index
          state = .value
        }
      case .value:
        try scanValue(bytes, &index)
      case .lineFeed:
        guard byte == UInt8(ascii: "\n") else { throw .bareCarriageReturn }
        index += 1
        state = .lineStart
        return .field(HeaderFields.Line(name: nameStart..<nameEnd, value: valueStart..<valueEnd))
      case .lastLineFeed:
        guard byte == UInt8(ascii: "\n") else { throw .bareCarriageReturn }
        index += 1
        state = .lineStart
        return .end
      }
    }
    return .needMore
  }

  @inline(__always)
  private mutating func scanName(_ bytes: Span<UInt8>, _ index: inout Int) throws(HTTPRefusal) {
    while index < bytes.count {
      let byte = bytes[index]
      if ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") {
        index += 1
      } else if byte == UInt8(ascii: ":") {
        nameEnd = index
        index += 1
        state = .valueStart
        return
      } else {
        try checkUncommon(nameByte: byte)
        index += 1
      }
    }
  }

  private func checkUncommon(nameByte byte: UInt8) throws(HTTPRefusal) {
    switch byte {
    case UInt8(ascii: "_"): if tolerance == .none { throw .underscoreInFieldName }
    case UInt8(ascii: " "), UInt8(ascii: "\t"): throw .whitespaceBeforeColon
    case UInt8(ascii: "\r"): throw .missingColon
    case UInt8(ascii: "\n"): throw .bareLineFeed
    default: guard ASCII.isTokenCharacter(byte) else { throw .malformedFieldName }
    }
  }

  /// How many bytes of a value are looked at together.
  private static let block = 16

  /// Whether all bytes are visible or spaces. Without a branch for each byte.
  @inline(__always)
  private func isPlain(_ bytes: Span<UInt8>) -> Bool {
    var others: UInt8 = 0
    for position in bytes.indices { others |= (bytes[position] &- 0x20) < 0x5F ? 0 : 1 }
    return others == 0
  }

  @inline(__always)
  private mutating func scanValue(_ bytes: Span<UInt8>, _ index: inout Int) throws(HTTPRefusal) {
    while index < bytes.count {
      while index + Self.block <= bytes.count, isPlain(bytes.extracting(index..<(index + Self.block))) { index += Self.block }
      guard index < bytes.count else { return }
      let byte = bytes[index]
      if byte &- 0x20 < 0x5F {
        index += 1
      } else if byte == UInt8(ascii: "\r") {
        valueEnd = index
        index += 1
        state = .lineFeed
        return
      } else {
        guard byte != UInt8(ascii: "\n") else { throw .bareLineFeed }
        guard byte >= 0x80 || byte == UInt8(ascii: "\t") else { throw .controlInFieldValue }
        guard byte < 0x80 || tolerance == .ofAnswers else { throw .nonASCIIFieldValue }
        index += 1
      }
    }
  }
}
