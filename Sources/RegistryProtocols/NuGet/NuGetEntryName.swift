import StrictParsers

/// The name of an entry in lower case, in the two ways in which readers take it: as it stands, and as a URI, of which the escapes are what they stand for.
struct NuGetEntryName: Hashable, Sendable {
  private static let manifestSuffix = Array(".nuspec".utf8)
  private static let relationships = Array("_rels/.rels".utf8)
  private static let slash = UInt8(ascii: "/")

  private let written: [UInt8]
  private let decoded: [UInt8]

  init(_ name: ExactString) {
    written = ASCII.lowercased(name.utf8)
    decoded = written.contains(UInt8(ascii: "%")) ? Self.decoded(written) : written
  }

  /// Whether some reader takes it for a manifest, if it looks in folders, too.
  var isManifest: Bool { Self.isManifest(written) || Self.isManifest(decoded) }

  /// Whether some reader takes it for a manifest at the root.
  var isManifestAtRoot: Bool { Self.isManifestAtRoot(written) || Self.isManifestAtRoot(decoded) }

  /// Whether every reader takes it for the same: printable ASCII without escapes and separators.
  var isPlain: Bool {
    written.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "%") && $0 != Self.slash && $0 != UInt8(ascii: "\\") }
  }

  /// Whether it is where the relationships of the package are (ECMA-376, part 2, section 9.3).
  var isRelationships: Bool { decoded == Self.relationships }

  /// Whether it is a piece of a part (the same, section 10.1.3): readers of such packages join `a/[0].piece` and `a/[1].last.piece` to `a`.
  var isPiece: Bool {
    if decoded.starts(with: Self.relationships + [Self.slash]) { return true }
    let segments = decoded.split(separator: Self.slash, omittingEmptySubsequences: false)
    guard segments.count > 1, var rest = segments.last, rest.popFirst() == UInt8(ascii: "[") else { return false }
    let number = rest.prefix(while: ASCII.isDigit)
    let end = rest.dropFirst(number.count)
    return !number.isEmpty && ["].piece", "].last.piece"].contains { end.elementsEqual($0.utf8) }
  }

  /// Whether the target of a relationship is this entry.
  func isTarget(_ target: ExactString) -> Bool {
    let target = NuGetEntryName(target).decoded
    return target.dropFirst(target.first == Self.slash ? 1 : 0).elementsEqual(decoded)
  }

  private static func isManifest(_ name: [UInt8]) -> Bool { name.suffix(manifestSuffix.count).elementsEqual(manifestSuffix) }
  private static func isManifestAtRoot(_ name: [UInt8]) -> Bool { isManifest(name) && !name.contains(slash) }

  private static func decoded(_ name: [UInt8]) -> [UInt8] {
    var decoded: [UInt8] = []
    var rest = name[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%"), rest.count > 1, let high = ASCII.hexValue(rest[rest.startIndex]),
        let low = ASCII.hexValue(rest[rest.startIndex + 1])
      else {
        decoded.append(byte)
        continue
      }
      decoded.append(ASCII.lowercased(high << 4 | low))
      rest = rest.dropFirst(2)
    }
    return decoded
  }
}
