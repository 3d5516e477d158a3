/// Reads a tar file that comes in pieces, and keeps what is wanted of it.
struct ArchiveTarScan {
  private var reader: TarReader
  private var collection: ArchiveCollection
  private var open: (name: ExactString, content: [UInt8])?

  init(limits: ArchiveLimits) {
    reader = TarReader(limits: limits)
    collection = ArchiveCollection(limits: limits)
  }

  mutating func read(_ chunk: Span<UInt8>, isWanted: (ExactString) -> Bool) throws(ArchiveRefusal) {
    var offset = 0
    while let event = try next(in: chunk, at: &offset) {
      switch event {
      case .entry(let entry):
        let keeps = try collection.add(
          entry.name, entry.kind, size: entry.size, shortName: entry.shortName, linkName: entry.linkName, isWanted: isWanted)
        open = keeps ? (entry.name, []) : nil
      case .data(let range):
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
    return try collection.finish()
  }

  private mutating func next(in chunk: Span<UInt8>, at offset: inout Int) throws(ArchiveRefusal) -> TarReader.Event? {
    do throws(TarRefusal) { return try reader.next(in: chunk, at: &offset) } catch { throw .tar(error) }
  }
}
