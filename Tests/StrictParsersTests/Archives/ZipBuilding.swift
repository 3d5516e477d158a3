import CZlib

/// Raw deflate (RFC 1951) of some bytes.
func deflated(_ bytes: [UInt8], level: Int32 = 9) -> [UInt8] {
  var length = compressBound(UInt(bytes.count))
  var packed = [UInt8](repeating: 0, count: Int(length))
  let status = unsafe packed.withUnsafeMutableBufferPointer { output in
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe compress2(output.baseAddress, &length, input.baseAddress, UInt(input.count), level)
    }
  }
  precondition(status == Z_OK)
  // Without zlib's own header and trailer.
  return Array(packed[2..<Int(length) - 4])
}

func crc32(of bytes: [UInt8]) -> UInt32 {
  unsafe bytes.withUnsafeBufferPointer { unsafe UInt32(truncatingIfNeeded: CZlib.crc32(0, $0.baseAddress, UInt32($0.count))) }
}

func littleEndian(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

/// Writes a zip file, right unless it is told otherwise.
struct ZipBuilding {
  struct Header {
    var name: [UInt8]
    var version = 20
    var flags = 0
    var method: Int
    var checksum: Int
    var compressed: Int
    var inflated: Int
    var extra: [UInt8] = []
  }

  struct Entry {
    var local: Header
    var central: Header
    var packed: [UInt8]
    var madeBy = 0x031E
    var attributes = 0x81A4_0000
    var comment: [UInt8] = []
    var disk = 0
    var offset: Int?
    /// What stands before its local header.
    var gap: [UInt8] = []
    var hasLocal = true
    var hasCentral = true

    init(_ name: String, _ content: [UInt8] = [], deflate: Bool = false) {
      packed = deflate ? deflated(content) : content
      local = Header(
        name: Array(name.utf8), method: deflate ? 8 : 0, checksum: Int(crc32(of: content)), compressed: packed.count,
        inflated: content.count)
      central = local
      if name.hasSuffix("/") { attributes = 0x41ED_0010 }
    }

    /// The same in both headers.
    mutating func both(_ change: (inout Header) -> Void) {
      change(&local)
      change(&central)
    }
  }

  var entries: [Entry]
  var comment: [UInt8] = []
  var suffix: [UInt8] = []
  var beforeDirectory: [UInt8] = []
  var isZip64 = false
  var end: (entriesOnDisk: Int, entries: Int, size: Int, offset: Int, disk: Int) = (0, 0, 0, 0, 0)
  /// Changes the zip64 record and its locator.
  var changeZip64: (@Sendable (inout [UInt8]) -> Void)?
  /// Changes the end record, without its comment.
  var changeEnd: (@Sendable (inout [UInt8]) -> Void)?

  init(_ entries: [Entry]) { self.entries = entries }

  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      file += entry.gap
      let offset = file.count
      if entry.hasLocal {
        file +=
          Array("PK".utf8) + [3, 4] + littleEndian(entry.local.version, 2) + littleEndian(entry.local.flags, 2)
          + littleEndian(entry.local.method, 2) + [0, 0, 0x21, 0]
        file += littleEndian(entry.local.checksum, 4) + littleEndian(entry.local.compressed, 4) + littleEndian(entry.local.inflated, 4)
        file += littleEndian(entry.local.name.count, 2) + littleEndian(entry.local.extra.count, 2) + entry.local.name + entry.local.extra
        file += entry.packed
      }
      guard entry.hasCentral else { continue }
      directory += Array("PK".utf8) + [1, 2] + littleEndian(entry.madeBy, 2)
      directory += littleEndian(entry.central.version, 2) + littleEndian(entry.central.flags, 2)
      directory += littleEndian(entry.central.method, 2) + [0, 0, 0x21, 0] + littleEndian(entry.central.checksum, 4)
      directory += littleEndian(entry.central.compressed, 4) + littleEndian(entry.central.inflated, 4)
      directory += littleEndian(entry.central.name.count, 2) + littleEndian(entry.central.extra.count, 2)
      directory += littleEndian(entry.comment.count, 2) + littleEndian(entry.disk, 2) + [0, 0] + littleEndian(entry.attributes, 4)
      directory += littleEndian(entry.offset ?? offset, 4) + entry.central.name + entry.central.extra + entry.comment
    }
    file += beforeDirectory
    let offset = file.count
    let count = entries.count { $0.hasCentral }
    file += directory
    if isZip64 {
      var zip64 = Array("PK".utf8) + [6, 6] + littleEndian(44, 8) + [45, 0, 45, 0] + littleEndian(0, 8)
      zip64 += littleEndian(count, 8) + littleEndian(count, 8) + littleEndian(directory.count, 8) + littleEndian(offset, 8)
      zip64 += Array("PK".utf8) + [6, 7] + littleEndian(0, 4) + littleEndian(file.count, 8) + littleEndian(1, 4)
      changeZip64?(&zip64)
      file += zip64
    }
    var record = Array("PK".utf8) + [5, 6] + littleEndian(end.disk, 2) + littleEndian(0, 2)
    record += littleEndian(count + end.entriesOnDisk, 2) + littleEndian(count + end.entries, 2)
    record += littleEndian(directory.count + end.size, 4) + littleEndian(offset + end.offset, 4) + littleEndian(comment.count, 2)
    changeEnd?(&record)
    return file + record + comment + suffix
  }
}
