import Digests
import StrictParsers

extension ArtifactDigests {
  private static let pieceLength = 1 << 20

  /// The digests of a file that is there already.
  /// - Parameters:
  ///   - further: which are computed beside SHA-256.
  ///   - budget: asked before each piece that is read.
  static func of(
    _ artifact: some RandomAccessBytes, _ further: Set<ArtifactDigest>, _ budget: WorkBudget
  ) throws(UploadRefusal) -> ArtifactDigests {
    var hasher = ArtifactHasher(further)
    var place = 0
    while place < artifact.count {
      guard !budget.isSpent else { throw .inspectionTooLong }
      let piece: [UInt8]
      do throws(UnreadableBytes) {
        piece = try artifact.read(at: place, count: min(pieceLength, artifact.count - place))
      } catch { throw .unavailable }
      guard !piece.isEmpty else { throw .unavailable }
      unsafe hasher.update(piece.span.bytes)
      place += piece.count
    }
    return hasher.finalize()
  }
}
