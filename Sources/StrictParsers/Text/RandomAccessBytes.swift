/// Bytes that can be read at any place: a spooled body, or an array.
package protocol RandomAccessBytes: Sendable {
  /// How many there are. It does not change.
  var count: Int { get }

  /// Exactly `count` bytes from `offset` on.
  func read(at offset: Int, count: Int) throws(UnreadableBytes) -> [UInt8]
}

/// Bytes that should be there could not be read: a failure of our own storage, not of the stranger's archive.
package struct UnreadableBytes: Error, Hashable, Sendable {
  package let offset: Int

  package init(offset: Int) { self.offset = offset }
}

extension Array: RandomAccessBytes where Element == UInt8 {
  package func read(at offset: Int, count: Int) throws(UnreadableBytes) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { throw UnreadableBytes(offset: offset) }
    return Array(self[offset..<offset + count])
  }
}
