import StrictParsers
import Testing

@Suite("A tar reader") struct TarReaderTests {
  struct Item: Equatable {
    var entry: TarEntry
    var content: [UInt8] = []
  }

  static func read(_ chunks: [[UInt8]], limits: ArchiveLimits = .init()) throws(TarRefusal) -> [Item] {
    var reader = TarReader(limits: limits)
    var items: [Item] = []
    for chunk in chunks {
      var offset = 0
      while let event = try reader.next(in: chunk.span, at: &offset) {
        switch event {
        case .entry(let entry): items.append(Item(entry: entry))
        case .data(let range): items[items.count - 1].content += chunk[range]
        case .entryEnded: precondition(items.last.map { $0.content.count == $0.entry.size } ?? false)
        }
      }
    }
    try reader.finish()
    return items
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let refusal: TarRefusal
    let build: @Sendable (inout TarBuilding) -> Void

    init(_ what: String, _ refusal: TarRefusal, _ build: @escaping @Sendable (inout TarBuilding) -> Void) {
      self.what = what
      self.refusal = refusal
      self.build = build
    }

    var testDescription: String { what }
  }

  private static let long = "a/" + String(repeating: "n", count: 150)

  @Test("reads names, kinds and contents", arguments: [TarBuilding.Format.ustar, .gnu])
  func reads(format: TarBuilding.Format) throws {
    let tar = TarBuilding.closed {
      $0.add(TarBuilding.header("a/", type: "5", format: format))
      $0.add(file: "a/b", String(repeating: "x", count: 513), format: format)
      $0.add(file: "a/empty", format: format)
      $0.add(TarBuilding.header("a/old", size: 1, type: "\u{0}", format: format), [7])
      $0.add(TarBuilding.header("a/s", type: "2", linkName: "../b", format: format))
      $0.add(TarBuilding.header("a/h", type: "1", linkName: "a/b", format: format))
    }
    let items = try Self.read([tar])
    #expect(items.map(\.entry.name) == ["a", "a/b", "a/empty", "a/old", "a/s", "a/h"])
    #expect(items.map(\.entry.kind) == [.directory, .file, .file, .file, .symbolicLink, .hardLink])
    #expect(items.map(\.content) == [[], [UInt8](repeating: 0x78, count: 513), [], [7], [], []])
    #expect(items.map(\.entry.linkName) == [nil, nil, nil, nil, "../b", "a/b"])
    #expect(items.allSatisfy { $0.entry.shortName == nil })
    #expect(try Self.read(tar.map { [$0] }) == items)
    #expect(try Self.read([tar + [UInt8](repeating: 0, count: 8_704)]) == items)
  }

  @Test("takes an entry's name from where it is longest")
  func longNames() throws {
    let prefixed = TarBuilding.closed { $0.add(TarBuilding.header("n", prefix: "a")) }
    #expect(try Self.read([prefixed]).map(\.entry.name) == ["a/n"])

    let pax = TarBuilding.closed {
      $0.add(pax: [("comment", "x")], type: "g")
      $0.add(pax: [("path", Self.long), ("mtime", "1.5"), ("uid", "0"), ("LIBARCHIVE.creationtime", "1"), ("SCHILY.xattr.user.a", "b")])
      $0.add(TarBuilding.header("a/short"))
      $0.add(pax: [("path", "a/\u{e9}"), ("size", "1")])
      $0.add(TarBuilding.header("a/?", size: 1), [1])
    }
    let items = try Self.read([pax])
    #expect(items.map(\.entry.name) == [ExactString(Self.long), "a/\u{e9}"])
    #expect(items.map(\.entry.shortName) == ["a/short", "a/?"])

    let gnu = TarBuilding.closed {
      $0.add(longName: "a/target", type: "K")
      $0.add(longName: Self.long)
      $0.add(TarBuilding.header(String(Self.long.prefix(100)), type: "2", linkName: "a/ta", format: .gnu))
    }
    #expect(try Self.read([gnu]).map(\.entry.name) == [ExactString(Self.long)])
    #expect(try Self.read([gnu]).map(\.entry.linkName) == ["a/target"])
  }

