/// Some of the bytes of a file, as a file.
package struct RandomAccessSlice<Base: RandomAccessBytes>: RandomAccessBytes {
  private let base: Base
  private let range: Range<Int>

  /// - Parameter range: within the file.
  package init(_ base: Base, _ range: Range<Int>) {
    self.base = base
    self.range = range
  }

  package var count: Int { range.count }

  package func read(at offset: Int, count: Int) throws(UnreadableBytes) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { throw UnreadableBytes(offset: offset) }
    return try base.read(at: range.lowerBound + offset, count: count)
  }
}
