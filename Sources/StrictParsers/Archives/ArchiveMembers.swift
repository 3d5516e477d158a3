/// What is wanted of an archive: the contents of some files, and the names at its top.
package struct ArchiveMembers: Hashable, Sendable {
  /// The contents of the files whose names were wanted, by name.
  package let contents: [ExactString: [UInt8]]
  /// The first segments of names that have several, and the directories at the top.
  package let topLevelFolders: Set<ExactString>
  /// The names of one segment that are no directories.
  package let topLevelFiles: Set<ExactString>

  /// Reads a `.tar.gz` from its first byte to its last, in constant memory, and keeps what is wanted.
  /// - Parameters:
  ///   - naming: how the names in it may be written.
  ///   - budget: asked after each piece that was unpacked.
  ///   - isWanted: asked for each name, without a directory's last slash.
  package static func ofTarGzip(
    _ source: some RandomAccessBytes, limits: ArchiveLimits = ArchiveLimits(), naming: ArchiveNaming = .plain, budget: WorkBudget,
    isWanted: (ExactString) -> Bool
  ) throws(ArchiveRefusal) -> ArchiveMembers {
    var tar = ArchiveTarScan(limits: limits, naming: naming)
    try ArchivePieces.unpacked(source, limits: limits.inflate, budget: budget) { (piece) throws(ArchiveRefusal) in
      try tar.read(piece, isWanted: isWanted)
    }
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
    try ofZip(try openZip(source, limits: limits, budget: budget), limits: limits, budget: budget, isWanted: isWanted)
  }

  /// Reads the headers of a zip file.
  package static func openZip<Source: RandomAccessBytes>(
    _ source: Source, limits: ArchiveLimits, budget: WorkBudget
  ) throws(ArchiveRefusal) -> ZipReader<Source> {
    try readingZip { () throws(ZipRefusal) in try ZipReader(source, limits: limits, budget: budget) }
  }

  /// Reads the contents that are wanted of a zip file that is open.
  package static func ofZip(
    _ zip: ZipReader<some RandomAccessBytes>, limits: ArchiveLimits, budget: WorkBudget, isWanted: (ExactString) -> Bool
  ) throws(ArchiveRefusal) -> ArchiveMembers {
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
}
