package import StrictParsers

/// A condition's value: `*` stands for any bytes but `/`, `**` for any bytes; every other byte stands for itself.
package struct ClaimPattern: Hashable, Sendable {
  package let text: ExactString
  package let isLiteral: Bool
  private let ignoresCase: Bool

  package init(_ text: ExactString, ignoringCase: Bool) {
    self.text = text
    isLiteral = !text.has("*")
    ignoresCase = ignoringCase
  }

  private static let references = ["refs/heads/", "refs/tags/", "refs/"].map { Array($0.utf8) }

  /// Whether it says next to nothing: any value, any branch, any tag.
  var isBroad: Bool {
    let beginning = Self.references.first { text.utf8.starts(with: $0) && text.utf8.last == UInt8(ascii: "*") }
    return text.utf8.dropFirst(beginning?.count ?? 0).allSatisfy { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "/") }
  }

  /// Whether it is any name within another, as `acme/*` is of any repository.
  var isBroadWithin: Bool { text.utf8.split(separator: UInt8(ascii: "/")).last?.allSatisfy { $0 == UInt8(ascii: "*") } ?? false }

  /// All of the value, or nothing. In time proportional to both lengths' product at most, whatever the value.
  package func matches(_ value: ExactString) -> Bool {
    guard !isLiteral else { return ignoresCase ? ASCII.equalIgnoringCase(value, text) : value == text }
    guard ignoresCase else { return Wildcards(text.utf8, barriers: "/").match(value.utf8) }
    return Wildcards(text.utf8.map { ASCII.lowercased($0) }, barriers: "/").match(value.utf8.map { ASCII.lowercased($0) })
  }
}
