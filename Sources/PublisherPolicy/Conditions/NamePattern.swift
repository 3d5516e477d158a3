package import StrictParsers

/// Which packages a publisher may publish: a canonical name, in which `*` stands for any bytes but `/` and `:`, and `**` for any bytes.
/// The whole name must match.
package struct NamePattern: Hashable, Sendable {
  /// Where a name's own parts end: an organisation's, a group's.
  private static let barriers = "/:"

  package let text: ExactString

  /// `canonical`: as the ecosystem spells names, so that it can be compared with them byte by byte.
  package init(canonical text: ExactString) { self.text = text }

  package var isLiteral: Bool { !text.has("*") }
  /// Whether it matches every name.
  var isBroad: Bool { !text.isEmpty && text.utf8.allSatisfy { $0 == UInt8(ascii: "*") } }

  package func matches(_ name: ExactString) -> Bool {
    guard !isLiteral else { return name == text }
    // Nearly all patterns are a beginning and one asterisk.
    let beginning = text.utf8.prefix { $0 != UInt8(ascii: "*") }
    guard name.utf8.starts(with: beginning) else { return false }
    guard text.utf8.count > beginning.count + 1 else {
      return !name.utf8.dropFirst(beginning.count).contains { Self.barriers.utf8.contains($0) }
    }
    return Wildcards(text.utf8, barriers: Self.barriers).match(name.utf8)
  }
}
