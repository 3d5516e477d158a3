/// One 512-byte header of a tar file.
struct TarHeader {
  /// The name with its prefix, as far as the header has it.
  let name: [UInt8]
  let linkName: [UInt8]
  /// Bytes that follow, without their padding.
  let size: Int
  let type: UInt8

  static let length = 512

  /// - Parameter block: 512 bytes.
  init(_ block: [UInt8]) throws(TarRefusal) {
    guard block.count == Self.length else { throw .incomplete }
    let isGNU = block[257..<265].elementsEqual("ustar  \u{0}".utf8)
    guard isGNU || block[257..<265].elementsEqual("ustar\u{0}00".utf8) else { throw .magic }

    guard let checksum = Self.octal(block[148..<156]) else { throw .number }
    let spaces = 8 * Int(UInt8(ascii: " "))
    guard checksum == block.reduce(spaces, { $0 + Int($1) }) - block[148..<156].reduce(0, { $0 + Int($1) }) else { throw .checksum }

    guard let size = Self.octal(block[124..<136]) else { throw .number }
    // Mode, owner, group, time, device: not used here, but Python's reader takes a header that it can't read for the end.
    for field in [block[100..<108], block[108..<116], block[116..<124], block[136..<148], block[329..<337], block[337..<345]] {
      guard field.allSatisfy({ $0 == 0 }) || Self.octal(field) != nil || Self.isBinary(field) else { throw .number }
    }

    let name = try Self.text(block[0..<100])
    // Some readers take GNU's additions (times, sparse map) for a prefix.
    guard !isGNU || block[345..<500].allSatisfy({ $0 == 0 }) else { throw .field }
    let prefix = try Self.text(block[345..<500])
    guard block[500...].allSatisfy({ $0 == 0 }) else { throw .field }
    self.name = prefix.isEmpty ? name : prefix + Array("/".utf8) + name
    self.linkName = try Self.text(block[157..<257])
    self.size = size
    self.type = block[156]
  }

  /// Octal digits that fill the field or end with spaces and NULs.
  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.prefix { (0x30...0x37).contains($0) }
    guard !digits.isEmpty, field.dropFirst(digits.count).allSatisfy({ $0 == 0 || $0 == UInt8(ascii: " ") }) else { return nil }
    return digits.reduce(0) { $0 << 3 | Int($1 & 7) }
  }

  /// GNU's binary number, positive and below 2^56: for owners and times, never for sizes.
  private static func isBinary(_ field: ArraySlice<UInt8>) -> Bool {
    field.first == 0x80 && field.dropFirst().dropLast(7).allSatisfy { $0 == 0 }
  }

  private static func text(_ field: ArraySlice<UInt8>) throws(TarRefusal) -> [UInt8] {
    let text = field.prefix { $0 != 0 }
    guard field.dropFirst(text.count).allSatisfy({ $0 == 0 }) else { throw .field }
    return Array(text)
  }
}
