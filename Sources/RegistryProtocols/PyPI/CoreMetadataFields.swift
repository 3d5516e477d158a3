import StrictParsers

/// The fields of core metadata that say what the artifact is, gathered line by line.
struct CoreMetadataFields {
  private var found: [CoreMetadataField: ArraySlice<UInt8>] = [:]
  /// `nil` before the first line; then whether the last field was one of ours.
  private var lastIsOurs: Bool?

  /// Whether all of them stand. What comes after them can take nothing away: readers that stop early have seen them.
  var areComplete: Bool { found.count == CoreMetadataField.allCases.count }

  /// Reads the next line, which is not empty.
  mutating func read(_ line: ArraySlice<UInt8>) throws(CoreMetadataRefusal) {
    var pieces = CoreMetadataBreaks(of: line)
    try readWhole(line, first: pieces.next() ?? line)
    while let piece = pieces.next() {
      if areComplete {
        guard CoreMetadataField(beginning: piece) == nil else { throw .lineBoundary }
      } else {
        guard CoreMetadataField(beginning: Self.unindented(piece)) == nil, Self.isField(piece) || Self.isFolded(piece) else {
          throw .lineBoundary
        }
      }
    }
  }

  func finish() throws(CoreMetadataRefusal) -> (PyPIName, PEP440Version) {
    guard areComplete, let name = found[.name], let version = found[.version] else { throw .missing }
    guard let name = ExactString(utf8: name).flatMap({ PyPIName($0) }),
      let version = ExactString(utf8: version).flatMap({ PEP440Version($0) })
    else { throw .value }
    return (name, version)
  }

  /// - Parameter first: the line up to what ends it for some readers.
  private mutating func readWhole(_ line: ArraySlice<UInt8>, first: ArraySlice<UInt8>) throws(CoreMetadataRefusal) {
    if Self.isFolded(line) { return try readFolded(line) }
    let label = line.prefix(while: ASCII.isTokenCharacter)
    let behind = line.dropFirst(label.count)
    guard !label.isEmpty, behind.first == UInt8(ascii: ":") else { return try readOther(line) }
    let field = CoreMetadataField(label: label)
    lastIsOurs = field != nil
    guard let field else { return }
    guard first.count == line.count else { throw .lineBoundary }
    guard found.updateValue(Self.trimmed(behind.dropFirst()), forKey: field) == nil, label.elementsEqual(field.rawValue.utf8) else {
      throw .repeated
    }
  }

  private func readFolded(_ line: ArraySlice<UInt8>) throws(CoreMetadataRefusal) {
    guard let isOurs = lastIsOurs else { throw .line }
    guard !isOurs else { throw .folded }
    guard !areComplete else { return }
    // Some readers end the fields at a line of white space, and some take no notice of what stands before a name.
    let text = Self.unindented(line)
    guard !text.isEmpty, CoreMetadataField(beginning: text) == nil else { throw .folded }
  }

  /// Some readers end the fields at a line that is none of them, and some do not.
  private mutating func readOther(_ line: ArraySlice<UInt8>) throws(CoreMetadataRefusal) {
    guard areComplete, CoreMetadataField(beginning: line) == nil else { throw .line }
    lastIsOurs = false
  }

  private static func isFolded(_ line: ArraySlice<UInt8>) -> Bool { line.first == 0x20 || line.first == 0x09 }

  private static func isField(_ line: ArraySlice<UInt8>) -> Bool {
    let label = line.prefix(while: ASCII.isTokenCharacter)
    return !label.isEmpty && line.dropFirst(label.count).first == UInt8(ascii: ":")
  }

  private static func unindented(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> { line.drop { $0 == 0x20 || $0 == 0x09 } }

  private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    let start = value.drop(while: isSpace)
    return start[..<(start.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start.startIndex)]
  }
}

/// The fields that say what an artifact is.
enum CoreMetadataField: String, CaseIterable {
  case metadataVersion = "Metadata-Version"
  case name = "Name"
  case version = "Version"

  init?(label: ArraySlice<UInt8>) {
    guard let field = Self.allCases.first(where: { ASCII.equalIgnoringCase($0.rawValue.utf8, label) }) else { return nil }
    self = field
  }

  /// The field that a reader finds at the beginning of a text that leaves out what is not ASCII or a control character, or takes white space
  /// before the colon for nothing.
  init?(beginning text: ArraySlice<UInt8>) {
    var label: [UInt8] = []
    var hasSpace = false
    for byte in text where byte < 0x80 && (!ASCII.isControl(byte) || byte == 0x09) {
      if byte == UInt8(ascii: ":") { break }
      if byte == 0x20 || byte == 0x09 {
        hasSpace = true
        continue
      }
      guard !hasSpace, label.count < Self.longest else { return nil }
      label.append(byte)
    }
    guard text.contains(UInt8(ascii: ":")) else { return nil }
    self.init(label: label[...])
  }

  private static let longest = 16
}
