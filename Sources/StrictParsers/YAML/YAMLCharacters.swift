/// The characters of a text that every reader takes for the same.
enum YAMLCharacters {
  private static let portion = 64 << 10

  /// Refuses what is not UTF-8, what is not printable (YAML 1.2.2, section 5.1), carriage returns that end no line by CRLF, and characters that end a
  /// line in YAML 1.1 only.
  static func check(_ bytes: [UInt8], _ budget: WorkBudget) throws(YAMLError) {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw YAMLError(.invalidUTF8, at: 0) }
    let bytes = bytes.span
    for index in bytes.indices {
      if index % portion == 0, budget.isSpent { throw YAMLError(.budgetSpent, at: index) }
      switch bytes[index] {
      case 0x09, 0x0A: break
      case 0x0D where index + 1 < bytes.count && bytes[index + 1] == 0x0A: break
      case 0x00..<0x20, 0x7F: throw YAMLError(.character, at: index)
      // U+0080 to U+009F.
      case 0xC2 where bytes[index + 1] < 0xA0: throw YAMLError(bytes[index + 1] == 0x85 ? .nextLine : .character, at: index)
      case 0xE2 where bytes[index + 1] == 0x80 && bytes[index + 2] == 0xA8: throw YAMLError(.lineSeparator, at: index)
      case 0xE2 where bytes[index + 1] == 0x80 && bytes[index + 2] == 0xA9: throw YAMLError(.paragraphSeparator, at: index)
      case 0xEF where bytes[index + 1] == 0xBB && bytes[index + 2] == 0xBF: throw YAMLError(.byteOrderMark, at: index)
      // U+FFFE and U+FFFF.
      case 0xEF where bytes[index + 1] == 0xBF && bytes[index + 2] >= 0xBE: throw YAMLError(.character, at: index)
      default: break
      }
    }
  }
}
