/// Reads a tar file that comes in pieces, and keeps what is wanted of it.
struct ArchiveTarScan {
  private var reader: TarReader
  private var collection: ArchiveCollection
  private var open: (name: ExactString, content: [UInt8])?
  /// Of the entry that is being read; `nil` for a directory.
  private var fingerprint: Hasher?

  init(limits: ArchiveLimits, naming: ArchiveNaming) {
    reader = TarReader(limits: limits, naming: naming)
    collection = ArchiveCollection(limits: limits)
  }

  mutating func read(_ chunk: Span<UInt8>, isWanted: (ExactString) -> Bool) throws(ArchiveRefusal) {
    var offset = 0
    while let event = try next(in: chunk, at: &offset) {
      switch event {
      case .entry(let entry):
        try conclude()
        let keeps = try collection.add(
          entry.name, entry.kind, size: entry.size, shortName: entry.shortName, linkName: entry.linkName, isWanted: isWanted)
        open = keeps ? (entry.name, []) : nil
        begin(entry)
      case .data(let range):
        unsafe chunk.extracting(range).withUnsafeBytes { unsafe fingerprint?.combine(bytes: $0) }
        guard open != nil else { continue }
        open?.content.append(copying: chunk.extracting(range))
      case .entryEnded:
        if let open { collection.keep(open.content, of: open.name) }
        open = nil
      }
    }
  }

  mutating func finish() throws(ArchiveRefusal) -> ArchiveMembers {
    do throws(TarRefusal) { try reader.finish() } catch { throw .tar(error) }
    try conclude()
    return try collection.finish()
  }

  private mutating func begin(_ entry: TarEntry) {
    guard entry.kind != .directory else { return }
    var hasher = Hasher()
    hasher.combine(entry.kind)
    hasher.combine(entry.size)
    hasher.combine(entry.linkName)
    fingerprint = hasher
  }

  private mutating func conclude() throws(ArchiveRefusal) {
    guard let fingerprint else { return }
    self.fingerprint = nil
    try collection.conclude(fingerprint.finalize())
  }

  private mutating func next(in chunk: Span<UInt8>, at offset: inout Int) throws(ArchiveRefusal) -> TarReader.Event? {
    do throws(TarRefusal) { return try reader.next(in: chunk, at: &offset) } catch { throw .tar(error) }
  }
}
