import StrictParsers

/// A name that is one segment of a path and nothing more is known of: two names are the same only if their bytes are.
enum GenericName {
  /// What a segment of a path may say once it is decoded, but for `*`, which would make a name look like a pattern.
  static func isName(_ text: ExactString) -> Bool { isPattern(text) && !text.utf8.contains(UInt8(ascii: "*")) }

  static func isPattern(_ text: ExactString) -> Bool {
    guard text.utf8.contains(where: { $0 != UInt8(ascii: ".") }) else { return false }
    return text.utf8.allSatisfy { !ASCII.isControl($0) && !"/\\%?#;".utf8.contains($0) } && !CompatibilityForm.leadsElsewhere(text)
  }
}
