/// A path that means the same to every reader, however often it decodes and whatever it normalises.
///
/// The segments are decoded once, for decisions. What is forwarded are the bytes as they came, in which no unreserved character is escaped:
/// what is decided on and what a server compares have one form (RFC 3986, section 6.2.2.2).
package struct RequestPath: Sendable {
  package struct Segment: Sendable {
    /// As it came, with unreserved characters as themselves.
    package let bytes: ArraySlice<UInt8>
    /// Decoded. Neither empty nor dots only, and free of delimiters, percent signs and controls; its compatibility form, too.
    package let text: ExactString
  }

  /// As it came, with unreserved characters as themselves; it begins with a slash.
  package let bytes: ArraySlice<UInt8>
  /// None for `/`.
  package let segments: [Segment]
  /// Whether a slash stands behind the last segment, or alone.
  package let hasTrailingSlash: Bool

  package init(_ bytes: ArraySlice<UInt8>) throws(RequestPathRefusal) {
    guard bytes.first == UInt8(ascii: "/") else { throw .notAbsolute }
    var plain = [UInt8(ascii: "/")]
    var found: [(place: Range<Int>, text: ExactString)] = []
    var start = bytes.startIndex + 1
    while start < bytes.endIndex {
      let rest = bytes[start...]
      let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
      guard end > start else { throw .emptySegment }
      let text = try PercentEncoding.pathSegment(bytes[start..<end])
      guard text.utf8.contains(where: { $0 != UInt8(ascii: ".") }) else { throw .dotSegment }
      guard !CompatibilityForm.leadsElsewhere(text) else { throw .compatibilityForm }
      let begin = plain.count
      plain += PercentEncoding.withoutEscapedUnreserved(bytes[start..<end])
      found.append((begin..<plain.count, text))
      if end < bytes.endIndex { plain.append(UInt8(ascii: "/")) }
      start = end + 1
    }
    self.bytes = plain[...]
    segments = found.map { Segment(bytes: plain[$0.place], text: $0.text) }
    hasTrailingSlash = bytes.last == UInt8(ascii: "/")
  }

  /// What follows the first segments, in that form: empty, or it begins with a slash.
  package func bytes(afterSegments count: Int) -> ArraySlice<UInt8> {
    guard count > 0, !segments.isEmpty else { return bytes }
    return bytes[segments[min(count, segments.count) - 1].bytes.endIndex...]
  }

  /// Whether the first segments are these, compared decoded.
  package func hasPrefix(_ prefix: [ExactString]) -> Bool {
    segments.count >= prefix.count && zip(segments, prefix).allSatisfy { $0.text == $1 }
  }
}
