/// What Unicode's compatibility normalisation (NFKC, UAX #15) makes of a path's segment: a server that normalises names must not be led elsewhere.
package enum CompatibilityForm {
  /// Whether it is dots only, or has a slash or a backslash in it, although the segment itself is not and has none.
  package static func leadsElsewhere(_ segment: ExactString) -> Bool {
    guard !segment.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
    let scalars = segment.text.unicodeScalars
    return scalars.contains(where: hidesSeparator) || scalars.allSatisfy { $0 == "." || isDots($0) }
  }

  /// One to three dots, and nothing else.
  static func isDots(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2024, 0x2025, 0x2026, 0xFE19, 0xFE30, 0xFE52, 0xFF0E: true
    default: false
    }
  }

  /// A slash or a backslash, alone or between letters (`\u{2105}`, c/o).
  static func hidesSeparator(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2100, 0x2101, 0x2105, 0x2106, 0xFE68, 0xFF0F, 0xFF3C: true
    default: false
    }
  }
}
