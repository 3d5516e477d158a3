/// Base 64 with padding (RFC 4648, section 4).
package enum Base64 {
  /// Only the canonical text of some bytes is read: exact padding, no white space, no `-` or `_`, no stray bits.
  package static func decode(_ text: some Collection<UInt8>) throws(Base64Error) -> [UInt8] {
    let text = Array(text)
    return try decode(text.span)
  }

  /// Only the canonical text of some bytes is read: exact padding, no white space, no `-` or `_`, no stray bits.
  package static func decode(_ text: Span<UInt8>) throws(Base64Error) -> [UInt8] {
    guard text.count % 4 == 0 else { throw .length }
    var end = text.count
    while end > 0, text.count - end < 2, text[end - 1] == padding { end -= 1 }
    return try Base64Alphabet.standard.decode(text.extracting(0..<end))
  }

  package static func encode(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    var text = Base64Alphabet.standard.encode(bytes.span)
    while text.count % 4 != 0 { text.append(padding) }
    return String(decoding: text, as: UTF8.self)
  }

  private static let padding = UInt8(ascii: "=")
}
