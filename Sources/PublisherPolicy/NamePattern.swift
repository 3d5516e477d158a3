package import StrictParsers

/// Which packages a publisher may publish: a canonical name, in which `*` stands for any bytes. The whole name must match.
package struct NamePattern: Hashable, Sendable {
  package let text: ExactString

  /// `canonical`: as the ecosystem spells names, so that it can be compared with them byte by byte.
  package init(canonical text: ExactString) { self.text = text }

  package var isLiteral: Bool { !text.has("*") }
  /// Whether it matches every name.
  var isBroad: Bool { !text.isEmpty && text.utf8.allSatisfy { $0 == UInt8(ascii: "*") } }

  package func matches(_ name: ExactString) -> Bool {
    guard !isLiteral else { return name == text }
    // The literal pieces around the asterisks.
    let pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
    var rest = Array(name.utf8)[...]
    guard let first = pieces.first, let last = pieces.last, rest.starts(with: first) else { return false }
    rest = rest.dropFirst(first.count)
    // The leftmost place for each inner piece leaves the most for the others, so that no other need be tried.
    for piece in pieces.dropFirst().dropLast() {
      while !rest.starts(with: piece) {
        guard !rest.isEmpty else { return false }
        rest = rest.dropFirst()
      }
      rest = rest.dropFirst(piece.count)
    }
    return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
  }
}
