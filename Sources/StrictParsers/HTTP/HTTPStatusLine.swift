/// The status line of an answer (RFC 9112, section 4), byte by byte.
struct HTTPStatusLine: Sendable {
  private static let statusStart = HTTPVersion.length + 1
  private static let reasonStart = statusStart + 4

  private var isComplete = false
  private(set) var version = HTTPVersion.http11
  private(set) var status = 0
  private(set) var reason = 0..<0

  /// Reads on from an index, over all bytes of the head so far; true when the index stands behind the line.
  mutating func next(in bytes: Span<UInt8>, at index: inout Int, limit: Int) throws(HTTPRefusal) -> Bool {
    while index < bytes.count {
      let byte = bytes[index]
      if isComplete {
        guard byte == UInt8(ascii: "\n") else { throw .bareCarriageReturn }
        index += 1
        return true
      }
      try note(byte, at: index)
      guard index < limit else { throw .headTooLarge }
      index += 1
    }
    return false
  }

  private mutating func note(_ byte: UInt8, at index: Int) throws(HTTPRefusal) {
    switch index {
    case ..<HTTPVersion.length:
      if let known = try HTTPVersion.next(byte, at: index) { version = known }
    case HTTPVersion.length:
      guard byte == UInt8(ascii: " ") else { throw .malformedStatusLine }
    case Self.statusStart:
      guard UInt8(ascii: "1")...UInt8(ascii: "5") ~= byte else { throw .malformedStatusLine }
      status = Int(byte &- UInt8(ascii: "0"))
    case (Self.statusStart + 1)..<(Self.statusStart + 3):
      guard ASCII.isDigit(byte) else { throw .malformedStatusLine }
      status = status * 10 + Int(byte &- UInt8(ascii: "0"))
    case Self.reasonStart - 1 where byte == UInt8(ascii: "\r"):
      // Some servers leave the space out together with the reason. Nobody reads that differently.
      isComplete = true
    case Self.reasonStart - 1:
      guard byte == UInt8(ascii: " ") else { throw byte == UInt8(ascii: "\n") ? .bareLineFeed : .malformedStatusLine }
      reason = Self.reasonStart..<Self.reasonStart
    default:
      if byte == UInt8(ascii: "\r") {
        isComplete = true
      } else {
        guard byte != UInt8(ascii: "\n") else { throw .bareLineFeed }
        guard byte == UInt8(ascii: "\t") || !ASCII.isControl(byte) else { throw .malformedStatusLine }
        reason = Self.reasonStart..<(index + 1)
      }
    }
  }
}
