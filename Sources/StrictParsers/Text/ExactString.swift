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

  @inlinable package static func == (left: Self, right: Self) -> Bool {
    guard left.text.utf8.count == right.text.utf8.count else { return false }
    let left = left.text.utf8Span.span
    let right = right.text.utf8Span.span
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  package static func < (left: Self, right: Self) -> Bool {
    let left = left.text.utf8Span.span
    let right = right.text.utf8Span.span
    for index in 0..<min(left.count, right.count) where left[index] != right[index] { return left[index] < right[index] }
    return left.count < right.count
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(text.utf8.count)
    unsafe text.utf8Span.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}
