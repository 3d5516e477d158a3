import StrictParsers
import Testing

@Suite("ASCII") struct ASCIITests {
  @Test("has exactly its own letters and digits")
  func classes() {
    func members(_ predicate: (UInt8) -> Bool) -> String {
      String(decoding: (UInt8.min...UInt8.max).filter(predicate), as: Unicode.ASCII.self)
    }
    let lower = "abcdefghijklmnopqrstuvwxyz"
    let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    #expect(members(ASCII.isDigit) == "0123456789")
    #expect(members(ASCII.isLower) == lower)
    #expect(members(ASCII.isUpper) == upper)
    #expect(members(ASCII.isAlpha) == upper + lower)
    #expect(members(ASCII.isAlphanumeric) == "0123456789" + upper + lower)
    #expect(members(ASCII.isHexDigit) == "0123456789ABCDEFabcdef")
    #expect(members(ASCII.isTokenCharacter) == "!#$%&'*+-.0123456789" + upper + "^_`" + lower + "|~")
    #expect((UInt8.min...UInt8.max).filter(ASCII.isVisible) == Array(0x21...0x7E))
    #expect((UInt8.min...UInt8.max).filter(ASCII.isControl) == Array(0..<0x20) + [0x7F])
  }

  @Test(
    "folds only its own case",
    arguments: [("AZaz09-_", "azaz09-_"), ("\u{212A}", "\u{212A}"), ("É", "É"), ("\u{17F}", "\u{17F}"), ("", "")])
  func folding(text: String, folded: String) {
    #expect(ASCII.lowercased(ExactString(text)) == ExactString(folded))
    #expect(ASCII.lowercased(text.utf8) == Array(folded.utf8))
    #expect(ASCII.equalIgnoringCase(ExactString(text), ExactString(folded)))
  }

  @Test(
    "does not fold the Kelvin sign into K",
    arguments: [("\u{212A}", "k"), ("\u{17F}", "s"), ("[", "{"), ("@", "`"), ("a", "ab"), ("ab", "a")])
  func noFolding(left: String, right: String) {
    #expect(!ASCII.equalIgnoringCase(ExactString(left), ExactString(right)))
  }
}

@Suite("An exact string") struct ExactStringTests {
  @Test(
    "is equal by bytes where String is equal by meaning",
    arguments: [("\u{212A}", "K"), ("\u{37E}", ";"), ("\u{1FEF}", "`"), ("\u{e9}", "e\u{301}")])
  func exact(left: String, right: String) {
    #expect(left == right)
    #expect(ExactString(left) != ExactString(right))
    #expect(Set([ExactString(left), ExactString(right)]).count == 2)
    #expect((ExactString(left) < ExactString(right)) != (ExactString(right) < ExactString(left)))
  }

  @Test(
    "is made of well-formed UTF-8 only",
    arguments: [[0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
  func validates(bytes: [UInt8]) { #expect(ExactString(utf8: bytes) == nil) }

  @Test("keeps what it was made of", arguments: ["", "a", "0123456789abcdef0123456789abcdef", "\u{e9}\u{0}\u{1F600}"])
  func keeps(text: String) {
    let string = ExactString(utf8: Array(text.utf8))
    #expect(string == ExactString(text))
    #expect(string.map { Array($0.utf8) } == Array(text.utf8))
    #expect(string.hashValue == Optional(ExactString(text)).hashValue)
  }
}

@Suite("Hexadecimal") struct HexTests {
  @Test(
    "is written in lower case and read in either", arguments: [([], ""), ([0x00, 0x9F, 0xAB, 0xFF], "009fabff")] as [([UInt8], String)])
  func roundTrip(bytes: [UInt8], text: String) {
    #expect(Hex.encode(bytes) == text)
    #expect(Hex.decode(text.utf8) == bytes)
    #expect(Hex.decode(text.uppercased().utf8) == bytes)
  }

  @Test("is pairs of digits and nothing else", arguments: ["0", "000", "0g", "0x00", " 00", "00 ", "+1", "０0", "0/", "0:", "0@", "0`"])
  func strict(text: String) { #expect(Hex.decode(text.utf8) == nil) }
}
