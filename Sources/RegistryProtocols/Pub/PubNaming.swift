package import StrictParsers

/// Names that are identifiers of Dart, and semantic versions. Each has one spelling.
package struct PubNaming: PackageNaming {
  /// pub.dev's.
  private static let longest = 64

  package func canonicalName(_ written: ExactString) -> ExactString? {
    guard let first = written.utf8.first, !ASCII.isDigit(first) else { return nil }
    return written.utf8.count <= Self.longest && written.utf8.allSatisfy(Self.isNameCharacter) ? written : nil
  }

  package func canonicalPattern(_ written: ExactString) -> ExactString? {
    guard let first = written.utf8.first, !ASCII.isDigit(first), written.utf8.count <= Self.longest else { return nil }
    return written.utf8.allSatisfy { Self.isNameCharacter($0) || $0 == UInt8(ascii: "*") } ? written : nil
  }

  package func canonicalVersion(_ written: ExactString) -> ExactString? { Self.isVersion(written) ? written : nil }

  private static func isNameCharacter(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "_") }

  /// Three numbers without zeros before them, then `-` and `+` with identifiers between dots (Semantic Versioning 2.0.0).
  private static func isVersion(_ text: ExactString) -> Bool {
    guard text.utf8.count <= 128 else { return false }
    let build = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 1, omittingEmptySubsequences: false)
    let pre = build[0].split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = pre[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return numbers.count == 3 && numbers.allSatisfy { isNumber($0) }
      && (pre.dropFirst() + build.dropFirst()).allSatisfy { areIdentifiers($0) }
  }

  private static func isNumber(_ digits: Substring.UTF8View) -> Bool {
    (1...15).contains(digits.count) && digits.allSatisfy(ASCII.isDigit) && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
  }

  private static func areIdentifiers(_ text: Substring.UTF8View) -> Bool {
    text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .allSatisfy { !$0.isEmpty && $0.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") } }
  }
}
