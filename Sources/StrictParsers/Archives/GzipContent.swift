/// A small file that is compressed by itself.
package enum GzipContent {
  /// What comes out of the one gzip member that a file is.
  /// - Parameters:
  ///   - limit: bytes that may come out.
  ///   - budget: asked after each piece that was unpacked.
  package static func read(_ source: some RandomAccessBytes, limit: Int, budget: WorkBudget) throws(ArchiveRefusal) -> [UInt8] {
    var content: [UInt8] = []
    try ArchivePieces.unpacked(source, limits: InflateLimits(inflatedBytes: limit), budget: budget) { (piece) throws(ArchiveRefusal) in
      content.append(copying: piece)
    }
    return content
  }
}
