/// Why a text is not the one canonical base64 of some bytes.
package enum Base64Error: Error, Hashable, Sendable {
  /// No bytes have an encoding of this length, or the padding is missing, misplaced or too much.
  case length
  /// A byte that is not of the alphabet, at this offset. White space and the other alphabet are such bytes.
  case alphabet(offset: Int)
  /// The last digit carries bits that belong to no byte, so that a second text would mean the same bytes (RFC 4648, section 3.5).
  case strayBits
}