  @Test(
    "refuses what two readers could take for different files",
    arguments: [
      Case("no magic", .magic) { $0.add(TarBuilding.header("a") { $0[257] = 0 }) },
      Case("another version", .magic) { $0.add(TarBuilding.header("a") { $0[263] = 0x31 }) },
      Case("a wrong checksum", .checksum) {
        var header = TarBuilding.header("a")
        header[0] = 0x62
        $0.add(header)
      },
      Case("no checksum", .number) {
        var header = TarBuilding.header("a")
        for place in 148..<156 { header[place] = 0 }
        $0.add(header)
      },
      Case("no size", .number) { $0.add(TarBuilding.header("a") { for place in 124..<136 { $0[place] = 0 } }) },
      Case("a size with a sign", .number) { $0.add(TarBuilding.header("a") { $0[124] = 0x2D }) },
      Case("a size after a space", .number) { $0.add(TarBuilding.header("a") { $0[124] = 0x20 }) },
      Case("a decimal size", .number) { $0.add(TarBuilding.header("a") { $0[134] = 0x38 }) },
      Case("a binary size", .number) { $0.add(TarBuilding.header("a") { for place in 124..<136 { $0[place] = place == 124 ? 0x80 : 0 } }) },
      Case("digits after the size's end", .number) { $0.add(TarBuilding.header("a") { $0[130] = 0 }) },
      Case("a mode that is not a number", .number) { $0.add(TarBuilding.header("a") { $0[100] = 0x78 }) },
      Case("a negative time", .number) { $0.add(TarBuilding.header("a") { $0[136] = 0xFF }) },
      Case("a device that is not a number", .number) { $0.add(TarBuilding.header("a") { $0[329] = 0x78 }) },
      Case("a name after its NUL", .field) { $0.add(TarBuilding.header("a") { $0[50] = 0x62 }) },
      Case("a prefix in a GNU header", .field) { $0.add(TarBuilding.header("a", prefix: "b", format: .gnu)) },
      Case("a prefix after its NUL", .field) { $0.add(TarBuilding.header("a") { $0[400] = 0x62 }) },
      Case("bytes after the header's fields", .field) { $0.add(TarBuilding.header("a") { $0[511] = 1 }) },
      Case("a device", .type) { $0.add(TarBuilding.header("a", type: "3")) },
      Case("a pipe", .type) { $0.add(TarBuilding.header("a", type: "6")) },
      Case("a contiguous file", .type) { $0.add(TarBuilding.header("a", type: "7")) },
      Case("a sparse file", .type) { $0.add(TarBuilding.header("a", type: "S", format: .gnu)) },
      Case("a volume label", .type) { $0.add(TarBuilding.header("a", type: "V", format: .gnu)) },
      Case("Solaris' extended header", .type) { $0.add(TarBuilding.header("a", type: "X")) },
      Case("an empty name", .name) { $0.add(TarBuilding.header("")) },
      Case("an absolute name", .name) { $0.add(TarBuilding.header("/a")) },
      Case("an absolute name by its prefix", .name) { $0.add(TarBuilding.header("a", prefix: "/")) },
      Case("a name that climbs", .name) { $0.add(TarBuilding.header("a/../b")) },
      Case("a name that climbs by its prefix", .name) { $0.add(TarBuilding.header("b", prefix: "..")) },
      Case("a dot segment", .name) { $0.add(TarBuilding.header("./a")) },
      Case("an empty segment", .name) { $0.add(TarBuilding.header("a//b")) },
      Case("a backslash", .name) { $0.add(TarBuilding.header("a\\b")) },
      Case("a line feed", .name) { $0.add(TarBuilding.header("a\nb")) },
      Case("a name that is not UTF-8", .name) { $0.add(TarBuilding.header("a") { $0[1] = 0xE9 }) },
      Case("a file with a slash", .name) { $0.add(TarBuilding.header("a/", type: "0")) },
      Case("an old file with a slash", .name) { $0.add(TarBuilding.header("a/", type: "\u{0}")) },
      Case("a directory with content", .linkWithContent) { $0.add(TarBuilding.header("a", size: 1, type: "5"), [1]) },
      Case("a link with content", .linkWithContent) { $0.add(TarBuilding.header("a", size: 1, type: "1", linkName: "b"), [1]) },
      Case("a link without target", .linkName) { $0.add(TarBuilding.header("a", type: "2")) },
      Case("a file with a target", .linkName) { $0.add(TarBuilding.header("a", linkName: "b")) },
      Case("a pax size that is not the header's", .extendedHeader) {
        $0.add(pax: [("size", "0")])
        $0.add(TarBuilding.header("a", size: 1), [1])
      },
      Case("a pax record twice", .extendedHeader) {
        $0.add(pax: [("path", "a"), ("path", "b")]); $0.add(file: "a")
      },
      Case("a pax path that is empty", .extendedHeader) {
        $0.add(pax: [("path", "")]); $0.add(file: "a")
      },
      Case("a pax path with a NUL", .name) {
        $0.add(pax: [("path", "a\u{0}b")]); $0.add(file: "a")
      },
      Case("a pax path that climbs", .name) {
        $0.add(pax: [("path", "../a")]); $0.add(file: "a")
      },
      Case("a pax target for a file", .linkName) {
        $0.add(pax: [("linkpath", "b")]); $0.add(file: "a")
      },
      Case("a pax time that is none", .extendedHeader) {
        $0.add(pax: [("mtime", "x")]); $0.add(file: "a")
      },
      Case("a pax owner that is none", .extendedHeader) {
        $0.add(pax: [("uid", "1.5")]); $0.add(file: "a")
      },
      Case("a pax charset", .extendedHeader) {
        $0.add(pax: [("hdrcharset", "BINARY")]); $0.add(file: "a")
      },
      Case("an unknown pax record", .extendedHeader) {
        $0.add(pax: [("paths", "b")]); $0.add(file: "a")
      },
      Case("a pax record without key", .extendedHeader) {
        $0.add(pax: [("", "b")]); $0.add(file: "a")
      },
      Case("a sparse file by pax", .extendedHeader) {
        $0.add(pax: [("GNU.sparse.name", "b")]); $0.add(file: "a")
      },
      Case("a sparse file by star", .extendedHeader) {
        $0.add(pax: [("SCHILY.realsize", "9")]); $0.add(file: "a")
      },
      Case("a global path", .extendedHeader) {
        $0.add(pax: [("path", "b")], type: "g"); $0.add(file: "a")
      },
      Case("a global size", .extendedHeader) {
        $0.add(pax: [("size", "0")], type: "g"); $0.add(file: "a")
      },
      Case("a pax header that is empty", .extendedHeader) {
        $0.add(TarBuilding.header("x", type: "x")); $0.add(file: "a")
      },
      Case("a pax record longer than its header", .extendedHeader) {
        $0.add(TarBuilding.header("x", size: 9, type: "x"), Array("99 path=b\n".utf8.prefix(9))); $0.add(file: "a")
      },
      Case("a pax record shorter than it says", .extendedHeader) {
        $0.add(TarBuilding.header("x", size: 10, type: "x"), Array("8 path=bb\n".utf8)); $0.add(file: "a")
      },
      Case("a pax length with a leading zero", .extendedHeader) {
        $0.add(TarBuilding.header("x", size: 10, type: "x"), Array("010 path=\n".utf8)); $0.add(file: "a")
      },
      Case("a pax length beyond any Int", .extendedHeader) {
        let record = Array("99999999999999999999 path=b\n".utf8)
        $0.add(TarBuilding.header("x", size: record.count, type: "x"), record); $0.add(file: "a")
      },
      Case("a long name with a NUL within", .longName) {
        $0.add(longName: "a\u{0}b"); $0.add(file: "a", format: .gnu)
      },
      Case("a long name that is another name", .longName) {
        $0.add(longName: "b/c"); $0.add(file: "a", format: .gnu)
      },
      Case("a long target that is another target", .longName) {
        $0.add(longName: "b/c", type: "K"); $0.add(TarBuilding.header("a", type: "2", linkName: "d", format: .gnu))
      },
      Case("a long name without its NUL", .longName) {
        $0.add(TarBuilding.header("././@LongLink", size: 1, type: "L", format: .gnu), Array("ab\u{0}".utf8));
        $0.add(file: "a", format: .gnu)
      },
      Case("a name behind the long name's end", .field) {
        $0.add(TarBuilding.header("././@LongLink", size: 2, type: "L", format: .gnu), Array("a\u{0}b".utf8));
        $0.add(file: "a", format: .gnu)
      },
      Case("a pax record behind its header's end", .field) {
        let records = TarBuilding.records([("uid", "1"), ("path", "b")])
        $0.add(TarBuilding.header("x", size: 8, type: "x"), records); $0.add(file: "a")
      },
      Case("an empty long name", .longName) {
        $0.add(longName: ""); $0.add(file: "a", format: .gnu)
      },
      Case("two long names", .extensionOrder) {
        $0.add(longName: "a"); $0.add(longName: "ab"); $0.add(file: "a", format: .gnu)
      },
      Case("two pax headers", .extensionOrder) {
        $0.add(pax: [("path", "b")]); $0.add(pax: [("uid", "0")]); $0.add(file: "a")
      },
      Case("a pax header and a long name", .extensionOrder) {
        $0.add(pax: [("path", "a")]); $0.add(longName: "a"); $0.add(file: "a")
      },
      Case("a long name and a pax header", .extensionOrder) {
        $0.add(longName: "a"); $0.add(pax: [("path", "a")]); $0.add(file: "a")
      },
      Case("a global header after a pax header", .extensionOrder) {
        $0.add(pax: [("path", "a")]); $0.add(pax: [("comment", "x")], type: "g"); $0.add(file: "a")
      },
      Case("a pax header at the end", .extensionOrder) { $0.add(pax: [("path", "a")]) },
      Case("one block of zeros", .loneZeroBlock) {
        $0.bytes += [UInt8](repeating: 0, count: 512); $0.add(file: "a")
      },
      Case("an entry after the end", .trailingBytes) {
        $0.close(); $0.add(file: "a")
      },
    ])
  func refuses(test: Case) throws {
    let tar = TarBuilding.closed {
      $0.add(file: "first", "x")
      test.build(&$0)
    }
    #expect(throws: test.refusal) { try Self.read([tar]) }
    #expect(throws: test.refusal) { try Self.read(tar.map { [$0] }) }
  }

  @Test("refuses a file without its end")
  func incomplete() throws {
    let tar = TarBuilding.closed { $0.add(file: "a", "x") }
    for length in 0..<tar.count { #expect(throws: TarRefusal.incomplete) { try Self.read([Array(tar[..<length])]) } }
    #expect(throws: TarRefusal.incomplete) { try Self.read([tar + [0]]) }
    #expect(throws: TarRefusal.trailingBytes) { try Self.read([tar + [1]]) }
  }

  @Test("keeps to its limits")
  func limits() {
    let tar = TarBuilding.closed {
      $0.add(pax: [("path", "a")])
      $0.add(file: "a")
    }
    #expect(throws: TarRefusal.tooManyEntries) { try Self.read([tar], limits: .init(entries: 1)) }
    #expect(throws: TarRefusal.extensionTooLong) { try Self.read([tar], limits: .init(tarExtension: 8)) }
    #expect(throws: TarRefusal.extended) { try Self.read([tar], limits: .init(tarExtensions: 0)) }
    let longest = TarBuilding.closed {
      $0.add(pax: [("path", String(repeating: "a", count: 4_097))])
      $0.add(file: "a")
    }
    #expect(throws: TarRefusal.name) { try Self.read([longest]) }
  }
}
