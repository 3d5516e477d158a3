import StrictParsers
import TestSupport
import Testing

@Suite("A zip reader") struct ZipReaderTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let refusal: ZipRefusal
    let change: @Sendable (inout ZipBuilding) -> Void

    init(_ what: String, _ refusal: ZipRefusal, _ change: @escaping @Sendable (inout ZipBuilding) -> Void) {
      self.what = what
      self.refusal = refusal
      self.change = change
    }

    var testDescription: String { what }
  }

  static let text = Array("Name: a\nName: a\nName: a\n".utf8)
  static let good = ZipBuilding([.init("a/"), .init("a/b", text), .init("a-1.dist-info/METADATA", text, deflate: true), .init("c", [])])

  @Test("reads entries and contents, stored and deflated")
  func reads() throws {
    let zip = try ZipReader(Self.good.bytes, budget: .unlimited)
    #expect(zip.entries.map(\.name) == ["a", "a/b", "a-1.dist-info/METADATA", "c"])
    #expect(zip.entries.map(\.kind) == [.directory, .file, .file, .file])
    for entry in zip.entries where entry.size > 0 { #expect(try zip.content(of: entry, limit: 24) == Self.text) }
    #expect(throws: ZipRefusal.contentTooLarge) { try zip.content(of: zip.entries[1], limit: 23) }
  }

  @Test(
    "accepts what real writers make",
    arguments: [
      Case("a comment", .content) { $0.comment = Array("hello".utf8) }, Case("no entries", .content) { $0.entries = [] },
      Case("zip64 end with the same numbers", .content) { $0.isZip64 = true },
      Case("zip64 end with sentinels", .content) {
        $0.isZip64 = true
        $0.changeEnd = { for place in 8..<20 { $0[place] = 0xFF } }
      },
      Case("zip64 sizes in the local header only, as Python writes ahead", .content) {
        $0.entries[1].local.extra = [1, 0, 16, 0] + littleEndian(24, 8) + littleEndian(24, 8)
        $0.entries[1].local.compressed = 0xFFFF_FFFF
        $0.entries[1].local.inflated = 0xFFFF_FFFF
      },
      Case("zip64 sizes in both headers", .content) {
        $0.entries[1].both {
          $0.extra = [1, 0, 16, 0] + littleEndian(24, 8) + littleEndian(24, 8)
          $0.compressed = 0xFFFF_FFFF
          $0.inflated = 0xFFFF_FFFF
        }
      },
      Case("times in extra fields", .content) { $0.entries[1].local.extra = [0x55, 0x54, 5, 0, 1, 2, 3, 4, 5] },
      Case("a name in declared UTF-8", .content) {
        $0.entries[1].both {
          $0.name = Array("a/\u{e9}".utf8)
          $0.flags = 0x800
        }
      },
      Case("a writer on DOS", .content) {
        $0.entries[1].madeBy = 20
        $0.entries[1].attributes = 0x20
      },
      Case("a writer without modes", .content) { $0.entries[1].attributes = 0 },
    ])
  func accepts(test: Case) throws {
    var building = Self.good
    test.change(&building)
    let zip = try ZipReader(building.bytes, budget: .unlimited)
    for entry in zip.entries { _ = try zip.content(of: entry, limit: 100) }
    #expect(zip.entries.count == building.entries.count)
  }

  @Test("reads a directory in another order than its entries")
  func order() throws {
    var building = ZipBuilding([.init("b", Self.text), .init("a", Self.text)])
    building.entries[0].hasLocal = false
    building.entries[0].offset = 31 + Self.text.count
    building.beforeDirectory = Array(ZipBuilding([.init("b", Self.text)]).bytes.prefix(31 + Self.text.count))
    #expect(try ZipReader(building.bytes, budget: .unlimited).entries.map(\.name) == ["b", "a"])
  }

  @Test(
    "refuses what two unpackers could read differently",
    arguments: [
      Case("bytes before the first entry", .localHeaderPlace) { $0.entries[0].gap = [0] },
      Case("bytes between entries", .localHeaderPlace) { $0.entries[1].gap = [0] },
      Case("bytes before the directory", .localHeaderPlace) { $0.beforeDirectory = [0] },
      Case("an entry that only the local headers have", .localHeaderPlace) { $0.entries[1].hasCentral = false },
      Case("a last entry that only the local headers have", .localHeaderPlace) { $0.entries[3].hasCentral = false },
      Case("an entry that only the directory has", .localHeaderPlace) { $0.entries[3].hasLocal = false },
      Case("two entries of one place", .localHeaderPlace) { $0.entries[2].offset = 32 },
      Case("an offset past the end", .localHeaderPlace) { $0.entries[3].offset = 0x7FFF_FFFF },
      Case("a sentinel offset", .zip64Sizes) { $0.entries[3].offset = 0xFFFF_FFFF },
      Case("a size past the end", .localHeaderPlace) {
        $0.entries[3].both {
          $0.compressed = 1000
          $0.inflated = 1000
        }
      },
      Case("another local name", .localHeader) { $0.entries[1].local.name = Array("a/B".utf8) },
      Case("another local method", .localHeader) { $0.entries[1].local.method = 8 },
      Case("other local flags", .localHeader) { $0.entries[1].local.flags = 0x800 },
      Case("another local checksum", .localHeader) { $0.entries[1].local.checksum = 0 },
      Case("another local size", .localHeader) { $0.entries[2].local.inflated = 25 },
      Case("a data descriptor", .dataDescriptor) { $0.entries[1].both { $0.flags = 8 } },
      Case("a data descriptor of a name in UTF-8", .dataDescriptor) { $0.entries[1].both { $0.flags = 0x808 } },
      Case("an encrypted entry with a data descriptor", .flags) { $0.entries[1].both { $0.flags = 9 } },
      Case("a data descriptor declared in the local header", .localHeader) { $0.entries[1].local.flags = 8 },
      Case("encryption", .flags) { $0.entries[1].both { $0.flags = 1 } },
      Case("strong encryption", .flags) { $0.entries[1].both { $0.flags = 0x40 } },
      Case("masked headers", .flags) { $0.entries[1].both { $0.flags = 0x2000 } },
      Case("a version that is not there yet", .version) { $0.entries[1].central.version = 64 },
      Case("a local version that is not there yet", .version) { $0.entries[1].local.version = 0x114 },
      Case("bzip2", .method) { $0.entries[1].both { $0.method = 12 } },
      Case("stored in another size", .method) { $0.entries[1].both { $0.inflated = 9 } },
      Case("the same name twice", .repeatedName) { $0.entries[3].both { $0.name = Array("a/b".utf8) } },
      Case("a file and a directory of one name", .repeatedName) { $0.entries[3].both { $0.name = Array("a".utf8) } },
      Case("an empty name", .name) { $0.entries[3].both { $0.name = [] } },
      Case("an absolute name", .name) { $0.entries[3].both { $0.name = Array("/c".utf8) } },
      Case("a name that climbs", .name) { $0.entries[3].both { $0.name = Array("a/../c".utf8) } },
      Case("a name with a dot segment", .name) { $0.entries[3].both { $0.name = Array("./c".utf8) } },
      Case("a name with an empty segment", .name) { $0.entries[3].both { $0.name = Array("a//c".utf8) } },
      Case("a backslash", .name) { $0.entries[3].both { $0.name = Array("a\\c".utf8) } },
      Case("a NUL", .name) { $0.entries[3].both { $0.name = Array("c\u{0}d".utf8) } },
      Case("undeclared UTF-8", .name) { $0.entries[3].both { $0.name = Array("\u{e9}".utf8) } },
      Case("declared UTF-8 that is none", .name) {
        $0.entries[3].both {
          $0.name = [0xE9]
          $0.flags = 0x800
        }
      },
      Case("an entry's comment", .entryComment) { $0.entries[1].comment = [0x78] },
      Case("another disk", .disks) { $0.entries[1].disk = 1 }, Case("a second disk", .disks) { $0.end.disk = 1 },
      Case("entries on another disk", .disks) { $0.end.entriesOnDisk = -1 },
      Case("a device", .fileType) { $0.entries[1].attributes = 0x2000_0000 },
      Case("a directory by its mode only", .fileType) { $0.entries[1].attributes = 0x41ED_0000 },
      Case("a directory by its DOS attribute only", .fileType) {
        $0.entries[1].madeBy = 20
        $0.entries[1].attributes = 0x10
      },
      Case("a file with a slash", .fileType) { $0.entries[0].attributes = 0x81A4_0000 },
      Case("a directory with content", .fileType) {
        $0.entries[1].both { $0.name = Array("a/b/".utf8) }; $0.entries[1].attributes = 0
      },
      Case("a cut extra field", .extraFields) { $0.entries[1].both { $0.extra = [1, 2, 3] } },
      Case("an extra field longer than its place", .extraFields) { $0.entries[1].both { $0.extra = [9, 9, 1, 0] } },
      Case("an extra field twice", .extraFields) { $0.entries[1].both { $0.extra = [9, 9, 0, 0, 9, 9, 0, 0] } },
      Case("a Unicode path", .extraFields) { $0.entries[1].both { $0.extra = [0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 0x78] } },
      Case("a local Unicode path", .extraFields) { $0.entries[1].local.extra = [0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 0x78] },
      Case("AES", .extraFields) { $0.entries[1].both { $0.extra = [0x01, 0x99, 0, 0] } },
      Case("sentinel sizes without zip64", .zip64Sizes) { $0.entries[1].both { $0.compressed = 0xFFFF_FFFF } },
      Case("needless zip64 sizes in the directory", .zip64Sizes) {
        $0.entries[1].central.extra = [1, 0, 16, 0] + littleEndian(24, 8) + littleEndian(24, 8)
      },
      Case("other zip64 sizes in the local header", .zip64Sizes) {
        $0.entries[1].local.extra = [1, 0, 16, 0] + littleEndian(9, 8) + littleEndian(24, 8)
      },
      Case("half of the zip64 sizes in the local header", .zip64Sizes) {
        $0.entries[1].local.extra = [1, 0, 8, 0] + littleEndian(24, 8)
        $0.entries[1].local.inflated = 0xFFFF_FFFF
      },
      Case("a zip64 size that no Int holds", .zip64Sizes) {
        $0.entries[1].both {
          $0.extra = [1, 0, 16, 0] + [UInt8](repeating: 0xFF, count: 16); $0.inflated = 0xFFFF_FFFF
        }
      },
      Case("a zip64 size beyond all limits", .tooLarge) {
        $0.entries[2].central.extra = [1, 0, 8, 0] + littleEndian(.max, 8)
        $0.entries[2].central.inflated = 0xFFFF_FFFF
      },
      Case("one entry too many", .directoryRecords) {
        $0.end.entries = 1; $0.end.entriesOnDisk = 1
      },
      Case("one entry too few", .directoryRecords) {
        $0.end.entries = -1; $0.end.entriesOnDisk = -1
      },
      Case("a directory of another size", .directoryPlace) { $0.end.size = 1 },
      Case("a directory elsewhere", .directoryPlace) { $0.end.offset = 1 },
      Case("a suffix", .endOfDirectory) { $0.suffix = [0] },
      Case("a comment cut short", .endOfDirectory) {
        $0.comment = [0x78]; $0.suffix = [0]
      },
      Case("a second end in the comment", .directoryPlace) { $0.comment = ZipBuilding([]).bytes },
      Case("a signature in the comment", .endOfDirectory) { $0.comment = Array("PK".utf8) + [5, 6] },
      Case("sentinels without zip64", .zip64End) { $0.changeEnd = { for place in 8..<20 { $0[place] = 0xFF } } },
      Case("a zip64 end that says something else", .zip64End) {
        $0.isZip64 = true; $0.end.size = 1
      },
      Case("zip64 data that is extensible", .zip64End) {
        $0.isZip64 = true; $0.changeZip64 = { $0[4] = 45 }
      },
      Case("a zip64 end with another signature", .zip64End) {
        $0.isZip64 = true; $0.changeZip64 = { $0[3] = 7 }
      },
      Case("a zip64 locator to elsewhere", .zip64End) {
        $0.isZip64 = true; $0.changeZip64 = { $0[64] ^= 1 }
      },
      Case("a zip64 locator of two disks", .zip64End) {
        $0.isZip64 = true; $0.changeZip64 = { $0[72] = 2 }
      },
      Case("a zip64 end without locator", .directoryPlace) {
        $0.isZip64 = true; $0.changeZip64 = { $0.removeLast(20) }
      },
      Case("a zip64 locator without an end", .zip64End) {
        $0.isZip64 = true; $0.changeZip64 = { $0.removeFirst(56) }
      },
      Case("a zip64 end of two disks", .disks) {
        $0.isZip64 = true; $0.changeZip64 = { $0[16] = 1 }
      },
    ])
  func refuses(test: Case) {
    var building = Self.good
    test.change(&building)
    #expect(throws: test.refusal) { try ZipReader(building.bytes, budget: .unlimited) }
  }

  @Test("refuses files that are none", arguments: [[], [0x50, 0x4B], Array("Hello, world!".utf8), [UInt8](repeating: 0, count: 100)])
  func none(bytes: [UInt8]) { #expect(throws: ZipRefusal.endOfDirectory) { try ZipReader(bytes, budget: .unlimited) } }

  @Test(
    "refuses content that is not what its headers say",
    arguments: [
      Case("another checksum", .content) { $0.entries[2].both { $0.checksum ^= 1 } },
      Case("another stored checksum", .content) { $0.entries[1].both { $0.checksum ^= 1 } },
      Case("less than the size", .content) { $0.entries[2].both { $0.inflated += 1 } },
      Case("more than the size", .inflate(.tooLarge)) { $0.entries[2].both { $0.inflated -= 1 } },
      Case("bytes after the stream", .content) {
        $0.entries[2].packed.append(0)
        $0.entries[2].both { $0.compressed += 1 }
      },
      Case("a stream cut short", .inflate(.truncated)) {
        $0.entries[2].packed.removeLast()
        $0.entries[2].both { $0.compressed -= 1 }
      },
      Case("no stream", .inflate(.corrupt)) { $0.entries[2].packed[0] = 0xFF },
      Case("nothing", .inflate(.truncated)) {
        $0.entries[2].packed = []
        $0.entries[2].both { $0.compressed = 0 }
      },
    ])
  func refusesContent(test: Case) throws {
    var building = Self.good
    test.change(&building)
    let zip = try ZipReader(building.bytes, budget: .unlimited)
    #expect(throws: test.refusal) { for entry in zip.entries { _ = try zip.content(of: entry, limit: 100) } }
  }

  @Test("keeps to its limits")
  func limits() throws {
    #expect(throws: ZipRefusal.tooLarge) { try ZipReader(Self.good.bytes, limits: .init(entries: 3), budget: .unlimited) }
    #expect(throws: ZipRefusal.tooLarge) { try ZipReader(Self.good.bytes, limits: .init(zipDirectory: 100), budget: .unlimited) }
    #expect(throws: ZipRefusal.tooLarge) {
      try ZipReader(Self.good.bytes, limits: .init(inflate: .init(inflatedBytes: 47)), budget: .unlimited)
    }
    let bomb = ZipBuilding([.init("a", [UInt8](repeating: 0, count: 4 << 20), deflate: true)])
    let zip = try ZipReader(bomb.bytes, budget: .unlimited)
    #expect(throws: ZipRefusal.inflate(.bomb)) { try zip.content(of: zip.entries[0], limit: .max) }
  }

  @Test("says so when the storage fails")
  func unreadable() {
    struct Broken: RandomAccessBytes {
      let bytes: [UInt8]
      var count: Int { bytes.count }
      func read(at offset: Int, count: Int) throws(UnreadableBytes) -> [UInt8] {
        if offset == 0 && count == 30 { throw UnreadableBytes(offset: 7) }
        return try bytes.read(at: offset, count: count)
      }
    }
    #expect(throws: ZipRefusal.unreadable(UnreadableBytes(offset: 7))) { try ZipReader(Broken(bytes: Self.good.bytes), budget: .unlimited) }
    let refusal = ArchiveRefusal.unreadable(UnreadableBytes(offset: 7))
    #expect(throws: refusal) { try ArchiveMembers.ofZip(Broken(bytes: Self.good.bytes), budget: .unlimited) { _ in true } }
    #expect(refusal.isOurFailure)
  }
}
