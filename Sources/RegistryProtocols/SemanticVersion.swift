import StrictParsers

/// A version by SemVer 2.0.0, with numbers of at most 64 bits.
struct SemanticVersion: Hashable, Sendable {
  /// As npm bounds it.
  private static let longest = 256

  let written: ExactString
  /// Without build metadata, by which no reader tells two releases apart (section 10): of `1.0.0` and `1.0.0+x`, either answers to `=1.0.0`.
  let identity: ExactString

  /// `nil` if the text is not a version.
  init?(_ written: ExactString) {
    guard written.utf8.count <= Self.longest else { return nil }
    let text = Array(written.utf8)
    let plus = text.firstIndex(of: UInt8(ascii: "+")) ?? text.endIndex
    guard plus == text.endIndex || Self.identifiers(text[(plus + 1)...]).allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isCharacter) })
    else {
      return nil
    }
    let dash = text[..<plus].firstIndex(of: UInt8(ascii: "-")) ?? plus
    guard dash == plus || Self.identifiers(text[(dash + 1)..<plus]).allSatisfy(Self.isPreRelease) else { return nil }
    let numbers = Self.identifiers(text[..<dash])
    guard numbers.count == 3, numbers.allSatisfy({ Self.isNumber($0) && UInt64(String(decoding: $0, as: UTF8.self)) != nil }) else {
      return nil
    }
    self.written = written
    identity = ExactString(String(decoding: text[..<plus], as: UTF8.self))
  }

  private static func identifiers(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  }

  private static func isPreRelease(_ identifier: ArraySlice<UInt8>) -> Bool {
    guard !identifier.isEmpty, identifier.allSatisfy(isCharacter) else { return false }
    return !identifier.allSatisfy(ASCII.isDigit) || isNumber(identifier)
  }

  /// Digits without a zero before others.
  private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    !text.isEmpty && text.allSatisfy(ASCII.isDigit) && (text.count == 1 || text.first != UInt8(ascii: "0"))
  }

  private static func isCharacter(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") }
}
