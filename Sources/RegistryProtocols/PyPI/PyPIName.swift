package import StrictParsers

/// A project's name on a Python index, valid by PEP 508, and equal to another if PEP 503 makes them the same.
package struct PyPIName: Hashable, Sendable {
  /// No standard sets a bound; a file's name, which holds the project's, has one.
  private static let longest = 200

  package let written: ExactString
  /// Lower case, with one `-` for each run of `-`, `_` and `.` (PEP 503).
  package let canonical: ExactString

  /// `nil` if the text is not a name: not ASCII letters and digits with `.`, `_` and `-` between them.
  package init?(_ written: ExactString) {
    guard (1...Self.longest).contains(written.utf8.count), written.utf8.allSatisfy(Self.isNameCharacter), let first = written.utf8.first,
      let last = written.utf8.last, !Self.isSeparator(first), !Self.isSeparator(last)
    else { return nil }
    self.written = written
    canonical = Self.canonical(written)
  }

  /// A pattern of names with `*` for any characters, spelt as canonical names are; `nil` if no name can match it.
  package static func canonicalPattern(_ written: ExactString) -> ExactString? {
    guard (1...longest).contains(written.utf8.count), written.utf8.allSatisfy({ isNameCharacter($0) || $0 == UInt8(ascii: "*") }),
      let first = written.utf8.first, let last = written.utf8.last, !isSeparator(first), !isSeparator(last)
    else { return nil }
    return canonical(written)
  }

  static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") }

  private static func isNameCharacter(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || isSeparator(byte) }

  private static func canonical(_ written: ExactString) -> ExactString {
    guard !isCanonical(written) else { return written }
    var bytes: [UInt8] = []
    for byte in written.utf8 {
      if !isSeparator(byte) {
        bytes.append(ASCII.lowercased(byte))
      } else if bytes.last != UInt8(ascii: "-") {
        bytes.append(UInt8(ascii: "-"))
      }
    }
    return ExactString(String(decoding: bytes, as: UTF8.self))
  }

  /// Whether it is spelt so already, which nearly every name is.
  private static func isCanonical(_ written: ExactString) -> Bool {
    var last: UInt8 = 0
    for byte in written.utf8 {
      guard ASCII.lowercased(byte) == byte, !isSeparator(byte) || byte == UInt8(ascii: "-") && last != byte else { return false }
      last = byte
    }
    return true
  }

  package static func == (left: Self, right: Self) -> Bool { left.canonical == right.canonical }

  package func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
}
