extension XMLReader {
  private static let entities = ["amp", "lt", "gt", "quot", "apos"].map { Array($0.utf8) }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }
  var unexpected: XMLError { XMLError(position < bytes.count ? .unexpectedByte : .unexpectedEnd, at: position) }

  func isAt(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  mutating func expect(_ text: String) throws(XMLError) {
    guard isAt(text) else { throw unexpected }
    position += text.utf8.count
  }

  @discardableResult mutating func skipSpace() -> Bool {
    let start = position
    while let byte = next, XMLCharacters.isSpace(byte) { position += 1 }
    return position > start
  }

  /// Where a text of at least two bytes stands next.
  func place(of text: String) -> Int? {
    let wanted = Array(text.utf8)
    var place = position
    while place + wanted.count <= bytes.count {
      if bytes[place] == wanted[0], bytes[place...].starts(with: wanted) { return place }
      place += 1
    }
    return nil
  }

  /// With its prefix.
  mutating func readName() throws(XMLError) -> ArraySlice<UInt8> {
    let start = position
    while let byte = next, XMLCharacters.isOfName(byte) { position += 1 }
    guard position > start else { throw unexpected }
    return bytes[start..<position]
  }

  /// `&amp;`, or `&#38;`.
  mutating func readReference() throws(XMLError) {
    let start = position
    position += 1
    guard next == UInt8(ascii: "#") else {
      let name = try readName()
      try expect(";")
      guard Self.entities.contains(where: { $0.elementsEqual(name) }) else { throw XMLError(.entity, at: start) }
      return
    }
    position += 1
    let isHexadecimal = next == UInt8(ascii: "x")
    if isHexadecimal { position += 1 }
    var number: UInt32 = 0
    var digits = 0
    while let digit = next.flatMap(ASCII.hexValue), isHexadecimal || digit < 10, digits < 8 {
      number = number * (isHexadecimal ? 16 : 10) + UInt32(digit)
      digits += 1
      position += 1
    }
    guard digits > 0, next == UInt8(ascii: ";"), XMLCharacters.isCharacter(number) else { throw XMLError(.characterReference, at: start) }
    position += 1
  }

  /// `<?xml version="1.0" encoding="utf-8"?>`, if it is there.
  mutating func readDeclaration() throws(XMLError) {
    let start = position
    guard isAt("<?xml"), position + 5 < bytes.count, XMLCharacters.isSpace(bytes[position + 5]) else { return }
    position += 5
    let known: [(name: String, values: [String])] = [
      ("version", ["1.0"]), ("encoding", ["utf-8"]), ("standalone", ["yes", "no"]),
    ]
    var hasSpace = false
    for (number, pseudo) in known.enumerated() {
      hasSpace = skipSpace() || hasSpace
      guard hasSpace, bytes[position...].starts(with: pseudo.name.utf8) else {
        guard number > 0 else { throw XMLError(.declaration, at: start) }
        continue
      }
      position += pseudo.name.utf8.count
      skipSpace()
      try expect("=")
      skipSpace()
      guard let value = readPseudoValue(), pseudo.values.contains(where: { isSame(value, $0, isEncoding: pseudo.name == "encoding") })
      else {
        throw XMLError(.declaration, at: start)
      }
      hasSpace = false
    }
    skipSpace()
    guard isAt("?>") else { throw XMLError(.declaration, at: start) }
    position += 2
  }

  private func isSame(_ value: ArraySlice<UInt8>, _ known: String, isEncoding: Bool) -> Bool {
    isEncoding ? ASCII.equalIgnoringCase(value, known.utf8) : value.elementsEqual(known.utf8)
  }

  private mutating func readPseudoValue() -> ArraySlice<UInt8>? {
    guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
      let end = bytes[(position + 1)...].firstIndex(of: quote)
    else { return nil }
    defer { position = end + 1 }
    return bytes[(position + 1)..<end]
  }

  /// That the text is UTF-8, of the characters that XML has (section 2.2).
  func checkCharacters() throws(XMLError) {
    for (index, byte) in bytes.enumerated() {
      let isForbidden =
        byte < 0x20
        ? !XMLCharacters.isSpace(byte)
        : byte == 0xEF && index + 2 < bytes.count && bytes[index + 1] == 0xBF && bytes[index + 2] >= 0xBE
      guard !isForbidden else { throw XMLError(.forbiddenCharacter, at: index) }
    }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw XMLError(.invalidUTF8, at: 0) }
  }
}

enum XMLCharacters {
  /// XML 1.0, section 2.3.
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

  /// Of ASCII.
  static func isOfName(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || "_-.:".utf8.contains(byte) }

  /// Section 2.2.
  static func isCharacter(_ number: UInt32) -> Bool {
    switch number {
    case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }
}
