import StrictParsers
import TestSupport
import Testing

/// A gzip member, right unless it is told otherwise.
func gzipped(_ content: [UInt8], flags: UInt8 = 0, fields: [UInt8] = [], checksum: UInt32? = nil, size: Int? = nil) -> [UInt8] {
  [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 2, 3] + fields + deflated(content)
    + littleEndian(Int(checksum ?? crc32(of: content)), 4) + littleEndian(size ?? content.count, 4)
}

@Suite("A gzip reader") struct GzipReaderTests {
  static func read(
    _ chunks: [[UInt8]], limits: InflateLimits = .init(), outputLength: Int = 1_000
  ) throws(GzipRefusal) -> [UInt8] {
    var reader = try GzipReader(limits: limits)
    var output = [UInt8](repeating: 0, count: outputLength)
    var content: [UInt8] = []
    for chunk in chunks {
      var offset = 0
      while true {
        let given = try reader.read(chunk.span, at: &offset, into: &output)
        if given == 0 { break }
        content += output[..<given]
      }
    }
    try reader.finish()
    return content
  }

  private static let text = Array(String(repeating: "All work and no play. ", count: 500).utf8)

  @Test("unpacks a member however it is split, into any space", arguments: [1, 7, 1_000, 100_000])
  func unpacks(outputLength: Int) throws {
    var random = SeededRandom(seed: UInt64(outputLength))
    for member in [gzipped(Self.text), gzipped(Self.text, flags: 8, fields: Array("a-1.0.tar\u{0}".utf8))] {
      for longest in [1, 5, 100, member.count] {
        #expect(try Self.read(random.split(member, upTo: longest), outputLength: outputLength) == Self.text)
      }
    }
    #expect(try Self.read([gzipped([])], outputLength: outputLength) == [])
  }

  @Test(
    "refuses what two readers could unpack differently",
    arguments: [
      (gzipped([1], flags: 1), .header), (gzipped([1], flags: 2, fields: [0, 0]), .header),
      (gzipped([1], flags: 4, fields: [0, 0]), .header),
      (gzipped([1], flags: 16, fields: [0x61, 0]), .header), (gzipped([1], flags: 0x20), .header), (gzipped([1], flags: 0x80), .header),
      (Array(gzipped([1]).dropFirst()), .header), ([0x1F, 0x8B, 7] + gzipped([1]).dropFirst(3), .header),
      (gzipped([1], flags: 8, fields: [UInt8](repeating: 0x61, count: 4_097)), .headerTooLong),
      (gzipped([1], checksum: 0), .checksum), (gzipped([1], size: 2), .checksum), (gzipped([1]) + [0], .trailingBytes),
      (gzipped([1]) + gzipped([2]), .trailingBytes), (Array(gzipped([1])[..<10]) + [0xFF] + gzipped([1])[10...], .inflate(.corrupt)),
    ] as [([UInt8], GzipRefusal)])
  func refuses(member: [UInt8], refusal: GzipRefusal) {
    #expect(throws: refusal) { try Self.read([member]) }
    #expect(throws: refusal) { try Self.read(member.map { [$0] }) }
  }

  @Test("refuses a member without its end")
  func incomplete() {
    let member = gzipped(Self.text, flags: 8, fields: [0x61, 0])
    for length in 0..<member.count { #expect(throws: GzipRefusal.incomplete) { try Self.read([Array(member[..<length])]) } }
  }

  @Test("stops at a size and at a ratio, in the memory of its output")
  func bombs() throws {
    let zeros = gzipped([UInt8](repeating: 0, count: 8 << 20))
    #expect(try Self.read([zeros], limits: .init(ratio: 1_100), outputLength: 65_536).count == 8 << 20)
    #expect(throws: GzipRefusal.inflate(.bomb)) { try Self.read([zeros], outputLength: 65_536) }
    #expect(throws: GzipRefusal.inflate(.tooLarge)) {
      try Self.read([zeros], limits: .init(inflatedBytes: 1 << 20, ratio: 1_100), outputLength: 65_536)
    }
    #expect(try Self.read([gzipped([UInt8](repeating: 0, count: 1 << 20))], outputLength: 65_536).count == 1 << 20)
  }

  @Test("never traps on damaged members, and judges them the same however they are split", arguments: 0..<8 as Range<UInt64>)
  func mutations(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let member = gzipped(Self.text, flags: 8, fields: Array("a\u{0}".utf8))
    for _ in 0..<300 {
      let damaged = random.mutated(member)
      let whole = try? Self.read([damaged])
      #expect(whole == (try? Self.read(random.split(damaged, upTo: 30), outputLength: 77)), "seed \(seed): \(damaged)")
      if let whole { #expect(whole == Self.text, "seed \(seed): \(damaged)") }
    }
  }
}
