package import StrictParsers

/// Names and versions as RubyGems has them: each name has one spelling, and so has each version, although versions of several spellings are equal.
package struct GemNaming: PackageNaming {
  /// A file's name, which holds the gem's, is no longer on any file system.
  private static let longest = 200

  package func canonicalName(_ written: ExactString) -> ExactString? {
    guard let first = written.utf8.first, ASCII.isAlphanumeric(first), written.utf8.count <= Self.longest,
      written.utf8.allSatisfy(Self.isNameCharacter), written.utf8.contains(where: ASCII.isAlpha)
    else { return nil }
    return written
  }

  package func canonicalPattern(_ written: ExactString) -> ExactString? {
    guard let first = written.utf8.first, ASCII.isAlphanumeric(first) || first == UInt8(ascii: "*"), written.utf8.count <= Self.longest,
      written.utf8.allSatisfy({ Self.isNameCharacter($0) || $0 == UInt8(ascii: "*") })
    else { return nil }
    return written
  }

  package func canonicalVersion(_ written: ExactString) -> ExactString? { GemVersion(written)?.written }

  package func versionKey(_ written: ExactString) -> ExactString? { GemVersion(written)?.key }

  private static func isNameCharacter(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || "-_.".utf8.contains(byte) }
}
