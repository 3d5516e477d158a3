/// The versions of HTTP/1.x that exist.
package enum HTTPVersion: Sendable {
  case http10
  case http11

  /// Of `HTTP/1.1`.
  static let length = 8

  /// Judges one byte of a version by where it stands (RFC 9112, section 2.3). The version, once the last one is seen.
  static func next(_ byte: UInt8, at offset: Int) throws(HTTPRefusal) -> HTTPVersion? {
    let expected: UInt8? =
      switch offset {
      case 0: UInt8(ascii: "H")
      case 1, 2: UInt8(ascii: "T")
      case 3: UInt8(ascii: "P")
      case 4: UInt8(ascii: "/")
      case 6: UInt8(ascii: ".")
      default: nil
      }
    if let expected {
      guard byte == expected else { throw .malformedVersion }
      return nil
    }
    guard ASCII.isDigit(byte) else { throw .malformedVersion }
    switch (offset, byte) {
    case (5, UInt8(ascii: "1")): return nil
    case (7, UInt8(ascii: "0")): return .http10
    case (7, UInt8(ascii: "1")): return .http11
    default: throw .unsupportedVersion
    }
  }
}
