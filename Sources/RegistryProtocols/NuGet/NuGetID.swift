import StrictParsers

/// A package's id: words of ASCII letters, digits and underscores, with one dot or hyphen between two, equal to another but for case. NuGet's own
/// pattern is the same over Unicode; nuget.org takes no other id either.
struct NuGetID: Hashable, Sendable {
  /// As NuGet bounds it.
  private static let longest = 100

  let written: ExactString
  let canonical: ExactString

  /// `nil` if the text is not an id.
  init?(_ written: ExactString) {
    guard (1...Self.longest).contains(written.utf8.count),
      Self.words(of: written.utf8).allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isOfWord) })
    else { return nil }
    self.written = written
    canonical = ASCII.lowercased(written)
  }

  /// A pattern of ids with `*` for any characters; `nil` if no id can match it.
  static func canonicalPattern(_ written: ExactString) -> ExactString? {
    guard (1...longest).contains(written.utf8.count),
      written.utf8.allSatisfy({ isOfWord($0) || isBetweenWords($0) || $0 == UInt8(ascii: "*") })
    else { return nil }
    return ASCII.lowercased(written)
  }

  private static func words(of text: String.UTF8View) -> [Substring.UTF8View] {
    text.split(omittingEmptySubsequences: false, whereSeparator: isBetweenWords)
  }

  private static func isOfWord(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "_") }
  private static func isBetweenWords(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") }
}
