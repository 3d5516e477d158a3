package import StrictParsers

/// A condition's value: `*` stands for any bytes but `/`, `**` for any bytes; every other byte stands for itself.
package struct ClaimPattern: Hashable, Sendable {
  private enum Piece: Hashable {
    case literal(UInt8)
    case withinSegment
    case anything
  }

  package let text: ExactString
  package let isLiteral: Bool
  private let ignoresCase: Bool

  init(_ text: ExactString, ignoringCase: Bool) {
    self.text = text
    isLiteral = !text.has("*")
    ignoresCase = ignoringCase
  }

  private var pieces: [Piece] {
    var pieces: [Piece] = []
    for byte in text.utf8 {
      if byte != UInt8(ascii: "*") {
        pieces.append(.literal(ignoresCase ? ASCII.lowercased(byte) : byte))
      } else if pieces.last == .withinSegment {
        pieces[pieces.count - 1] = .anything
      } else if pieces.last != .anything {
        pieces.append(.withinSegment)
      }
    }
    return pieces
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
    let pieces = pieces
    // The places in the pattern at which the match may stand: there is no backtracking that a hostile value could drive.
    var places = Set([0])
    for byte in value.utf8 {
      let byte = ignoresCase ? ASCII.lowercased(byte) : byte
      var next: Set<Int> = []
      for place in Self.closure(places, pieces) where place < pieces.count {
        switch pieces[place] {
        case .literal(let expected): if byte == expected { next.insert(place + 1) }
        case .withinSegment: if byte != UInt8(ascii: "/") { next.insert(place) }
        case .anything: next.insert(place)
        }
      }
      if next.isEmpty { return false }
      places = next
    }
    return Self.closure(places, pieces).contains(pieces.count)
  }

  /// The places reached without a byte: a wildcard may stand for nothing.
  private static func closure(_ places: Set<Int>, _ pieces: [Piece]) -> Set<Int> {
    var reached = places
    for start in places {
      var place = start
      while place < pieces.count {
        if case .literal = pieces[place] { break }
        place += 1
        reached.insert(place)
      }
    }
    return reached
  }
}
