/// Who is addressed: a host name, an IPv4 address or an IPv6 address in brackets, and perhaps a port (RFC 3986, section 3.2).
package struct HostName: Hashable, Sendable {
  /// In lower case, without the port; an IPv6 address keeps its brackets and the form in which it was written.
  package let name: ExactString
  /// 1...65535, or `nil` if none was given.
  package let port: UInt16?

  /// `nil` if the text is anything else: labels of letters, digits and inner hyphens, 63 bytes each and 253 in all, no trailing dot, no empty port.
  package init?(_ text: ExactString) { self.init(text.text.utf8Span.span) }

  init?(_ bytes: Span<UInt8>) {
    guard !bytes.isEmpty else { return nil }
    var end = 0
    if bytes[0] == UInt8(ascii: "[") {
      while end < bytes.count, bytes[end] != UInt8(ascii: "]") { end += 1 }
      guard end < bytes.count, Self.isIPv6(bytes.extracting(1..<end)) else { return nil }
      end += 1
    } else {
      while end < bytes.count, bytes[end] != UInt8(ascii: ":") { end += 1 }
      guard Self.isName(bytes.extracting(0..<end)) else { return nil }
    }
    var port: UInt16?
    if end < bytes.count {
      guard bytes[end] == UInt8(ascii: ":"), let number = Self.port(bytes.extracting((end + 1)..<bytes.count)) else { return nil }
      port = number
    }
    var name: [UInt8] = []
    name.reserveCapacity(end)
    for index in 0..<end { name.append(ASCII.lowercased(bytes[index])) }
    self.name = ExactString(String(decoding: name, as: UTF8.self))
    self.port = port
  }

  private static func port(_ digits: Span<UInt8>) -> UInt16? {
    guard 1...5 ~= digits.count, digits[0] != UInt8(ascii: "0") else { return nil }
    var number = 0
    for index in digits.indices {
      guard ASCII.isDigit(digits[index]) else { return nil }
      number = number * 10 + Int(digits[index] &- UInt8(ascii: "0"))
    }
    return UInt16(exactly: number)
  }

  /// RFC 1123, section 2.1. An IPv4 address has the same shape.
  private static func isName(_ bytes: Span<UInt8>) -> Bool {
    guard 1...253 ~= bytes.count else { return false }
    var labelStart = 0
    for index in bytes.indices {
      if bytes[index] == UInt8(ascii: ".") {
        guard index > labelStart, bytes[index - 1] != UInt8(ascii: "-") else { return false }
        labelStart = index + 1
      } else if bytes[index] == UInt8(ascii: "-") {
        guard index > labelStart else { return false }
      } else {
        guard ASCII.isAlphanumeric(bytes[index]) else { return false }
      }
      guard index - labelStart < 63 else { return false }
    }
    return labelStart < bytes.count && bytes[bytes.count - 1] != UInt8(ascii: "-")
  }

  /// RFC 3986, `IPv6address`: eight groups, one run of which may be `::`, the last two of which may be an IPv4 address. No zone.
  private static func isIPv6(_ bytes: Span<UInt8>) -> Bool {
    guard 2...45 ~= bytes.count else { return false }
    var groups = 0
    var isShortened = false
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: ":") {
        // Either `::`, or the colon between two groups.
        guard index + 1 < bytes.count else { return false }
        if bytes[index + 1] == UInt8(ascii: ":") {
          guard !isShortened else { return false }
          isShortened = true
          index += 2
        } else {
          guard index > 0, bytes[index - 1] != UInt8(ascii: ":") else { return false }
          index += 1
        }
        continue
      }
      let start = index
      while index < bytes.count, ASCII.isHexDigit(bytes[index]) { index += 1 }
      if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
        guard isIPv4(bytes.extracting(start..<bytes.count)) else { return false }
        groups += 2
        index = bytes.count
      } else {
        guard 1...4 ~= index - start, index == bytes.count || bytes[index] == UInt8(ascii: ":") else { return false }
        groups += 1
      }
    }
    return isShortened ? groups < 8 : groups == 8
  }

  private static func isIPv4(_ bytes: Span<UInt8>) -> Bool {
    var numbers = 0
    var start = 0
    while start <= bytes.count {
      var end = start
      var number = 0
      while end < bytes.count, ASCII.isDigit(bytes[end]), end - start < 4 {
        number = number * 10 + Int(bytes[end] &- UInt8(ascii: "0"))
        end += 1
      }
      guard 1...3 ~= end - start, number < 256, end - start == 1 || bytes[start] != UInt8(ascii: "0") else { return false }
      numbers += 1
      guard end == bytes.count || bytes[end] == UInt8(ascii: ".") else { return false }
      start = end + 1
    }
    return numbers == 4
  }
}
