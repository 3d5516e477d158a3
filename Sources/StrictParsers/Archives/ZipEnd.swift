/// Where the central directory is, and how many entries it has (APPNOTE 4.3.14 to 4.3.16).
struct ZipEnd {
  let entryCount: Int
  let directoryOffset: Int
  let directorySize: Int

  private static let recordLength = 22
  private static let longestComment = 65_535
  private static let locatorLength = 20
  /// The zip64 record, without extensible data, and its locator.
  private static let zip64Length = 56 + locatorLength

  /// Finds the end record, with the zip64 one before it, which must say the same.
  static func locate(in source: some RandomAccessBytes) throws(ZipRefusal) -> ZipEnd {
    let (end, recordOffset) = try record(in: source)
    guard let long = try zip64(before: recordOffset, in: source) else {
      guard end.entryCount != 0xFFFF, end.directorySize != 0xFFFF_FFFF, end.directoryOffset != 0xFFFF_FFFF else { throw .zip64End }
      return try end.endingDirectory(at: recordOffset)
    }
    guard end.entryCount == 0xFFFF || end.entryCount == long.entryCount,
      end.directorySize == 0xFFFF_FFFF || end.directorySize == long.directorySize,
      end.directoryOffset == 0xFFFF_FFFF || end.directoryOffset == long.directoryOffset
    else { throw .zip64End }
    return try long.endingDirectory(at: recordOffset - zip64Length)
  }

  /// The end record is where the file's last signature of one is, and its comment ends with the file.
  ///
  /// Unpackers search backwards, some for the signature and some for a comment of fitting length: all must find the same.
  private static func record(in source: some RandomAccessBytes) throws(ZipRefusal) -> (ZipEnd, offset: Int) {
    let tailLength = min(source.count, recordLength + longestComment)
    let tail = try source.bytes(at: source.count - tailLength, count: tailLength)
    let signature = [UInt8(ascii: "P"), UInt8(ascii: "K"), 5, 6]
    guard let place = tail.indices.last(where: { tail[$0...].starts(with: signature) }) else { throw .endOfDirectory }
    var record = ZipCursor(Array(tail[place...]), orThrow: .endOfDirectory)
    try record.signature(5, 6)
    let disks = try (record.two(), record.two())
    let entries = try (onDisk: record.two(), inAll: record.two())
    let directory = try (size: record.four(), offset: record.four())
    try record.skip(try record.two())
    guard record.isAtEnd else { throw .endOfDirectory }
    guard disks == (0, 0), entries.onDisk == entries.inAll else { throw .disks }
    let end = ZipEnd(entryCount: entries.inAll, directoryOffset: directory.offset, directorySize: directory.size)
    return (end, source.count - tailLength + place)
  }

  /// What the zip64 record says; `nil` if there is no locator of one.
  ///
  /// Some unpackers look for the locator only where the short record needs it, others always: it counts wherever it stands.
  private static func zip64(before offset: Int, in source: some RandomAccessBytes) throws(ZipRefusal) -> ZipEnd? {
    guard offset >= locatorLength else { return nil }
    let locatorBytes = try source.bytes(at: offset - locatorLength, count: locatorLength)
    guard locatorBytes.starts(with: [UInt8(ascii: "P"), UInt8(ascii: "K"), 6, 7]) else { return nil }
    guard offset >= zip64Length else { throw .zip64End }
    var locator = ZipCursor(locatorBytes, orThrow: .zip64End)
    try locator.signature(6, 7)
    guard try locator.four() == 0, try locator.eight() == offset - zip64Length, try locator.four() == 1 else { throw .zip64End }

    let recordBytes = try source.bytes(at: offset - zip64Length, count: zip64Length - locatorLength)
    var record = ZipCursor(recordBytes, orThrow: .zip64End)
    try record.signature(6, 6)
    guard try record.eight() == recordBytes.count - 12 else { throw .zip64End }
    try record.skip(4)
    let disks = try (record.four(), record.four())
    let entries = try (onDisk: record.eight(), inAll: record.eight())
    let directory = try (size: record.eight(), offset: record.eight())
    guard disks == (0, 0), entries.onDisk == entries.inAll else { throw .disks }
    return ZipEnd(entryCount: entries.inAll, directoryOffset: directory.offset, directorySize: directory.size)
  }

  private func endingDirectory(at end: Int) throws(ZipRefusal) -> ZipEnd {
    guard directorySize <= end, directoryOffset == end - directorySize else { throw .directoryPlace }
    return self
  }
}
