/// The bytes of a file, and what comes out of its compression, piece by piece.
enum ArchivePieces {
  /// How much is read and unpacked at once.
  private static let length = 128 << 10

  /// - Parameters:
  ///   - budget: asked before each piece.
  ///   - take: is called with each piece in order, and with how many bytes stand before it.
  static func read(
    _ source: some RandomAccessBytes, budget: WorkBudget, take: (Span<UInt8>, Int) throws(ArchiveRefusal) -> Void
  ) throws(ArchiveRefusal) {
    var place = 0
    while place < source.count {
      guard !budget.isSpent else { throw .budgetSpent }
      let chunk = try chunk(of: source, at: place)
      try take(chunk.span, place)
      place += chunk.count
    }
  }

  /// The content of the one gzip member that the file is.
  /// - Parameters:
  ///   - budget: asked after each piece that was unpacked.
  ///   - take: is called with each piece in order.
  static func unpacked(
    _ source: some RandomAccessBytes, limits: InflateLimits, budget: WorkBudget, take: (Span<UInt8>) throws(ArchiveRefusal) -> Void
  ) throws(ArchiveRefusal) {
    var gzip = try opened(limits)
    var unpacked = [UInt8](repeating: 0, count: length)
    var place = 0
    while place < source.count {
      guard !budget.isSpent else { throw .budgetSpent }
      let chunk = try chunk(of: source, at: place)
      place += chunk.count
      var offset = 0
      while true {
        let given = try unpack(chunk, at: &offset, &gzip, into: &unpacked)
        if given == 0 { break }
        guard !budget.isSpent else { throw .budgetSpent }
        try take(unpacked.span.extracting(..<given))
      }
    }
    do throws(GzipRefusal) { try gzip.finish() } catch { throw .gzip(error) }
  }

  private static func opened(_ limits: InflateLimits) throws(ArchiveRefusal) -> GzipReader {
    do throws(GzipRefusal) { return try GzipReader(limits: limits) } catch { throw .gzip(error) }
  }

  private static func chunk(of source: some RandomAccessBytes, at place: Int) throws(ArchiveRefusal) -> [UInt8] {
    let length = min(length, source.count - place)
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
