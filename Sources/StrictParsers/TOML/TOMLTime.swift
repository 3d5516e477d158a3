/// A date, a time of day, or both with an offset or without (RFC 3339; seconds may be missing since TOML 1.1).
enum TOMLTime {
  static func isValid(_ word: [UInt8]) -> Bool {
    guard word.count > 2, word[2] != UInt8(ascii: ":") else { return timeLength(word[...]) == word.count }
    guard word.count >= 10, isDate(word[..<10]) else { return false }
    guard word.count > 10 else { return true }
    guard [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")].contains(word[10]), let length = timeLength(word[11...]) else {
      return false
    }
    return isOffset(word[(11 + length)...])
  }

  private static func isDate(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, let year = number(parts[0], 4), let month = number(parts[1], 2),
      let day = number(parts[2], 2),
      (1...12).contains(month)
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[month - 1]).contains(day)
  }

  /// How many bytes of `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff` stand at the beginning.
  private static func timeLength(_ text: ArraySlice<UInt8>) -> Int? {
    guard let hour = number(text, 2), hour < 24, let minute = field(text.dropFirst(2)), minute < 60 else { return nil }
    guard text.dropFirst(5).first == UInt8(ascii: ":") else { return 5 }
    guard let second = field(text.dropFirst(5)), second <= 60 else { return nil }
    guard text.dropFirst(8).first == UInt8(ascii: ".") else { return 8 }
    let fraction = text.dropFirst(9).prefix(while: ASCII.isDigit).count
    return fraction > 0 ? 9 + fraction : nil
  }

  /// Nothing, `Z`, or `+hh:mm`.
  private static func isOffset(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    if first | 0x20 == UInt8(ascii: "z") { return text.count == 1 }
    guard first == UInt8(ascii: "+") || first == UInt8(ascii: "-"), text.count == 6, let hour = number(text.dropFirst(), 2), hour < 24,
      let minute = field(text.dropFirst(3)), minute < 60
    else { return false }
    return true
  }

  /// A colon and two digits.
  private static func field(_ text: ArraySlice<UInt8>) -> Int? {
    text.first == UInt8(ascii: ":") ? number(text.dropFirst(), 2) : nil
  }

  /// Exactly so many digits.
  private static func number(_ text: ArraySlice<UInt8>, _ count: Int) -> Int? {
    let digits = text.prefix(count)
    guard digits.count == count, digits.allSatisfy(ASCII.isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 & 0xF) }
  }
}
