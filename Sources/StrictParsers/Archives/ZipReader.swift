/// Reads a zip file that has one reading only (APPNOTE 6.3.10): by its central directory, and by its local headers from the front.
///
/// The local headers follow each other from the first byte to the central directory without a gap, and say what the directory says.
/// PyPI demands the same of what is uploaded there.
package struct ZipReader<Source: RandomAccessBytes>: Sendable {
  /// In the order of the central directory. No name stands twice.
  package let entries: [ZipEntry]

  private let source: Source
  private let limits: ArchiveLimits
  private let budget: WorkBudget
  /// Where the content of the entry at each local header begins.
  private let contentOffsets: [Int: Int]

  /// Reads and compares all headers, and no content.
  package init(
    _ source: Source, limits: ArchiveLimits = ArchiveLimits(), budget: WorkBudget
  ) throws(ZipRefusal) {
    let end = try ZipEnd.locate(in: source)
    guard end.entryCount <= limits.entries, end.directorySize <= limits.zipDirectory else { throw .tooLarge }
    guard end.entryCount <= end.directorySize / ZipEntry.fixedLength else { throw .directoryRecords }
    var directory = ZipCursor(try source.bytes(at: end.directoryOffset, count: end.directorySize), orThrow: .directoryRecords)

    var entries: [ZipEntry] = []
    entries.reserveCapacity(end.entryCount)
    var names: Set<ExactString> = []
    var inflated = 0
    for number in 0..<end.entryCount {
      guard !Self.isDue(number) || !budget.isSpent else { throw .budgetSpent }
      let entry = try ZipEntry(&directory)
      guard names.insert(entry.name).inserted else { throw .repeatedName }
      guard entry.size <= limits.inflate.inflatedBytes - inflated else { throw .tooLarge }
      inflated += entry.size
      entries.append(entry)
    }
    guard directory.isAtEnd else { throw .directoryRecords }

    self.contentOffsets = try Self.contentOffsets(of: entries, in: source, upTo: end.directoryOffset, budget)
    self.entries = entries
    self.source = source
    self.limits = limits
    self.budget = budget
  }

  /// Whether the budget is to be asked before the header of this number.
  private static func isDue(_ number: Int) -> Bool { number % 64 == 0 }

  /// The content of an entry of this file: complete, of the size and the checksum that its headers say.
  /// - Parameter limit: the most bytes that the caller wants.
  package func content(of entry: ZipEntry, limit: Int) throws(ZipRefusal) -> [UInt8] {
    guard entry.size <= limit else { throw .contentTooLarge }
    guard let offset = contentOffsets[entry.localHeaderOffset] else { throw .localHeaderPlace }
    let content = try unpacked(entry, at: offset)
    var checksum = InflateChecksum()
    checksum.update(content.span)
    guard content.count == entry.size, checksum.value == entry.checksum else { throw .content }
    return content
  }

  private func unpacked(_ entry: ZipEntry, at offset: Int) throws(ZipRefusal) -> [UInt8] {
    switch entry.method {
    case .stored: try source.bytes(at: offset, count: entry.size)
    case .deflated: try inflated(entry, at: offset)
    }
  }

  private func inflated(_ entry: ZipEntry, at offset: Int) throws(ZipRefusal) -> [UInt8] {
    var streamLimits = limits.inflate
    streamLimits.inflatedBytes = entry.size
    var stream: InflateStream
    do throws(InflateRefusal) { stream = try InflateStream(limits: streamLimits) } catch { throw .inflate(error) }

    var content: [UInt8] = []
    content.reserveCapacity(entry.size)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while stream.consumed < entry.compressedSize, !stream.isFinished {
      guard !budget.isSpent else { throw .budgetSpent }
      let length = min(buffer.count, entry.compressedSize - stream.consumed)
      let chunk = try source.bytes(at: offset + stream.consumed, count: length)
      do throws(InflateRefusal) {
        try stream.inflate(chunk, appendingTo: &content, through: &buffer)
      } catch { throw .inflate(error) }
    }
    guard stream.isFinished else { throw .inflate(.truncated) }
    guard stream.consumed == entry.compressedSize else { throw .content }
    return content
  }

  private static func contentOffsets(
    of entries: [ZipEntry], in source: Source, upTo end: Int, _ budget: WorkBudget
  ) throws(ZipRefusal) -> [Int: Int] {
    var offsets: [Int: Int] = [:]
    offsets.reserveCapacity(entries.count)
    var place = 0
    for (number, entry) in entries.sorted(by: { $0.localHeaderOffset < $1.localHeaderOffset }).enumerated() {
      guard !isDue(number) || !budget.isSpent else { throw .budgetSpent }
      guard entry.localHeaderOffset == place else { throw .localHeaderPlace }
      let content = try contentOffset(of: entry, in: source, upTo: end)
      guard entry.compressedSize <= end - content else { throw .localHeaderPlace }
      offsets[place] = content
      place = content + entry.compressedSize
    }
    guard place == end else { throw .localHeaderPlace }
    return offsets
  }

  /// Reads a local header (APPNOTE 4.3.7) and compares it with its entry of the directory.
  private static func contentOffset(of entry: ZipEntry, in source: Source, upTo end: Int) throws(ZipRefusal) -> Int {
    let fixedLength = 30
    let place = entry.localHeaderOffset
    guard place <= end - fixedLength else { throw .localHeaderPlace }
    var header = ZipCursor(try source.bytes(at: place, count: fixedLength), orThrow: .localHeaderPlace)
    try header.signature(3, 4)
    guard try header.two() <= ZipEntry.newestVersion else { throw .version }
    let flags = try header.two()
    let method = try header.two()
    try header.skip(4)
    let checksum = try header.four()
    let sizes = try (compressed: header.four(), inflated: header.four())
    let lengths = try (name: header.two(), extra: header.two())
    guard lengths.name + lengths.extra <= end - place - fixedLength else { throw .localHeaderPlace }
    let rest = try source.bytes(at: place + fixedLength, count: lengths.name + lengths.extra)

    let exact = try ZipExtraFields(rest[lengths.name...]).localSizes(inflated: sizes.inflated, compressed: sizes.compressed)
    guard rest[..<lengths.name].elementsEqual(entry.rawName), flags == entry.flags, method == entry.method.rawValue,
      checksum == Int(entry.checksum), exact == ZipSizes(inflated: entry.size, compressed: entry.compressedSize)
    else { throw .localHeader }
    return place + fixedLength + rest.count
  }
}
