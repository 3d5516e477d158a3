import Digests
import StrictParsers
import Testing

@testable import TokenVerification

@Suite("An upload token") struct UploadTokenTests {
  @Test("is read back from its text, and found by its digest") func roundTrip() throws {
    for _ in 0..<200 {
      let token = try UploadToken.random()
      let text = token.exposedText
      #expect(text.count == 54 && text.starts(with: "impr_".utf8) && text.dropFirst(5).allSatisfy(ASCII.isAlphanumeric))
      let read = try #require(UploadToken(parsing: text))
      #expect(read == token && read.hash == SHA256.digest(of: text))
    }
    #expect(try UploadToken.random() != UploadToken.random())
  }

  /// Made with Python's integers and zlib.crc32.
  @Test(
    "is 256 bits in base 62, and the CRC-32 of all that stands before it",
    arguments: [
      ("impr_00000000000000000000000000000000000000000002XDNtw", true), ("impr_00000000000000000000000000000000000000000014dkzcU", true),
      ("impr_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf34AVqi", true), ("impr_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp10cZK4G", true),
      ("impr_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp23Nz3zW", false), ("impr_00000000000000000000000000000000000000000002XDNtx", false),
    ])
  func known(text: String, isToken: Bool) { #expect((UploadToken(parsing: text.utf8) != nil) == isToken) }

  @Test("matches the pattern for those who look for leaked ones") func pattern() throws {
    let pattern = try Regex(UploadToken.scannerPattern)
    let token = try UploadToken.random()
    #expect(try pattern.wholeMatch(in: String(decoding: token.exposedText, as: UTF8.self)) != nil)
  }

  @Test("is none once a byte is changed, lost or added") func mutated() throws {
    let text = try UploadToken.random().exposedText
    for index in text.indices {
      var changed = text
      changed[index] = text[index] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
      #expect(UploadToken(parsing: changed) == nil, "byte \(index)")
      changed[index] = 0xC3
      #expect(UploadToken(parsing: changed) == nil, "byte \(index)")
      #expect(UploadToken(parsing: Array(text[..<index] + text[(index + 1)...])) == nil)
    }
    #expect(UploadToken(parsing: text + [0x30]) == nil)
    #expect(UploadToken(parsing: [0x20] + text) == nil)
    #expect(UploadToken(parsing: []) == nil)
    #expect(UploadToken(parsing: "IMPR_".utf8 + text.dropFirst(5)) == nil)
  }

  @Test("prints no secret") func redacted() throws {
    let token = try UploadToken.random()
    let secret = String(decoding: token.exposedText.dropFirst(5), as: UTF8.self)
    var dumped = ""
    dump(token, to: &dumped)
    for text in ["\(token)", String(describing: token), String(reflecting: token), "\([token])", "\(["t": token])", dumped] {
      #expect(text.contains("‹redacted›"))
      #expect(!text.contains(secret) && !text.contains("exposed"))
    }
    #expect(Mirror(reflecting: token).children.isEmpty)
  }
}
