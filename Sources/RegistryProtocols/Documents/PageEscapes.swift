import StrictParsers

/// How a page may write the characters of a file's name otherwise: by HTML's character references, by JSON's escapes, in links by percent-encoding.
///
/// Indexes differ in how much of a name they escape. Undone is only what stands for a character of ASCII.
enum PageEscapes {
  /// What an escape stands for, and how long it is.
  typealias Reading = (byte: UInt8, length: Int)

  /// The page as it stands, and as a reader of each form would read its names.
  static func readings(of page: [UInt8]) -> [[UInt8]] {
    let text = undo(page, begunBy: UInt8(ascii: "&"), reference)
    let string = undo(text, begunBy: UInt8(ascii: "\\"), unicodeEscape)
    return [page, undo(string, begunBy: UInt8(ascii: "%"), percentEncoding)]
  }

  private static func undo(_ page: [UInt8], begunBy first: UInt8, _ read: (ArraySlice<UInt8>) -> Reading?) -> [UInt8] {
    guard page.contains(first) else { return page }
    var text: [UInt8] = []
    text.reserveCapacity(page.count)
    var index = 0
    while index < page.count {
      if page[index] == first, let escape = read(page[index...]) {
        text.append(escape.byte)
        index += escape.length
      } else {
        text.append(page[index])
        index += 1
      }
    }
    return text
  }

  /// RFC 3986, section 2.1.
  private static func percentEncoding(_ text: ArraySlice<UInt8>) -> Reading? {
    number(text.dropFirst().prefix(2), radix: 16).map { ($0, 3) }
  }

  /// RFC 8259, section 7.
  private static func unicodeEscape(_ text: ArraySlice<UInt8>) -> Reading? {
    guard text.starts(with: "\\u00".utf8) else { return nil }
    return number(text.dropFirst(4).prefix(2), radix: 16).map { ($0, 6) }
  }

  /// HTML, section 13.2.5.72: a number's semicolon may be missing.
  static func reference(_ text: ArraySlice<UInt8>) -> Reading? {
    for (name, character) in names where text.dropFirst().starts(with: name) { return (character, 1 + name.count) }
    guard text.starts(with: "&#".utf8) else { return nil }
    let isHexadecimal = text.dropFirst(2).first.map { $0 | 0x20 } == UInt8(ascii: "x")
    let beginning = isHexadecimal ? 3 : 2
    let digits = text.dropFirst(beginning).prefix { isHexadecimal ? ASCII.isHexDigit($0) : ASCII.isDigit($0) }
    guard let byte = number(digits, radix: isHexadecimal ? 16 : 10) else { return nil }
    let isEnded = text[digits.endIndex...].first == UInt8(ascii: ";")
    return (byte, beginning + digits.count + (isEnded ? 1 : 0))
  }

  /// Those of characters that stand in names of files, before them in links, or in another escape.
  private static let names: [([UInt8], UInt8)] = [
    ("plus;", UInt8(ascii: "+")), ("period;", UInt8(ascii: ".")), ("lowbar;", UInt8(ascii: "_")), ("UnderBar;", UInt8(ascii: "_")),
    ("excl;", UInt8(ascii: "!")), ("percnt;", UInt8(ascii: "%")), ("sol;", UInt8(ascii: "/")), ("colon;", UInt8(ascii: ":")),
    ("lsqb;", UInt8(ascii: "[")), ("rsqb;", UInt8(ascii: "]")),
  ].map { (name: String, character: UInt8) in (Array(name.utf8), character) }

  /// Nil without a digit, and above 127.
  private static func number(_ digits: ArraySlice<UInt8>, radix: Int) -> UInt8? {
    guard !digits.isEmpty else { return nil }
    var value = 0
    for digit in digits {
      guard let next = ASCII.hexValue(digit), next < radix else { return nil }
      value = value * radix + Int(next)
      guard value < 128 else { return nil }
    }
    return UInt8(value)
  }
}
