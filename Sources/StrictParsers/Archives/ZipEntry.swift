/// One entry of a zip file, as its central directory and its local header agree on it.
package struct ZipEntry: Hashable, Sendable {
  /// APPNOTE 4.4.5.
  enum Method: Int, Hashable, Sendable {
    case stored = 0
    case deflated = 8
  }

  /// The name without a directory's last slash.
  package let name: ExactString
  package let kind: ArchiveEntryKind
  /// Bytes of the content, unpacked, as the directory says. `ZipReader.content` proves it.
  package let size: Int

  let compressedSize: Int
  let method: Method
  let checksum: UInt32
  /// Compared with the local header's byte by byte.
  let rawName: [UInt8]
  let flags: Int
  /// Where the file has the entry itself.
  package let localHeaderOffset: Int

  static let fixedLength = 46
  /// 6.3: unpackers refuse an entry that needs more (APPNOTE 4.4.3).
  static let newestVersion = 63

  /// Reads the next record of the central directory (APPNOTE 4.3.12).
  init(_ directory: inout ZipCursor) throws(ZipRefusal) {
    try directory.signature(1, 2)
    let madeBy = try directory.two()
    let version = try directory.two()
    let flags = try directory.two()
    let method = try directory.two()
    try directory.skip(4)
    let checksum = try directory.four()
    let sizes = try (compressed: directory.four(), inflated: directory.four())
    let lengths = try (name: directory.two(), extra: directory.two(), comment: directory.two())
    let disk = try directory.two()
    try directory.skip(2)
    let attributes = try directory.four()
    let localHeaderOffset = try directory.four()
    let rawName = Array(try directory.take(lengths.name))
    let extra = try ZipExtraFields(try directory.take(lengths.extra))

    guard lengths.comment == 0 else { throw .entryComment }
    guard disk == 0 else { throw .disks }
    guard version <= Self.newestVersion else { throw .version }
    let exact = try extra.directorySizes(inflated: sizes.inflated, compressed: sizes.compressed)
    guard localHeaderOffset != ZipSizes.sentinel else { throw .zip64Sizes }
    // Bits 1 and 2 are the compressor's effort, bit 3 announces a descriptor, bit 11 declares UTF-8.
    guard flags & ~0b1000_0000_0110 != 0b1000 else { throw .dataDescriptor }
    guard flags & ~0b1000_0000_0110 == 0 else { throw .flags }
    let isASCII = rawName.allSatisfy { $0 < 0x80 }
    guard isASCII || flags & 0x800 != 0, let path = ArchivePath.read(rawName) else { throw .name }

    name = path.name
    kind = try Self.kind(hasSlash: path.hasSlash, madeBy: madeBy, attributes: attributes)
    size = exact.inflated
    compressedSize = exact.compressed
    self.method = try Self.method(method, sizes: exact)
    self.checksum = UInt32(truncatingIfNeeded: checksum)
    self.rawName = rawName
    self.flags = flags
    self.localHeaderOffset = localHeaderOffset
    guard kind != .directory || size == 0 else { throw .fileType }
  }

  private static func method(_ number: Int, sizes: ZipSizes) throws(ZipRefusal) -> Method {
    guard let method = Method(rawValue: number), method == .deflated || sizes.inflated == sizes.compressed else { throw .method }
    return method
  }

  /// The type bits of a Unix mode (hosts 3 and 19) must agree with the name; 0 where the writer set none.
  private static func kind(hasSlash: Bool, madeBy: Int, attributes: Int) throws(ZipRefusal) -> ArchiveEntryKind {
    let isUnix = madeBy >> 8 == 3 || madeBy >> 8 == 19
    let isDOSDirectory = attributes & 0x10 != 0
    switch isUnix ? attributes >> 28 : 0 {
    case 0x0 where hasSlash: return .directory
    case 0x0 where !isDOSDirectory: return .file
    case 0x8 where !hasSlash && !isDOSDirectory: return .file
    case 0x4 where hasSlash: return .directory
    case 0xA where !hasSlash && !isDOSDirectory: return .symbolicLink
    default: throw .fileType
    }
  }
}
