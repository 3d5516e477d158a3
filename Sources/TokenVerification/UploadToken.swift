package import Digests
import StrictParsers

/// The credential that an exchange hands out: 256 random bits, recognisable as ours, and worth nothing but what the store knows of it.
///
/// Its text is `impr_`, the bits as 43 base62 digits (`0-9A-Za-z`, the highest first, filled up with zeros), and 6 base62 digits of the CRC-32
/// (ISO 3309) over the 48 bytes before them, so that scanners tell a token from a look-alike without asking anybody.
package struct UploadToken: Hashable, Sendable {
  /// What the programs that look for leaked secrets should look for; the checksum then rules out chance.
  package static let scannerPattern = "impr_[0-9A-Za-z]{49}"

  package static let prefix = Array("impr_".utf8)
  private static let secretLength = 32
  private static let digitsOfSecret = 43
  private static let digitsOfChecksum = 6
  private static let length = prefix.count + digitsOfSecret + digitsOfChecksum

  /// All of it, for the one answer that hands it out.
  package let exposedText: [UInt8]

  /// `nil` if the bytes are not the one text of some token.
  package init?(parsing text: some Collection<UInt8>) {
    guard text.count == Self.length, text.starts(with: Self.prefix) else { return nil }
    let checked = text.prefix(Self.prefix.count + Self.digitsOfSecret)
    guard let secret = Base62.decode(checked.dropFirst(Self.prefix.count), count: Self.secretLength),
      Self.text(of: secret).elementsEqual(text)
    else { return nil }
    exposedText = Array(text)
  }

  /// A token that nobody has seen before.
  package static func random() throws(RandomnessUnavailable) -> UploadToken { UploadToken(secret: try SecureRandom.bytes(secretLength)) }

  private init(secret: [UInt8]) { exposedText = Self.text(of: secret) }

  /// Over the whole text. The store keeps nothing else of a token.
  package var hash: SHA256Digest { SHA256.digest(of: exposedText) }

  private static func text(of secret: [UInt8]) -> [UInt8] {
    let checked = prefix + Base62.encode(secret, digits: digitsOfSecret)
    let checksum = CRC32.checksum(of: checked)
    let bytes = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: checksum >> UInt32($0)) }
    return checked + Base62.encode(bytes, digits: digitsOfChecksum)
  }
}

/// Whatever prints a token prints no secret.
extension UploadToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "‹redacted›" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Large numbers in base 62: digits that no shell, URL or double click takes apart.
private enum Base62 {
  private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  /// The last `digits` digits of a number whose highest byte is first.
  static func encode(_ bytes: [UInt8], digits: Int) -> [UInt8] {
    var number = bytes
    var text: [UInt8] = []
    for _ in 0..<digits {
      var remainder: UInt16 = 0
      for index in number.indices {
        let dividend = remainder << 8 | UInt16(number[index])
        number[index] = UInt8(truncatingIfNeeded: dividend / 62)
        remainder = dividend % 62
      }
      text.append(alphabet[Int(remainder)])
    }
    return text.reversed()
  }

  /// The number as so many bytes, the highest first; `nil` if a byte is no digit or the number needs more.
  static func decode(_ text: some Collection<UInt8>, count: Int) -> [UInt8]? {
    var number = [UInt8](repeating: 0, count: count)
    for byte in text {
      guard let digit = value(byte) else { return nil }
      var carry = digit
      for index in number.indices.reversed() {
        let sum = UInt16(number[index]) * 62 + carry
        number[index] = UInt8(truncatingIfNeeded: sum)
        carry = sum >> 8
      }
      guard carry == 0 else { return nil }
    }
    return number
  }

  private static func value(_ byte: UInt8) -> UInt16? {
    if ASCII.isDigit(byte) { return UInt16(byte &- 0x30) }
    if ASCII.isUpper(byte) { return UInt16(byte &- 0x41) + 10 }
    return ASCII.isLower(byte) ? UInt16(byte &- 0x61) + 36 : nil
  }
}

/// CRC-32 as in ISO 3309, bit by bit: it is only ever computed over 48 bytes.
private enum CRC32 {
  static func checksum(of bytes: [UInt8]) -> UInt32 {
    var remainder = UInt32.max
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
    }
    return ~remainder
  }
}
