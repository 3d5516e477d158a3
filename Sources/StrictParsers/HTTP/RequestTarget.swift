/// A request target in origin-form (RFC 9112, section 3.2.1): the bytes as they came, every one of them allowed in a path or a query.
///
/// No other form is taken: absolute-form and authority-form name a host a second time, and are for proxies that a client chose.
package struct RequestTarget: Sendable {
  /// All of it. It begins with a slash.
  package let bytes: ArraySlice<UInt8>
  /// Up to the first question mark, not decoded.
  package let path: ArraySlice<UInt8>
  /// Behind the first question mark, not decoded; `nil` if there is none.
  package let query: ArraySlice<UInt8>?

  /// Takes what the parser of the request line found to be a target.
  init(checked bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    let mark = bytes.firstIndex(of: UInt8(ascii: "?"))
    path = bytes[..<(mark ?? bytes.endIndex)]
    query = mark.map { bytes[($0 + 1)...] }
  }

  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The bytes of RFC 3986's `pchar`, slash, question mark and the percent sign that begins an escape.
  @inline(__always)
  static func allows(_ byte: UInt8) -> Bool {
    // One bit for each byte of ASCII, so that the hot loop has no branches: 0x21...0x3F, then 0x40...0x7E.
    let low: UInt64 = 0xAFFF_FFF2_0000_0000
    let high: UInt64 = 0x47FF_FFFE_87FF_FFFF
    return byte < 0x40 ? low >> UInt64(byte) & 1 == 1 : byte < 0x80 && high >> UInt64(byte & 0x3F) & 1 == 1
  }
}
