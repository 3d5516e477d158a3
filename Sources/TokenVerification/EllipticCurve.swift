/// A curve over a prime field, named as JWK and libcrypto name it.
enum EllipticCurve: String, CaseIterable, Sendable {
  case p256 = "P-256"
  case p384 = "P-384"

  /// How many bytes a coordinate takes, and each half of a signature.
  var fieldLength: Int {
    switch self {
    case .p256: 32
    case .p384: 48
    }
  }

  /// JWS writes r and s one after the other at full length (RFC 7518, section 3.4); libcrypto reads an ECDSA-Sig-Value (RFC 3279, section 2.2.3).
  /// `nil` unless the signature is exactly as long as two field elements.
  func derSignature(raw signature: [UInt8]) -> [UInt8]? {
    guard signature.count == 2 * fieldLength else { return nil }
    let content = Self.derInteger(signature.prefix(fieldLength)) + Self.derInteger(signature.suffix(fieldLength))
    // Twice 48 bytes, four of heads and two of sign make 102 at most: the short form of a length is always enough.
    return [0x30, UInt8(truncatingIfNeeded: content.count)] + content
  }

  private static func derInteger(_ bigEndian: ArraySlice<UInt8>) -> [UInt8] {
    var digits = Array(bigEndian.drop { $0 == 0 })
    if digits.first.map({ $0 >= 0x80 }) ?? true { digits.insert(0, at: 0) }
    return [0x02, UInt8(truncatingIfNeeded: digits.count)] + digits
  }
}
