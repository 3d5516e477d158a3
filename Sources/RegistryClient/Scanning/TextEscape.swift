/// A way in which a text stands for characters by others, resolved as leniently as any reader might.
enum TextEscape: CaseIterable {
  case percent, backslash, entity

  private var mark: UInt8 {
    switch self {
    case .percent: UInt8(ascii: "%")
    case .backslash: UInt8(ascii: "\\")
    case .entity: UInt8(ascii: "&")
    }
  }

  /// Whether an escape of any kind begins with this byte.
  static func isMark(_ byte: UInt8) -> Bool {
    byte == percent.mark || byte == backslash.mark || byte == entity.mark
  }

  /// `nil` if the text holds no such escape. What is resolved is shorter than the text.
  func resolved(_ text: [UInt8]) -> [UInt8]? {
    guard text.contains(mark) else { return nil }
    var resolved: [UInt8] = []
    resolved.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == mark, let (bytes, length) = first(of: text[index...]) {
        resolved += bytes
        index += length
      } else {
        resolved.append(text[index])
        index += 1
      }
    }
    return resolved.count < text.count ? resolved : nil
  }

  private func first(of rest: ArraySlice<UInt8>) -> (bytes: [UInt8], length: Int)? {
    switch self {
    case .percent: Self.byte(of: rest.dropFirst()).map { ([$0], 3) }
    case .backslash: Self.backslash(rest)
    case .entity: Self.entity(rest)
    }
  }

  private static func backslash(_ rest: ArraySlice<UInt8>) -> (bytes: [UInt8], length: Int)? {
    guard let kind = rest.dropFirst().first else { return nil }
    switch kind {
    case UInt8(ascii: "u"):
      guard let unit = unit(of: rest) else { return ([kind], 2) }
      if let low = Self.unit(of: rest.dropFirst(6)), 0xD800..<0xDC00 ~= unit, 0xDC00..<0xE000 ~= low {
        return scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)).map { ($0, 12) }
      }
      return scalar(unit).map { ($0, 6) } ?? ([kind], 2)
    case UInt8(ascii: "x"): return byte(of: rest.dropFirst(2)).map { ([$0], 4) } ?? ([kind], 2)
    default: return ([kind], 2)
    }
  }

  /// The number of an escape `\uXXXX` that `rest` begins with.
  private static func unit(of rest: ArraySlice<UInt8>) -> UInt32? {
    guard rest.count >= 6, rest.starts(with: #"\u"#.utf8) else { return nil }
    return ASCIIDigits.value(of: rest.dropFirst(2).prefix(4), radix: 16)
  }

  private static let names: [(name: [UInt8], byte: UInt8)] = [
    (Array("&amp;".utf8), UInt8(ascii: "&")), (Array("&lt;".utf8), UInt8(ascii: "<")), (Array("&gt;".utf8), UInt8(ascii: ">")),
    (Array("&quot;".utf8), UInt8(ascii: "\"")), (Array("&apos;".utf8), UInt8(ascii: "'")),
  ]

  private static func entity(_ rest: ArraySlice<UInt8>) -> (bytes: [UInt8], length: Int)? {
    if let entity = names.first(where: { rest.starts(with: $0.name) }) { return ([entity.byte], entity.name.count) }
    guard rest.starts(with: "&#".utf8), let end = rest.prefix(10).firstIndex(of: UInt8(ascii: ";")) else { return nil }
    let digits = rest[(rest.startIndex + 2)..<end]
    let isHexadecimal = digits.first.map { $0 | 0x20 } == UInt8(ascii: "x")
    let value = isHexadecimal ? ASCIIDigits.value(of: digits.dropFirst(), radix: 16) : ASCIIDigits.value(of: digits, radix: 10)
    return value.flatMap(scalar).map { ($0, end + 1 - rest.startIndex) }
  }

  private static func byte(of digits: ArraySlice<UInt8>) -> UInt8? {
    guard digits.count >= 2 else { return nil }
    return ASCIIDigits.value(of: digits.prefix(2), radix: 16).map { UInt8(truncatingIfNeeded: $0) }
  }

  private static func scalar(_ value: UInt32) -> [UInt8]? { Unicode.Scalar(value).map { Array(String(Character($0)).utf8) } }
}

/// Numbers in a text of bytes.
enum ASCIIDigits {
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// `nil` if these are not one to seven digits.
  static func value(of digits: ArraySlice<UInt8>, radix: UInt32) -> UInt32? {
    guard !digits.isEmpty, digits.count <= 7 else { return nil }
    var value: UInt32 = 0
    for digit in digits {
      guard let number = hexadecimal(digit), number < radix else { return nil }
      value = value * radix + UInt32(number)
    }
    return value
  }
}
