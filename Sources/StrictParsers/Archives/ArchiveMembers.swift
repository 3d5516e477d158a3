/// What is wanted of an archive: the contents of some files, and the names at its top.
package struct ArchiveMembers: Hashable, Sendable {
  /// The contents of the files whose names were wanted, by name.
  package let contents: [ExactString: [UInt8]]
  /// The first segments of names that have several, and the directories at the top.
  package let topLevelFolders: Set<ExactString>
  /// The names of one segment that are no directories.
  package let topLevelFiles: Set<ExactString>

  /// How much is read and unpacked at once.
  private static let chunkLength = 128 << 10

  /// Reads a `.tar.gz` from its first byte to its last, in constant memory, and keeps what is wanted.
  /// - Parameters:
  ///   - budget: asked after each piece that was unpacked.
  ///   - isWanted: asked for each name, without a directory's last slash.
  package static func ofTarGzip(
    _ source: some RandomAccessBytes, limits: ArchiveLimits = ArchiveLimits(), budget: WorkBudget,
    isWanted: (ExactString) -> Bool
  ) throws(ArchiveRefusal) -> ArchiveMembers {
    var gzip = try opened(limits.inflate)
    var tar = ArchiveTarScan(limits: limits)
    var unpacked = [UInt8](repeating: 0, count: chunkLength)
    var place = 0
    while place < source.count {
      guard !budget.isSpent else { throw .budgetSpent }
      let chunk = try read(source, at: place)
      place += chunk.count
      var offset = 0
      while true {
        let given = try unpack(chunk, at: &offset, &gzip, into: &unpacked)
        if given == 0 { break }
        guard !budget.isSpent else { throw .budgetSpent }
        try tar.read(unpacked.span.extracting(..<given), isWanted: isWanted)
      }
    }
    do throws(GzipRefusal) { try gzip.finish() } catch { throw .gzip(error) }
    return try tar.finish()
  }

  /// Reads the headers of a zip file and the contents that are wanted.
  /// - Parameters:
  ///   - budget: asked after some headers, and after each piece that was unpacked.
  ///   - isWanted: asked for each name, without a directory's last slash.
  package static func ofZip(
    _ source: some RandomAccessBytes, limits: ArchiveLimits = ArchiveLimits(), budget: WorkBudget,
    isWanted: (ExactString) -> Bool
  ) throws(ArchiveRefusal) -> ArchiveMembers {
    let zip = try readingZip { () throws(ZipRefusal) in try ZipReader(source, limits: limits, budget: budget) }
    var collection = ArchiveCollection(limits: limits)
    for (number, entry) in zip.entries.enumerated() {
      guard number % 64 != 0 || !budget.isSpent else { throw .budgetSpent }
      let isKept = try collection.add(entry.name, entry.kind, size: entry.size, shortName: nil, linkName: nil, isWanted: isWanted)
      guard isKept else { continue }
      let content = try readingZip { () throws(ZipRefusal) in try zip.content(of: entry, limit: limits.memberLength) }
      collection.keep(content, of: entry.name)
    }
    return try collection.finish()
  }

  private static func readingZip<Read>(_ read: () throws(ZipRefusal) -> Read) throws(ArchiveRefusal) -> Read {
    do throws(ZipRefusal) { return try read() } catch {
      if case .unreadable(let failure) = error { throw .unreadable(failure) }
      throw error == .budgetSpent ? .budgetSpent : .zip(error)
    }
  }

  private static func opened(_ limits: InflateLimits) throws(ArchiveRefusal) -> GzipReader {
    do throws(GzipRefusal) { return try GzipReader(limits: limits) } catch { throw .gzip(error) }
  }

  private static func read(_ source: some RandomAccessBytes, at place: Int) throws(ArchiveRefusal) -> [UInt8] {
    let length = min(chunkLength, source.count - place)
    do throws(UnreadableBytes) {
      let chunk = try source.read(at: place, count: length)
      guard chunk.count == length else { throw UnreadableBytes(offset: place) }
      return chunk
    } catch { throw .unreadable(error) }
  }

  private static func unpack(
    _ chunk: [UInt8], at offset: inout Int, _ gzip: inout GzipReader, into output: inout [UInt8]
  ) throws(ArchiveRefusal) -> Int {
    do throws(GzipRefusal) { return try gzip.read(chunk.span, at: &offset, into: &output) } catch { throw .gzip(error) }
  }
}
