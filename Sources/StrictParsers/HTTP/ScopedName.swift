/// A scoped name that stands in one segment of a path: `@scope%2fname`, and nothing else that holds an escaped slash.
///
/// A reader that decodes it sees two segments, one that does not sees one. Both mean the same package, since neither half can lead anywhere else.
enum ScopedName {
  /// `@scope/name`; `nil` if the segment is anything else.
  static func text(of segment: ArraySlice<UInt8>) -> ExactString? {
    guard let place = slash(in: segment), let scope = half(segment[..<place]), let name = half(segment[(place + 3)...]),
      scope.utf8.first == UInt8(ascii: "@"), !isDots(scope.utf8.dropFirst())
    else { return nil }
    return ExactString("\(scope)/\(name)")
  }

  /// Where the first escaped slash begins.
  private static func slash(in segment: ArraySlice<UInt8>) -> Int? {
    segment.indices.dropLast(2).first { index in
      segment[index] == UInt8(ascii: "%") && segment[index + 1] == UInt8(ascii: "2")
        && ASCII.lowercased(segment[index + 2]) == UInt8(ascii: "f")
    }
  }

  /// What would do as a segment by itself.
  private static func half(_ bytes: ArraySlice<UInt8>) -> ExactString? {
    guard let text = try? PercentEncoding.pathSegment(bytes), !isDots(text.utf8), !CompatibilityForm.leadsElsewhere(text) else {
      return nil
    }
    return text
  }

  /// Nothing, or dots only.
  private static func isDots(_ text: some Collection<UInt8>) -> Bool { text.allSatisfy { $0 == UInt8(ascii: ".") } }
}
