import StrictParsers
import Testing

@Suite("Base64") struct Base64Tests {
  @Test(
    "reads and writes one text for some bytes (RFC 4648, section 10)",
    arguments: [("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"), ("foobar", "Zm9vYmFy", "Zm9vYmFy")])
  func roundTrip(plain: String, padded: String, url: String) throws {
    #expect(Base64.encode(Array(plain.utf8)) == padded)
    #expect(Base64URL.encode(Array(plain.utf8)) == url)
    #expect(try Base64.decode(padded.utf8) == Array(plain.utf8))
    #expect(try Base64URL.decode(url.utf8) == Array(plain.utf8))
  }

  @Test("covers every byte at every place")
  func allBytes() throws {
    for prefix in 0..<3 {
      for byte in UInt8.min...UInt8.max {
        let bytes = [UInt8](repeating: 0xA5, count: prefix) + [byte]
        #expect(try Base64.decode(Base64.encode(bytes).utf8) == bytes)
        #expect(try Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
      }
    }
  }

  @Test(
    "refuses every second spelling",
    arguments: [
      ("Zg", .length), ("Zg=", .length), ("Zg===", .length), ("Zg====", .length), ("=", .length), ("====", .alphabet(offset: 0)),
      ("Z===", .alphabet(offset: 1)), ("Zh==", .strayBits), ("Zm9=", .strayBits), ("Zm8=Zm8=", .alphabet(offset: 3)), ("Zg==\n", .length),
      ("Zm9\n", .alphabet(offset: 3)), (" Zm9", .alphabet(offset: 0)), ("Zm-_", .alphabet(offset: 2)), ("Zm\u{0}v", .alphabet(offset: 2)),
      ("Zé9", .alphabet(offset: 1)),
    ] as [(String, Base64Error)])
  func strictStandard(text: String, expected: Base64Error) {
    #expect(throws: expected) { try Base64.decode(text.utf8) }
  }

  @Test(
    "of the URL kind refuses every second spelling",
    arguments: [
      ("Z", .length), ("Zm9vY", .length), ("Zh", .strayBits), ("Zm9", .strayBits), ("Zg==", .alphabet(offset: 2)),
      ("Zm8=", .alphabet(offset: 3)), ("Zm+/", .alphabet(offset: 2)), ("Zm9v Zg", .alphabet(offset: 4)), ("Zm9v\r\n", .alphabet(offset: 4)),
    ] as [(String, Base64Error)])
  func strictURL(text: String, expected: Base64Error) {
    #expect(throws: expected) { try Base64URL.decode(text.utf8) }
  }
}
