import StrictParsers

/// The name and the version in an artifact's METADATA or PKG-INFO, where every reader finds the same ones.
///
/// Tools read the file as mail (Python's email parser), by lines that begin with `Name:`, or by whatever their language calls a line. Of the
/// part before the first empty line, only what means the same to all of them is accepted; what follows it is a description.
struct CoreMetadata: Sendable {
  let name: PyPIName
  let version: PEP440Version

  private enum Field: String, CaseIterable {
    case metadataVersion = "Metadata-Version"
    case name = "Name"
    case version = "Version"
  }

  init(parsing bytes: [UInt8]) throws(CoreMetadataRefusal) {
    guard !bytes.contains(0) else { throw .nul }
    var found: [Field: ArraySlice<UInt8>] = [:]
    /// Nil before the first line; then whether the last field was one of ours.
    var lastIsOurs: Bool?
    var lines = Lines(rest: bytes[...])
    while let line = try lines.next() {
      if line.first == 0x20 || line.first == 0x09 {
        guard let isOurs = lastIsOurs else { throw .line }
        // Some readers end the fields at a line of white space: nothing that counts may come after it.
        let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        guard !isOurs, !isBlank || found.count == Field.allCases.count else { throw .folded }
        continue
      }
      let label = line.prefix(while: ASCII.isTokenCharacter)
      let behind = line.dropFirst(label.count)
      guard !label.isEmpty, behind.first == UInt8(ascii: ":") else { throw .line }
      let field = Field.allCases.first { ASCII.equalIgnoringCase($0.rawValue.utf8, label) }
      lastIsOurs = field != nil
      guard let field else { continue }
      guard found.updateValue(Self.trimmed(behind.dropFirst()), forKey: field) == nil, label.elementsEqual(field.rawValue.utf8) else {
        throw .repeated
      }
    }
    guard found[.metadataVersion] != nil, let name = found[.name], let version = found[.version] else { throw .missing }
    guard let name = ExactString(utf8: name).flatMap({ PyPIName($0) }),
      let version = ExactString(utf8: version).flatMap({ PEP440Version($0) })
    else { throw .value }
    self.name = name
    self.version = version
  }

  private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    let start = value.drop(while: isSpace)
    return start[..<(start.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start.startIndex)]
  }
}

/// The lines before the first empty one.
private struct Lines {
  private var rest: ArraySlice<UInt8>
  private var lastEndsInReturn: Bool?

  init(rest: ArraySlice<UInt8>) { self.rest = rest }

  /// The next line without its end; nil at the first empty one, and at the end of the file.
  mutating func next() throws(CoreMetadataRefusal) -> ArraySlice<UInt8>? {
    guard !rest.isEmpty else { return nil }
    let end = rest.firstIndex(of: 0x0A)
    var line = rest[..<(end ?? rest.endIndex)]
    rest = end.map { rest[($0 + 1)...] } ?? []
    let endsInReturn = end != nil && line.last == 0x0D
    if endsInReturn { line.removeLast() }
    guard !line.isEmpty else {
      // Who looks for two ends of line in a row must find them here.
      guard lastEndsInReturn == nil || lastEndsInReturn == endsInReturn else { throw .lineBoundary }
      return nil
    }
    lastEndsInReturn = endsInReturn
    guard !line.contains(where: { ASCII.isControl($0) && $0 != 0x09 }) else { throw .lineBoundary }
    if line.contains(where: { $0 >= 0x80 }) {
      guard let text = ExactString(utf8: line) else { throw .encoding }
      guard !text.text.unicodeScalars.contains(where: { (0x80...0x9F).contains($0.value) || (0x2028...0x2029).contains($0.value) }) else {
        throw .lineBoundary
      }
    }
    return line
  }
}
