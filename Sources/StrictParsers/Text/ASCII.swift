/// What single bytes mean in ASCII (RFC 20), for grammars that are defined over bytes.
///
/// `Character.isNumber` and its kin are true for all of Unicode; these are true for what the grammars name.
package enum ASCII {
  /// `0-9`.
  @inlinable package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  /// `a-z`.
  @inlinable package static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
  /// `A-Z`.
  @inlinable package static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  /// `A-Z`, `a-z`.
  @inlinable package static func isAlpha(_ byte: UInt8) -> Bool { isLower(byte | 0x20) }
  /// `A-Z`, `a-z`, `0-9`.
  @inlinable package static func isAlphanumeric(_ byte: UInt8) -> Bool { isAlpha(byte) || isDigit(byte) }
  /// `0-9`, `a-f`, `A-F`.
  @inlinable package static func isHexDigit(_ byte: UInt8) -> Bool { hexValue(byte) != nil }
  /// VCHAR of RFC 5234: `!` to `~`, so neither space nor control.
  @inlinable package static func isVisible(_ byte: UInt8) -> Bool { byte &- 0x21 < 0x5E }
  /// Whether all of them are visible.
  package static func areVisible(_ bytes: Span<UInt8>) -> Bool {
    // Without a branch for each byte.
    var others: UInt8 = 0
    for position in bytes.indices { others |= (bytes[position] &- 0x21) < 0x5E ? 0 : 1 }
    return others == 0
  }

  /// C0 controls and DEL.
  @inlinable package static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

  /// A tchar of RFC 9110, section 5.6.2: what method names and field names are made of.
  @inlinable package static func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
      UInt8(ascii: "*"),
      UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"),
      UInt8(ascii: "~"):
      true
    default: isAlphanumeric(byte)
    }
  }

  /// The value of one hexadecimal digit of either case.
  @inlinable package static func hexValue(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte &- 0x30 }
    let lower = byte | 0x20
    return lower &- 0x61 < 6 ? lower &- 0x57 : nil
  }

  /// `A-Z` become `a-z`; every other byte stays.
  @inlinable package static func lowercased(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }

  /// `A-Z` become `a-z`; every other byte stays.
  @inlinable package static func lowercased(_ bytes: some Sequence<UInt8>) -> [UInt8] { lowercased(Array(bytes)) }

  /// `A-Z` become `a-z`; every other byte stays.
  package static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
    var lowered = bytes
    for index in lowered.indices { lowered[index] = lowercased(lowered[index]) }
    return lowered
  }

  /// `A-Z` become `a-z`; every other scalar stays.
  package static func lowercased(_ string: ExactString) -> ExactString {
    let bytes = string.text.utf8Span.span
    guard bytes.indices.contains(where: { isUpper(bytes[$0]) }) else { return string }
    return ExactString(String(decoding: lowercased(string.utf8), as: UTF8.self))
  }

  /// Equal but for the case of `A-Z`. No scalar outside of ASCII folds into it.
  @inlinable package static func equalIgnoringCase(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
    left.elementsEqual(right) { lowercased($0) == lowercased($1) }
  }

  /// Equal but for the case of `A-Z`. No scalar outside of ASCII folds into it.
  package static func equalIgnoringCase(_ left: ExactString, _ right: ExactString) -> Bool { equalIgnoringCase(left.utf8, right.utf8) }
}
