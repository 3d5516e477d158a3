/// The 32 bytes of a SHA-256 (FIPS 180-4).
package struct SHA256Digest: Hashable, Sendable {
  package static let length = 32
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// `nil` unless exactly 32 bytes are given.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == Self.length else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for (index, byte) in bytes.enumerated() {
      switch index / 8 {
      case 0: words.0 = words.0 << 8 | UInt64(byte)
      case 1: words.1 = words.1 << 8 | UInt64(byte)
      case 2: words.2 = words.2 << 8 | UInt64(byte)
      default: words.3 = words.3 << 8 | UInt64(byte)
      }
    }
    self.words = words
  }

  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.length)
    Self.append(words.0, to: &bytes)
    Self.append(words.1, to: &bytes)
    Self.append(words.2, to: &bytes)
    Self.append(words.3, to: &bytes)
    return bytes
  }

  private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56 as UInt64, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word &>> shift)) }
  }

  /// Appends 64 lower-case digits.
  package func appendHex(to text: inout [UInt8]) {
    let digits = InlineArray<64, UInt8> { position in
      let nibble = UInt8(truncatingIfNeeded: word(position / 16) &>> UInt64(60 - position % 16 * 4) & 0xF)
      return nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble
    }
    unsafe digits.span.withUnsafeBufferPointer { unsafe text.append(contentsOf: $0) }
  }

  private func word(_ index: Int) -> UInt64 {
    switch index {
    case 0: words.0
    case 1: words.1
    case 2: words.2
    default: words.3
    }
  }

  /// 64 lower-case digits.
  package var hex: String {
    var text: [UInt8] = []
    appendHex(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}
