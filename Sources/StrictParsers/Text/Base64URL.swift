/// base64url without padding, as JOSE writes it (RFC 7515, section 2).
package enum Base64URL {
  /// Only the canonical text of some bytes is read: no padding, no white space, no `+` or `/`, no stray bits.
  package static func decode(_ text: some Collection<UInt8>) throws(Base64Error) -> [UInt8] {
    let text = Array(text)
    return try decode(text.span)
  }

  /// Only the canonical text of some bytes is read: no padding, no white space, no `+` or `/`, no stray bits.
  package static func decode(_ text: Span<UInt8>) throws(Base64Error) -> [UInt8] { try Base64Alphabet.url.decode(text) }

  package static func encode(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    return String(decoding: Base64Alphabet.url.encode(bytes.span), as: UTF8.self)
  }
}
