/// Reads the little-endian fields of one zip record; past its end it refuses.
struct ZipCursor {
  private let bytes: [UInt8]
  private var offset = 0
  /// What running out of bytes means in this record.
  private let shortage: ZipRefusal

  init(_ bytes: [UInt8], orThrow shortage: ZipRefusal) {
    self.bytes = bytes
    self.shortage = shortage
  }

  var isAtEnd: Bool { offset == bytes.count }

  mutating func skip(_ count: Int) throws(ZipRefusal) { _ = try take(count) }

  mutating func take(_ count: Int) throws(ZipRefusal) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - offset else { throw shortage }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  /// `PK` and these two.
  mutating func signature(_ third: UInt8, _ fourth: UInt8) throws(ZipRefusal) {
    guard try take(4).elementsEqual([UInt8(ascii: "P"), UInt8(ascii: "K"), third, fourth]) else { throw shortage }
  }

  mutating func two() throws(ZipRefusal) -> Int { try number(2) }
  mutating func four() throws(ZipRefusal) -> Int { try number(4) }

  /// Refuses what no Int holds.
  mutating func eight() throws(ZipRefusal) -> Int { try number(8) }

  private mutating func number(_ count: Int) throws(ZipRefusal) -> Int {
    var value: UInt64 = 0
    for byte in try take(count).reversed() { value = value << 8 | UInt64(byte) }
    guard let number = Int(exactly: value) else { throw shortage }
    return number
  }
}

extension RandomAccessBytes {
  /// As `read`, its failure as a refusal of the zip reader.
  func bytes(at offset: Int, count: Int) throws(ZipRefusal) -> [UInt8] {
    do throws(UnreadableBytes) {
      let bytes = try read(at: offset, count: count)
      guard bytes.count == count else { throw UnreadableBytes(offset: offset) }
      return bytes
    } catch { throw .unreadable(error) }
  }
}
