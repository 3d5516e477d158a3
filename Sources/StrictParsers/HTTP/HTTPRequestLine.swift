/// The request line (RFC 9112, section 3), byte by byte: one space, one space, CRLF, and nothing that a lenient reader would repair.
struct HTTPRequestLine: Sendable {
  private enum State {
    case method, target, version, end
  }

  private var state = State.method
  private var targetStart = 0
  private(set) var method = HTTPMethod.get
  private(set) var target = 0..<0
  private(set) var version = HTTPVersion.http11

  /// Reads on from an index, over all bytes of the head so far; true when the index stands behind the line.
  mutating func next(in bytes: Span<UInt8>, at index: inout Int, limit: Int) throws(HTTPRefusal) -> Bool {
    while index < bytes.count {
      let byte = bytes[index]
      switch state {
      case .method:
        try noteMethod(byte, bytes, index)
        index += 1
      case .target:
        try scanTarget(bytes, &index, limit)
      case .version:
        try noteVersion(byte, index - target.upperBound - 1)
        index += 1
      case .end:
        guard byte == UInt8(ascii: "\n") else { throw .bareCarriageReturn }
        index += 1
        return true
      }
    }
    return false
  }

  private mutating func noteMethod(_ byte: UInt8, _ bytes: Span<UInt8>, _ index: Int) throws(HTTPRefusal) {
    if byte == UInt8(ascii: " "), index > 0 {
      guard let known = HTTPMethod(bytes.extracting(0..<index)) else { throw .unknownMethod }
      method = known
      targetStart = index + 1
      state = .target
    } else {
      guard ASCII.isTokenCharacter(byte) else { throw .malformedMethod }
      guard index < HTTPMethod.longest else { throw .unknownMethod }
    }
  }

  @inline(__always)
  private mutating func scanTarget(_ bytes: Span<UInt8>, _ index: inout Int, _ limit: Int) throws(HTTPRefusal) {
    if index == targetStart {
      guard bytes[index] == UInt8(ascii: "/") else { throw .targetNotOriginForm }
    }
    let end = min(bytes.count, limit)
    while index < end, RequestTarget.allows(bytes[index]) { index += 1 }
    guard index < bytes.count else { return }
    guard index < limit else { throw .requestLineTooLong }
    switch bytes[index] {
    case UInt8(ascii: " "):
      target = targetStart..<index
      index += 1
      state = .version
    case UInt8(ascii: "\r"): throw .malformedVersion
    case UInt8(ascii: "\n"): throw .bareLineFeed
    default: throw .malformedTarget
    }
  }

  private mutating func noteVersion(_ byte: UInt8, _ offset: Int) throws(HTTPRefusal) {
    if offset < HTTPVersion.length {
      if let known = try HTTPVersion.next(byte, at: offset) { version = known }
    } else {
      guard byte != UInt8(ascii: "\n") else { throw .bareLineFeed }
      guard byte == UInt8(ascii: "\r") else { throw .malformedVersion }
      state = .end
    }
  }
}
