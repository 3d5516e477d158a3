import StrictParsers

/// A version as NuGet reads it: SemVer 2.0.0, with one to four numbers.
struct NuGetVersion: Hashable, Sendable {
  private static let mostNumbers = 4
  /// Of the canonical form, as nuget.org bounds it, and of all that is written.
  private static let longest = (canonical: 64, written: 255)
  private static let dot = UInt8(ascii: ".")

  let written: ExactString
  /// Three of them, or four if the last is not 0.
  private let numbers: [Int32]
  /// What follows the hyphen, in lower case.
  private let labels: [ExactString]

  /// `nil` if the text is not a version.
  init?(_ written: ExactString) {
    guard written.utf8.count <= Self.longest.written else { return nil }
    let text = Array(written.utf8)
    let plus = text.firstIndex(of: UInt8(ascii: "+")) ?? text.endIndex
    let hyphen = text[..<plus].firstIndex(of: UInt8(ascii: "-")) ?? plus
    guard plus == text.endIndex || Self.areLabels(text[(plus + 1)...]), hyphen == plus || Self.areLabels(text[(hyphen + 1)..<plus]),
      let numbers = Self.numbers(text[..<hyphen])
    else { return nil }
    self.written = written
    self.numbers = numbers
    labels = hyphen == plus ? [] : Self.parts(text[(hyphen + 1)..<plus]).compactMap { ExactString(utf8: ASCII.lowercased($0)) }
    guard canonical.utf8.count <= Self.longest.canonical else { return nil }
  }

  /// Without zeros before and behind, and without what follows a plus sign, which is no part of a version's identity: what NuGet calls normalised, in
  /// lower case.
  var canonical: ExactString { joined(labels) }

  /// The same without zeros before the numbers among the labels, since NuGet compares those as numbers.
  var key: ExactString {
    joined(
      labels.map { label in
        guard label.utf8.allSatisfy(ASCII.isDigit) else { return label }
        let significant = label.utf8.drop { $0 == UInt8(ascii: "0") }
        return significant.isEmpty ? "0" : ExactString(Substring(significant))
      })
  }

  private func joined(_ labels: [ExactString]) -> ExactString {
    let numbers = numbers.map(String.init).joined(separator: ".")
    return ExactString(labels.isEmpty ? numbers : "\(numbers)-\(labels.map(\.text).joined(separator: "."))")
  }

  private static func numbers(_ text: ArraySlice<UInt8>) -> [Int32]? {
    let parts = parts(text)
    let numbers = parts.compactMap { part in part.allSatisfy(ASCII.isDigit) ? Int32(String(decoding: part, as: UTF8.self)) : nil }
    guard numbers.count == parts.count, numbers.count <= mostNumbers else { return nil }
    let padded = numbers + Array(repeating: 0, count: mostNumbers - numbers.count)
    return padded[mostNumbers - 1] == 0 ? Array(padded.dropLast()) : padded
  }

  private static func areLabels(_ text: ArraySlice<UInt8>) -> Bool {
    parts(text).allSatisfy { !$0.isEmpty && $0.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") } }
  }

  private static func parts(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    text.split(separator: dot, omittingEmptySubsequences: false)
  }
}
