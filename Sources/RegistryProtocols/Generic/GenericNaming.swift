package import StrictParsers

/// A name is one segment of a path and nothing more is known of it, nor of a version: two are the same only if their bytes are.
package struct GenericNaming: PackageNaming {
  package func canonicalName(_ written: ExactString) -> ExactString? { Self.isName(written) ? written : nil }

  package func canonicalPattern(_ written: ExactString) -> ExactString? { Self.isPattern(written) ? written : nil }

  package func canonicalVersion(_ written: ExactString) -> ExactString? { canonicalName(written) }

  /// What a segment of a path may say once it is decoded, but for `*`, which would make a name look like a pattern.
  static func isName(_ text: ExactString) -> Bool { isPattern(text) && !text.utf8.contains(UInt8(ascii: "*")) }

  private static func isPattern(_ text: ExactString) -> Bool {
    guard text.utf8.contains(where: { $0 != UInt8(ascii: ".") }) else { return false }
    return text.utf8.allSatisfy { !ASCII.isControl($0) && !"/\\%?#;".utf8.contains($0) } && !CompatibilityForm.leadsElsewhere(text)
  }
}
