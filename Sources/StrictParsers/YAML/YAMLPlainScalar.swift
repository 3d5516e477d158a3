/// What readers make of a plain scalar beside a string.
enum YAMLPlainScalar {
  private static let words: Set<ExactString> = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"]

  /// Whether some reader may take it for something else than a string.
  static func isMore(_ text: ExactString) -> Bool {
    guard !words.contains(ASCII.lowercased(text)), let first = text.utf8.first else { return true }
    switch first {
    // A symbol of Ruby's.
    case UInt8(ascii: ":"): return true
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): return isNumber(text.utf8)
    default: return ASCII.isDigit(first) && isNumber(text.utf8)
    }
  }

  /// A number, a date or a time, or something near them: all that is not clearly none.
  private static func isNumber(_ text: String.UTF8View) -> Bool {
    let unsigned = text.first == UInt8(ascii: "+") || text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
    let lower = ASCII.lowercased(unsigned)
    guard ![".inf", ".nan"].contains(where: { lower.elementsEqual($0.utf8) }) else { return true }
    // 0x1F, 0b1, 0o7
    if lower.first == UInt8(ascii: "0"), let base = lower.dropFirst().first, "xbo".utf8.contains(base) {
      return lower.dropFirst(2).allSatisfy { ASCII.isHexDigit($0) || $0 == UInt8(ascii: "_") }
    }
    // 12:30:45, 2026-11-30, 2026-11-30 12:00:00 Z
    if lower.contains(UInt8(ascii: ":")) || isDate(lower) { return true }
    return isDecimal(lower[...])
  }

  /// Digits with separators, one dot at most, and an exponent.
  private static func isDecimal(_ text: ArraySlice<UInt8>) -> Bool {
    let mantissa = text.prefix { ASCII.isDigit($0) || "_,.".utf8.contains($0) }
    guard mantissa.count(where: { $0 == UInt8(ascii: ".") }) < 2 else { return false }
    let rest = text.dropFirst(mantissa.count)
    guard let mark = rest.first else { return true }
    guard mark == UInt8(ascii: "e") else { return false }
    let exponent = rest.dropFirst()
    let sign = exponent.first == UInt8(ascii: "+") || exponent.first == UInt8(ascii: "-")
    return exponent.dropFirst(sign ? 1 : 0).allSatisfy { ASCII.isDigit($0) || $0 == UInt8(ascii: "_") }
  }

  private static func isDate(_ text: [UInt8]) -> Bool {
    let parts = text.split(separator: UInt8(ascii: "-"), maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].count == 4 && parts[0].allSatisfy(ASCII.isDigit) && (1...2).contains(parts[1].count)
      && parts[1].allSatisfy(ASCII.isDigit) && parts[2].first.map(ASCII.isDigit) == true
  }
}
