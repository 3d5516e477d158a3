/// How much may come out of a compressed stream.
package struct InflateLimits: Hashable, Sendable {
  /// Bytes in all.
  package var inflatedBytes: Int
  /// Bytes out for each byte in. Deflate reaches 1032 at its utmost, on zeros.
  package var ratio: Int
  /// So many bytes may come out before the ratio counts: short texts repeat themselves.
  package var ratioGrace: Int

  package init(inflatedBytes: Int = 4 << 30, ratio: Int = 1_000, ratioGrace: Int = 1 << 20) {
    self.inflatedBytes = inflatedBytes
    self.ratio = ratio
    self.ratioGrace = ratioGrace
  }
}
