import StrictParsers

/// The name and the version in an artifact's METADATA or PKG-INFO, where every reader finds the same ones.
///
/// Tools read the file as mail (Python's email parser), by lines that begin with `Name:`, or by whatever their language calls a line. What
/// they read differently is refused only where one of them could find another Name, Version or Metadata-Version, or none.
struct CoreMetadata: Sendable {
  let name: PyPIName
  let version: PEP440Version

  init(parsing bytes: [UInt8]) throws(CoreMetadataRefusal) {
    guard !bytes.contains(0) else { throw .nul }
    var fields = CoreMetadataFields()
    var lines = CoreMetadataLines(bytes)
    while let line = lines.next() {
      guard line.text.isEmpty else {
        try fields.read(line.text)
        continue
      }
      if line.isCertainlyEmpty { break }
      // Who looks for two ends of line in a row finds them later, and takes what stands between for fields.
      guard fields.areComplete else { throw .lineBoundary }
    }
    (name, version) = try fields.finish()
  }
}

/// The lines of a file, ended by LF or CRLF.
private struct CoreMetadataLines {
  struct Line {
    let text: ArraySlice<UInt8>
    /// Whether the line is empty and ends as the one before it does.
    let isCertainlyEmpty: Bool
  }

  private var rest: ArraySlice<UInt8>
  private var lastEndsInReturn: Bool?

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func next() -> Line? {
    guard !rest.isEmpty else { return nil }
    let end = rest.firstIndex(of: 0x0A)
    var text = rest[..<(end ?? rest.endIndex)]
    rest = end.map { rest[($0 + 1)...] } ?? []
    let endsInReturn = end != nil && text.last == 0x0D
    if endsInReturn { text.removeLast() }
    defer { lastEndsInReturn = endsInReturn }
    return Line(text: text, isCertainlyEmpty: text.isEmpty && (lastEndsInReturn == nil || lastEndsInReturn == endsInReturn))
  }
}
