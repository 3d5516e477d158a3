import Glibc

/// A string that is equal to another only if both are the same UTF-8 bytes.
///
/// Swift compares `String` by canonical equivalence, so that `"\u{212A}" == "K"`; whatever decides over a request is compared as this type instead.
package struct ExactString: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  package let text: String

  @inlinable package init(_ text: String) {
    var text = text
    text.makeContiguousUTF8()
    self.text = text
  }

  package init(_ text: some StringProtocol) { self.init(String(text)) }

  package init(stringLiteral text: String) { self.init(text) }

  /// `nil` if the bytes are not well-formed UTF-8 (Unicode, table 3-7).
  package init?(utf8 bytes: some Collection<UInt8>) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    self.text = text
  }

  @inlinable package var utf8: String.UTF8View { text.utf8 }
  @inlinable package var isEmpty: Bool { text.isEmpty }
  package var description: String { text }

  package static func == (left: Self, right: Self) -> Bool {
    left.text.utf8.count == right.text.utf8.count && compare(left, right, left.text.utf8.count) == 0
  }

  package static func < (left: Self, right: Self) -> Bool {
    let (leftCount, rightCount) = (left.text.utf8.count, right.text.utf8.count)
    let order = compare(left, right, min(leftCount, rightCount))
    return order == 0 ? leftCount < rightCount : order < 0
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(text.utf8.count)
    unsafe withBytes { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// The order of the first bytes: negative, 0 or positive.
  private static func compare(_ left: Self, _ right: Self, _ count: Int) -> Int32 {
    unsafe left.withBytes { left in
      unsafe right.withBytes { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return 0 }
        return unsafe memcmp(left, right, count)
      }
    }
  }

  @inline(__always)
  private func withBytes<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
    var text = text
    return text.withUTF8 { unsafe body($0) }
  }
}
