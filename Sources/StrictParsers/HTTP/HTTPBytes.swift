extension Span<UInt8> {
  /// Whether these are the bytes of a text.
  func elementsEqual(_ text: String) -> Bool {
    let other = text.utf8Span.span
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }

  /// Whether these are the bytes of a text in lower case, but for the case of `A-Z`.
  func elementsEqual(lowercased text: String) -> Bool {
    let other = text.utf8Span.span
    guard count == other.count else { return false }
    for index in indices where ASCII.lowercased(self[index]) != other[index] { return false }
    return true
  }
}

extension [UInt8] {
  /// Appends by one copy of memory, which a loop over a span would not be.
  package mutating func append(copying bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}

extension Span<UInt8> {
  /// A range of these bytes without the optional white space at its ends (RFC 9110, section 5.6.3).
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, self[start] == UInt8(ascii: " ") || self[start] == UInt8(ascii: "\t") { start += 1 }
    while start < end, self[end - 1] == UInt8(ascii: " ") || self[end - 1] == UInt8(ascii: "\t") { end -= 1 }
    return start..<end
  }
}
