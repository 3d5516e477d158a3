import StrictParsers

/// A text in which `*` stands for any bytes but the barriers, `**` for any bytes, and every other byte for itself.
struct Wildcards {
  private enum Piece: Hashable {
    case literal(UInt8)
    case withinBarriers
    case anything
  }

  private let pieces: [Piece]
  private let barriers: String.UTF8View

  init(_ pattern: some Sequence<UInt8>, barriers: String) {
    self.barriers = barriers.utf8
    var pieces: [Piece] = []
    for byte in pattern {
      if byte != UInt8(ascii: "*") {
        pieces.append(.literal(byte))
      } else if pieces.last == .withinBarriers {
        pieces[pieces.count - 1] = .anything
      } else if pieces.last != .anything {
        pieces.append(.withinBarriers)
      }
    }
    self.pieces = pieces
  }

  /// All of the value, or nothing. In time proportional to both lengths' product at most, whatever the value.
  func match(_ value: some Sequence<UInt8>) -> Bool {
    // The places in the pattern at which the match may stand: there is no backtracking that a hostile value could drive.
    var places = Set([0])
    for byte in value {
      var next: Set<Int> = []
      for place in closure(places) where place < pieces.count {
        switch pieces[place] {
        case .literal(let expected): if byte == expected { next.insert(place + 1) }
        case .withinBarriers: if !barriers.contains(byte) { next.insert(place) }
        case .anything: next.insert(place)
        }
      }
      if next.isEmpty { return false }
      places = next
    }
    return closure(places).contains(pieces.count)
  }

  /// The places reached without a byte: a wildcard may stand for nothing.
  private func closure(_ places: Set<Int>) -> Set<Int> {
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
