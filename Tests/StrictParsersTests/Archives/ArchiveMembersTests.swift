import StrictParsers
import TestSupport
import Testing

@Suite("The members of an archive") struct ArchiveMembersTests {
  static func isMetadata(_ name: ExactString) -> Bool {
    let segments = name.utf8.split(separator: UInt8(ascii: "/"))
    guard segments.count == 2 else { return false }
    return segments[1].elementsEqual("PKG-INFO".utf8)
      || segments[1].elementsEqual("METADATA".utf8) && String(segments[0])?.hasSuffix(".dist-info") == true
  }

  static func members(ofTar tar: [UInt8], limits: ArchiveLimits = .init()) throws(ArchiveRefusal) -> ArchiveMembers {
    try ArchiveMembers.ofTarGzip(gzipped(tar), limits: limits, budget: .unlimited, isWanted: isMetadata)
  }

  static func members(ofZip zip: ZipBuilding, limits: ArchiveLimits = .init()) throws(ArchiveRefusal) -> ArchiveMembers {
    try ArchiveMembers.ofZip(zip.bytes, limits: limits, budget: .unlimited, isWanted: isMetadata)
  }

  private static let text = Array("Name: a\n".utf8)

  @Test("are the wanted contents and the names at the top")
  func members() throws {
    let tar = TarBuilding.closed {
      $0.add(TarBuilding.header("a-1.0/", type: "5"))
      $0.add(file: "a-1.0/PKG-INFO", "Name: a\n")
      $0.add(file: "a-1.0/a.egg-info/PKG-INFO", "Name: other\n")
      $0.add(file: "top", "x")
      $0.add(file: "b/big", String(repeating: "x", count: 300_000))
      $0.add(file: "b/PKG-INFO", "")
    }
    let ofTar = try Self.members(ofTar: tar)
    #expect(ofTar.contents == ["a-1.0/PKG-INFO": Self.text, "b/PKG-INFO": []])
    #expect(ofTar.topLevelFolders == ["a-1.0", "b"])
    #expect(ofTar.topLevelFiles == ["top"])

    let zip = ZipBuilding([
      .init("a.py"), .init("a/__init__.py"), .init("a-1.0.dist-info/METADATA", Self.text, deflate: true), .init("empty/"),
    ])
    let ofZip = try Self.members(ofZip: zip)
    #expect(ofZip.contents == ["a-1.0.dist-info/METADATA": Self.text])
    #expect(ofZip.topLevelFolders == ["a", "a-1.0.dist-info", "empty"])
    #expect(ofZip.topLevelFiles == ["a.py"])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let what: String
    let refusal: ArchiveRefusal
    let build: @Sendable (inout TarBuilding) -> Void

    init(_ what: String, _ refusal: ArchiveRefusal, _ build: @escaping @Sendable (inout TarBuilding) -> Void) {
      self.what = what
      self.refusal = refusal
      self.build = build
    }

    var testDescription: String { what }
  }

