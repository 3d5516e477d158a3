import StrictParsers

/// A version as `Gem::Version` writes it: digits, then letters and digits after each dot. What follows a hyphen is not among them, since RubyGems
/// writes `.pre.` for it.
struct GemVersion: Hashable, Sendable {
  private static let longest = 128

  let written: ExactString

  /// `nil` if the text is not a version.
  init?(_ written: ExactString) {
    let segments = written.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard written.utf8.count <= Self.longest, let first = segments.first, first.allSatisfy(ASCII.isDigit),
      segments.allSatisfy({ !$0.isEmpty && $0.allSatisfy(ASCII.isAlphanumeric) })
    else { return nil }
    self.written = written
  }

  /// What equal versions share (`Gem::Version#canonical_segments`): `1.0.a` for `1.a.0`, `1` for `1.0.0`.
  var key: ExactString {
    let segments = Self.runs(of: written.utf8)
    let letters = segments.firstIndex { $0.first.map(ASCII.isAlpha) == true } ?? segments.endIndex
    let significant = Self.withoutZerosAtEnd(segments[..<letters]) + Self.withoutZerosAtEnd(segments[letters...])
    return significant.isEmpty ? "0" : ExactString(significant.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "."))
  }

  /// Runs of digits, without zeros before them, and runs of letters.
  private static func runs(of text: String.UTF8View) -> [[UInt8]] {
    var runs: [[UInt8]] = []
    var rest = text[...]
    while let first = rest.first {
      let run = rest.prefix(while: ASCII.isDigit(first) ? ASCII.isDigit : ASCII.isAlpha)
      guard !run.isEmpty else {
        rest = rest.dropFirst()
        continue
      }
      let significant = run.drop { $0 == UInt8(ascii: "0") }
      runs.append(significant.isEmpty ? [UInt8(ascii: "0")] : Array(significant))
      rest = rest.dropFirst(run.count)
    }
    return runs
  }

  private static func withoutZerosAtEnd(_ segments: ArraySlice<[UInt8]>) -> ArraySlice<[UInt8]> {
    segments[..<(segments.lastIndex { $0 != [UInt8(ascii: "0")] }.map { $0 + 1 } ?? segments.startIndex)]
  }
}
