/// Why bytes are not one gzip member that every reader unpacks in the same way (RFC 1952).
package enum GzipRefusal: Error, Hashable, Sendable {
  /// The header is not gzip's, its method is not deflate, or it has a flag other than the file name's.
  case header
  /// The file name in the header is longer than a path.
  case headerTooLong
  /// The deflate stream within is refused.
  case inflate(InflateRefusal)
  /// The CRC-32 or the size at the end is not the content's.
  case checksum
  /// Something stands after the member: another member to one reader, padding or an error to the next.
  case trailingBytes
  /// The bytes ended before the member.
  case incomplete
}
