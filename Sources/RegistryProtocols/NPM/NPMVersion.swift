import StrictParsers

/// A version as a `package.json` writes it, and as npm cleans it before it publishes (`semver.clean`, loosely).
enum NPMVersion {
  /// Without what stands before the numbers (`v`, `=`), without zeros before a number (`01`), without build metadata, and with the hyphen before a
  /// pre-release (`1.0.5rc1`); `nil` if it is not a version.
  static func cleaned(_ written: ExactString) -> SemanticVersion? {
    var rest = trimmed(written).utf8.drop { "v= \t".utf8.contains($0) }
    rest = rest.prefix { $0 != UInt8(ascii: "+") }
    var numbers: [String] = []
    for place in 0..<3 {
      let digits = rest.prefix(while: ASCII.isDigit)
      guard !digits.isEmpty else { return nil }
      numbers.append(withoutZeros(digits))
      rest = rest.dropFirst(digits.count)
      guard place < 2 else { break }
      guard rest.popFirst() == UInt8(ascii: ".") else { return nil }
    }
    let core = numbers.joined(separator: ".")
    guard let first = rest.first else { return SemanticVersion(ExactString(core)) }
    guard first == UInt8(ascii: "-") || ASCII.isAlpha(first) else { return nil }
    let identifiers = rest.dropFirst(first == UInt8(ascii: "-") ? 1 : 0)
      .split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { $0.allSatisfy(ASCII.isDigit) && !$0.isEmpty ? withoutZeros($0) : String(Substring($0)) }
    return SemanticVersion(ExactString("\(core)-\(identifiers.joined(separator: "."))"))
  }

  /// Without the white space around it.
  static func trimmed(_ text: ExactString) -> ExactString {
    let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 0x0A || byte == 0x0D }
    let rest = text.utf8.drop(while: isSpace)
    return ExactString(String(decoding: rest.dropLast(rest.reversed().prefix(while: isSpace).count), as: UTF8.self))
  }

  private static func withoutZeros(_ digits: Substring.UTF8View) -> String {
    let significant = digits.drop { $0 == UInt8(ascii: "0") }
    return significant.isEmpty ? "0" : String(Substring(significant))
  }
}
