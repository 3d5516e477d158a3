import StrictParsers

/// A crate's name: ASCII letters and digits with `-` and `_`, as every registry of crates has it, equal to another but for case and `-` for `_`.
struct CrateName: Hashable, Sendable {
  /// As crates.io bounds it.
  static let longest = 64

  let written: ExactString
  /// Lower case, with `-` for each `_`: of two crates that differ in no more, a registry has only one.
  let canonical: ExactString

  /// `nil` if the text is not a name.
  init?(_ written: ExactString) {
    guard (1...Self.longest).contains(written.utf8.count), written.utf8.allSatisfy(Self.isNameCharacter),
      written.utf8.first != UInt8(ascii: "-")
    else { return nil }
    self.written = written
    canonical = Self.canonical(written)
  }

  /// A pattern of names with `*` for any characters, spelt as canonical names are; `nil` if no name can match it.
  static func canonicalPattern(_ written: ExactString) -> ExactString? {
    guard (1...longest).contains(written.utf8.count), written.utf8.allSatisfy({ isNameCharacter($0) || $0 == UInt8(ascii: "*") }),
      written.utf8.first != UInt8(ascii: "-")
    else { return nil }
    return canonical(written)
  }

  private static func isNameCharacter(_ byte: UInt8) -> Bool {
    ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }

  private static func canonical(_ written: ExactString) -> ExactString {
    let bytes = written.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : ASCII.lowercased($0) }
    return ExactString(String(decoding: bytes, as: UTF8.self))
  }
}