  @Test(
    "are refused where a registry could find others",
    arguments: [
      Case("a member twice, not of one content", .repeatedMember) {
        $0.add(file: "a/PKG-INFO", "x"); $0.add(file: "a/PKG-INFO")
      },
      Case("a member that is a link", .memberKind) { $0.add(TarBuilding.header("a/PKG-INFO", type: "2", linkName: "b")) },
      Case("a member that is a hard link", .memberKind) { $0.add(TarBuilding.header("a/PKG-INFO", type: "1", linkName: "b")) },
      Case("a member that is a directory", .memberKind) { $0.add(TarBuilding.header("a/PKG-INFO/", type: "5")) },
      Case("a member to readers without pax", .memberKind) {
        $0.add(pax: [("path", "a/other")]); $0.add(file: "a/PKG-INFO")
      },
      Case("an entry through a link", .throughLink) {
        $0.add(TarBuilding.header("a/link", type: "2", linkName: ".")); $0.add(file: "a/link/PKG-INFO")
      },
      Case("an entry over a hard link", .throughLink) {
        $0.add(file: "a/PKG-INFO"); $0.add(TarBuilding.header("a/link", type: "1", linkName: "a/PKG-INFO")); $0.add(file: "a/link")
      },
      Case("a folder that is a link", .throughLink) {
        $0.add(TarBuilding.header("a", type: "2", linkName: "b")); $0.add(file: "a/x")
      },
      Case("a link that was a folder", .fileAndFolder) {
        $0.add(file: "a/x"); $0.add(TarBuilding.header("a", type: "2", linkName: "b"))
      },
      Case("a folder within that was a file", .fileAndFolder) {
        $0.add(file: "a/b/c"); $0.add(file: "a/b/c/d/e")
      },
      Case("a file within that was a folder", .fileAndFolder) {
        $0.add(TarBuilding.header("a/b/", type: "5")); $0.add(file: "a/b")
      },
      Case("another file twice, not of one content", .repeatedMember) {
        $0.add(file: "a/b", "x"); $0.add(file: "a/c"); $0.add(file: "a/b", "y")
      },
      Case("another file twice, empty the second time", .repeatedMember) {
        $0.add(file: "a/b", "x"); $0.add(file: "a/b")
      },
      Case("another file twice, the last a link", .repeatedMember) {
        $0.add(file: "a/b"); $0.add(TarBuilding.header("a/b", type: "2", linkName: "c"))
      },
      Case("a tar file that is refused", .tar(.name)) { $0.add(file: "../a") },
    ])
  func refuses(test: Case) { #expect(throws: test.refusal) { try Self.members(ofTar: TarBuilding.closed(test.build)) } }

  @Test("are read where another entry stands there again as it is")
  func copies() throws {
    let tar = TarBuilding.closed {
      for _ in 0..<2 {
        $0.add(TarBuilding.header("a/", type: "5"))
        $0.add(file: "a/b", "x")
        $0.add(file: "ab", "x")
        $0.add(file: "a/empty")
        $0.add(file: "a/big", String(repeating: "x", count: 300_000))
      }
      $0.add(file: "a/PKG-INFO", "Name: a\n")
    }
    #expect(try Self.members(ofTar: tar).contents == ["a/PKG-INFO": Self.text])
  }

  @Test("are refused in a zip file that is, and where one is a link")
  func refusesZip() {
    var link = ZipBuilding([.init("a-1.dist-info/METADATA", Self.text)])
    link.entries[0].attributes = 0xA1FF_0000
    #expect(throws: ArchiveRefusal.memberKind) { try Self.members(ofZip: link) }
    var damaged = ZipBuilding([.init("a-1.dist-info/METADATA", Self.text)])
    damaged.entries[0].both { $0.checksum ^= 1 }
    #expect(throws: ArchiveRefusal.zip(.content)) { try Self.members(ofZip: damaged) }
    damaged.suffix = [0]
    #expect(throws: ArchiveRefusal.zip(.endOfDirectory)) { try Self.members(ofZip: damaged) }
  }

  @Test("are held within limits")
  func limits() {
    let tar = TarBuilding.closed {
      for folder in ["a", "b"] { $0.add(file: "\(folder)/PKG-INFO", "Name: a\n") }
      for link in ["l", "m"] { $0.add(TarBuilding.header(link, type: "2", linkName: "a")) }
    }
    #expect(throws: ArchiveRefusal.tooMany) { try Self.members(ofTar: tar, limits: .init(members: 1)) }
    #expect(throws: ArchiveRefusal.tooMany) { try Self.members(ofTar: tar, limits: .init(topLevelNames: 3)) }
    #expect(throws: ArchiveRefusal.tooMany) { try Self.members(ofTar: tar, limits: .init(links: 1)) }
    #expect(throws: ArchiveRefusal.tooMany) { try Self.members(ofTar: tar, limits: .init(paths: 5)) }
    #expect(throws: Never.self) { try Self.members(ofTar: tar, limits: .init(paths: 6)) }
    #expect(throws: ArchiveRefusal.memberTooLarge) { try Self.members(ofTar: tar, limits: .init(memberLength: 7)) }
    // Two of 8 bytes.
    #expect(throws: ArchiveRefusal.memberTooLarge) { try Self.members(ofTar: tar, limits: .init(memberBytes: 15)) }
    #expect(throws: Never.self) { try Self.members(ofTar: tar, limits: .init(memberBytes: 16)) }
    #expect(throws: ArchiveRefusal.tar(.tooManyEntries)) { try Self.members(ofTar: tar, limits: .init(entries: 3)) }
    #expect(throws: ArchiveRefusal.gzip(.inflate(.tooLarge))) {
      try Self.members(ofTar: tar, limits: .init(inflate: .init(inflatedBytes: 1_000)))
    }
    #expect(throws: ArchiveRefusal.memberTooLarge) {
      try Self.members(ofZip: ZipBuilding([.init("a.dist-info/METADATA", Self.text)]), limits: .init(memberLength: 7))
    }
  }

  @Test("are not there where the gzip member goes on")
  func trailing() {
    let tar = TarBuilding.closed { $0.add(file: "a/PKG-INFO") }
    #expect(throws: ArchiveRefusal.gzip(.trailingBytes)) {
      try ArchiveMembers.ofTarGzip(gzipped(tar) + gzipped(tar), budget: .unlimited, isWanted: Self.isMetadata)
    }
    #expect(throws: ArchiveRefusal.gzip(.incomplete)) {
      try ArchiveMembers.ofTarGzip([UInt8](), budget: .unlimited, isWanted: Self.isMetadata)
    }
    #expect(throws: ArchiveRefusal.tar(.incomplete)) {
      try ArchiveMembers.ofTarGzip(gzipped([]), budget: .unlimited, isWanted: Self.isMetadata)
    }
  }

  @Test("say the same, or nothing, when their archive is damaged", arguments: 0..<10 as Range<UInt64>)
  func mutations(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let tar = TarBuilding.closed {
      $0.add(pax: [("mtime", "1.5"), ("path", "a-1.0/PKG-INFO")])
      $0.add(file: "a-1.0/PKG-INF", "Name: a\n")
      $0.add(longName: "a-1.0/other")
      $0.add(file: "a-1.0/oth", "x", format: .gnu)
    }
    let zip = ZipBuilding([.init("a/b", [1, 2, 3]), .init("a-1.0.dist-info/METADATA", Self.text, deflate: true)]).bytes
    for _ in 0..<300 {
      _ = try? TarReaderTests.read([random.mutated(tar)])
      _ = try? ArchiveMembers.ofTarGzip(gzipped(random.mutated(tar)), budget: .unlimited, isWanted: Self.isMetadata)
      let damaged = random.mutated(zip)
      guard let members = try? ArchiveMembers.ofZip(damaged, budget: .unlimited, isWanted: Self.isMetadata) else { continue }
      if let content = members.contents["a-1.0.dist-info/METADATA"] { #expect(content == Self.text, "seed \(seed): \(damaged)") }
    }
  }

  @Test("take constant memory and every split of a tar file", arguments: 0..<20 as Range<UInt64>)
  func splits(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let tar = TarBuilding.closed {
      for index in 0..<20 {
        let content = [UInt8](repeating: UInt8(index), count: Int.random(in: 0...2_000, using: &random))
        if Bool.random(using: &random) { $0.add(pax: [("path", "a/\(index)")]) }
        $0.add(TarBuilding.header("a/\(index)", size: content.count), content)
      }
    }
    let whole = try TarReaderTests.read([tar])
    for longest in [1, 3, 511, 512, 513, 5_000] {
      #expect(try TarReaderTests.read(random.split(tar, upTo: longest)) == whole, "seed \(seed), chunks up to \(longest)")
    }
  }
}
