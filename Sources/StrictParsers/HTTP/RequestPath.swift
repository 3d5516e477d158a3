/// A path that means the same to every reader, however often it decodes and whatever it normalises.
///
/// The segments are decoded once, for decisions. What is forwarded are the bytes as they came, in which no unreserved character is escaped:
/// what is decided on and what a server compares have one form (RFC 3986, section 6.2.2.2).
package struct RequestPath: Sendable {
  package struct Segment: Sendable {
    /// As it came, with unreserved characters as themselves.
    package let bytes: ArraySlice<UInt8>
    /// Decoded. Neither empty nor dots only, and free of delimiters, percent signs and controls; its compatibility form, too. Only where
    /// `.encodedScopeSlash` was allowed, it may be `@scope/name`.
    package let text: ExactString
  }

  /// As it came, with unreserved characters as themselves and one slash for two where that was allowed; it begins with a slash.
  package let bytes: ArraySlice<UInt8>
  /// None for `/`.
  package let segments: [Segment]
  /// Whether a slash stands behind the last segment, or alone.
  package let hasTrailingSlash: Bool
  /// How many segments stand before the two slashes; `nil` if there are none.
  private let doubleSlash: Int?
  private let hasEncodedScope: Bool

  /// - Parameter rules: What is read although it is not plain. Whether it stands in the right place is for `isAllowed` to tell.
  package init(_ bytes: ArraySlice<UInt8>, allowing rules: PathRules = []) throws(RequestPathRefusal) {
    guard bytes.first == UInt8(ascii: "/") else { throw .notAbsolute }
    var plain = [UInt8(ascii: "/")]
    var found: [(place: Range<Int>, text: ExactString)] = []
    var doubleSlash: Int?
    var hasEncodedScope = false
    var start = bytes.startIndex + 1
    while start < bytes.endIndex {
      let rest = bytes[start...]
      let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
      guard end > start else {
        guard rules.contains(.leadingDoubleSlash), doubleSlash == nil, end + 1 < bytes.endIndex else { throw .emptySegment }
        doubleSlash = found.count
        start = end + 1
        continue
      }
      let text: ExactString
      if rules.contains(.encodedScopeSlash), let scoped = ScopedName.text(of: bytes[start..<end]) {
        text = scoped
        hasEncodedScope = true
      } else {
        text = try PercentEncoding.pathSegment(bytes[start..<end])
      }
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
    self.doubleSlash = doubleSlash
    self.hasEncodedScope = hasEncodedScope
  }

  /// Whether no rule was needed to read it.
  package var isPlain: Bool { isAllowed(by: [], behind: 0) }

  /// Whether a registry whose own path has this many segments takes it: it is plain, or is so where the rules say.
  package func isAllowed(by rules: PathRules, behind prefix: Int) -> Bool {
    (!hasEncodedScope || rules.contains(.encodedScopeSlash))
      && (doubleSlash == nil || rules.contains(.leadingDoubleSlash) && doubleSlash == prefix)
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
