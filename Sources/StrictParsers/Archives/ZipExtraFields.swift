/// The extra fields of a header (APPNOTE 4.5): read to the last byte, for what would change an entry's sizes or name.
struct ZipExtraFields {
  /// The content of the zip64 field (4.5.3), where there is one.
  private let zip64: [UInt8]?

  /// Other names (4.6.8, 4.6.9), and encryption (4.5.12, WinZip's AES), which some unpackers heed and some do not.
  private static let refused: Set<Int> = [0x6375, 0x7075, 0x0014, 0x0015, 0x0016, 0x0017, 0x9901]

  init(_ bytes: ArraySlice<UInt8>) throws(ZipRefusal) {
    var fields = ZipCursor(Array(bytes), orThrow: .extraFields)
    var seen: Set<Int> = []
    var zip64: [UInt8]?
    while !fields.isAtEnd {
      let id = try fields.two()
      let content = try fields.take(try fields.two())
      guard seen.insert(id).inserted, !Self.refused.contains(id) else { throw .extraFields }
      if id == 0x0001 { zip64 = Array(content) }
    }
    self.zip64 = zip64
  }

  /// The sizes of an entry of the central directory: the zip64 field has exactly those that its header leaves to it.
  func directorySizes(inflated: Int, compressed: Int) throws(ZipRefusal) -> ZipSizes {
    guard var field = zip64.map({ ZipCursor($0, orThrow: .zip64Sizes) }) else {
      guard inflated != ZipSizes.sentinel, compressed != ZipSizes.sentinel else { throw .zip64Sizes }
      return ZipSizes(inflated: inflated, compressed: compressed)
    }
    let sizes = ZipSizes(
      inflated: inflated == ZipSizes.sentinel ? try field.eight() : inflated,
      compressed: compressed == ZipSizes.sentinel ? try field.eight() : compressed)
    guard field.isAtEnd else { throw .zip64Sizes }
    return sizes
  }

  /// The sizes of a local header: its zip64 field has both (4.5.3), and the header has the same or leaves it to the field.
  func localSizes(inflated: Int, compressed: Int) throws(ZipRefusal) -> ZipSizes {
    guard var field = zip64.map({ ZipCursor($0, orThrow: .zip64Sizes) }) else {
      guard inflated != ZipSizes.sentinel, compressed != ZipSizes.sentinel else { throw .zip64Sizes }
      return ZipSizes(inflated: inflated, compressed: compressed)
    }
    let sizes = try ZipSizes(inflated: field.eight(), compressed: field.eight())
    guard field.isAtEnd, inflated == sizes.inflated || inflated == ZipSizes.sentinel,
      compressed == sizes.compressed || compressed == ZipSizes.sentinel
    else { throw .zip64Sizes }
    return sizes
  }
}

/// How long an entry's content is, unpacked and packed.
struct ZipSizes: Equatable {
  /// What a header says where the zip64 field says it.
  static let sentinel = 0xFFFF_FFFF

  let inflated: Int
  let compressed: Int
}
