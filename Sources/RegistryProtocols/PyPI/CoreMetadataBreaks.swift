import StrictParsers

/// Cuts a line where some readers end it and others do not: at the characters of Python's `str.splitlines`, and at Control-Z, the end of a
/// text file to some.
struct CoreMetadataBreaks: IteratorProtocol {
  /// `nil` once all of it was given.
  private var rest: ArraySlice<UInt8>?
  /// In a text of another encoding NEL is a byte by itself.
  private let isUTF8: Bool

  init(of line: ArraySlice<UInt8>) {
    rest = line
    isUTF8 = line.allSatisfy { $0 < 0x80 } || ExactString(utf8: line) != nil
  }

  mutating func next() -> ArraySlice<UInt8>? {
    guard let line = rest else { return nil }
    for index in line.indices {
      let length = breakLength(line[index...])
      guard length > 0 else { continue }
      rest = line[(index + length)...]
      return line[..<index]
    }
    rest = nil
    return line
  }

  private func breakLength(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let first = bytes.first else { return 0 }
    switch first {
    case 0x0B, 0x0C, 0x0D, 0x1A, 0x1C, 0x1D, 0x1E: return 1
    case 0x85: return isUTF8 ? 0 : 1
    case 0xC2 where isUTF8: return bytes.dropFirst().first == 0x85 ? 2 : 0
    case 0xE2:
      guard bytes.count > 2, bytes[bytes.startIndex + 1] == 0x80 else { return 0 }
      let last = bytes[bytes.startIndex + 2]
      return last == 0xA8 || last == 0xA9 ? 3 : 0
    default: return 0
    }
  }
}
