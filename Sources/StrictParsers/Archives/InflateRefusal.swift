/// Why a deflate stream (RFC 1951) is not inflated, or not any further.
package enum InflateRefusal: Error, Hashable, Sendable, CaseIterable {
  /// zlib found no deflate stream in the bytes.
  case corrupt
  /// More bytes come out than are allowed.
  case tooLarge
  /// So much comes out of so little that it is a bomb.
  case bomb
  /// The bytes ended before the stream.
  case truncated
  /// zlib could not have its memory: no fault of the stream.
  case outOfMemory
}
