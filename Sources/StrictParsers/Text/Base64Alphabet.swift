/// The two alphabets of RFC 4648 and the decoding that both share.
struct Base64Alphabet: Sendable {
  static let standard = Base64Alphabet(sixtyThird: UInt8(ascii: "+"), sixtyFourth: UInt8(ascii: "/"))
  static let url = Base64Alphabet(sixtyThird: UInt8(ascii: "-"), sixtyFourth: UInt8(ascii: "_"))

  private static let none: UInt8 = 0xFF
  private let digits: [UInt8]
  private let values: [UInt8]

  private init(sixtyThird: UInt8, sixtyFourth: UInt8) {
    let digits =
      Array(UInt8(ascii: "A")...UInt8(ascii: "Z")) + Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
      + Array(UInt8(ascii: "0")...UInt8(ascii: "9")) + [sixtyThird, sixtyFourth]
    var values = [UInt8](repeating: Self.none, count: 256)
    for (value, digit) in zip(UInt8.min..., digits) { values[Int(digit)] = value }
    self.digits = digits
    self.values = values
  }

  /// Digits only; the caller has dealt with the padding.
  func decode(_ text: Span<UInt8>) throws(Base64Error) -> [UInt8] {
    let rest = text.count % 4
    guard rest != 1 else { throw .length }
    let whole = text.count - rest
    let values = values.span
    var position = 0
    var bytes = unsafe [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 2) { buffer, count in
      while position < whole {
        let a = values[Int(text[position])]
        let b = values[Int(text[position + 1])]
        let c = values[Int(text[position + 2])]
        let d = values[Int(text[position + 3])]
        guard a | b | c | d != Self.none else { return }
        unsafe buffer[count] = a << 2 | b >> 4
        unsafe buffer[count + 1] = b << 4 | c >> 2
        unsafe buffer[count + 2] = c << 6 | d
        count += 3
        position += 4
      }
    }
    guard position == whole else { throw misfit(in: text, from: position) }
    guard rest > 0 else { return bytes }
    let a = values[Int(text[position])]
    let b = values[Int(text[position + 1])]
    let c = rest == 3 ? values[Int(text[position + 2])] : 0
    guard a | b | c != Self.none else { throw misfit(in: text, from: position) }
    guard (rest == 3 ? c & 0b11 : b & 0b1111) == 0 else { throw .strayBits }
    bytes.append(a << 2 | b >> 4)
    if rest == 3 { bytes.append(b << 4 | c >> 2) }
    return bytes
  }

  /// Digits without padding.
  func encode(_ bytes: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var position = 0
    while position < bytes.count {
      let left = bytes.count - position
      let a = bytes[position]
      let b = left > 1 ? bytes[position + 1] : 0
      let c = left > 2 ? bytes[position + 2] : 0
      text.append(digits[Int(a >> 2)])
      text.append(digits[Int((a << 4 | b >> 4) & 0x3F)])
      if left > 1 { text.append(digits[Int((b << 2 | c >> 6) & 0x3F)]) }
      if left > 2 { text.append(digits[Int(c & 0x3F)]) }
      position += 3
    }
    return text
  }

  /// A valid digit is below 64, so only an invalid one sets all bits of a union.
  private func misfit(in text: Span<UInt8>, from start: Int) -> Base64Error {
    for offset in start..<text.count where values[Int(text[offset])] == Self.none { return .alphabet(offset: offset) }
    return .length
  }
}
