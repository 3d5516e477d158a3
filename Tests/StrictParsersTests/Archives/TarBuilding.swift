/// Writes a tar file block by block, right unless it is told otherwise.
struct TarBuilding {
  enum Format {
    case ustar
    case gnu
  }

  var bytes: [UInt8] = []

  static func header(
    _ name: String, size: Int = 0, type: Character = "0", linkName: String = "", prefix: String = "", format: Format = .ustar,
    change: ((inout [UInt8]) -> Void)? = nil
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ place: Int) { block.replaceSubrange(place..<place + text.utf8.count, with: text.utf8) }
    put(name, 0)
    put("0000644\u{0}0000000\u{0}0000000\u{0}", 100)
    put(octal(size, 11) + "\u{0}" + octal(1_700_000_000, 11) + "\u{0}", 124)
    put(String(type), 156)
    put(linkName, 157)
    put(format == .gnu ? "ustar  \u{0}" : "ustar\u{0}00", 257)
    put("root", 265)
    put(prefix, 345)
    change?(&block)
    let sum = block.reduce(0) { $0 + Int($1) } + 8 * 32 - block[148..<156].reduce(0) { $0 + Int($1) }
    put(octal(sum, 6) + "\u{0} ", 148)
    return block
  }

  static func octal(_ value: Int, _ digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// The records of a pax header; each length counts itself.
  static func records(_ records: [(String, String)]) -> [UInt8] {
    records.flatMap { key, value in
      let rest = " \(key)=\(value)\n"
      var length = rest.utf8.count
      while "\(length)\(rest)".utf8.count != length { length = "\(length)\(rest)".utf8.count }
      return Array("\(length)\(rest)".utf8)
    }
  }

  static func padded(_ content: [UInt8]) -> [UInt8] { content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512) }

  mutating func add(_ header: [UInt8], _ content: [UInt8] = []) { bytes += header + Self.padded(content) }

  mutating func add(file name: String, _ content: String = "", format: Format = .ustar) {
    add(Self.header(name, size: content.utf8.count, format: format), Array(content.utf8))
  }

  mutating func add(pax records: [(String, String)], type: Character = "x") {
    let content = Self.records(records)
    add(Self.header("././@PaxHeader", size: content.count, type: type), content)
  }

  mutating func add(longName name: String, type: Character = "L") {
    let content = Array(name.utf8) + [0]
    add(Self.header("././@LongLink", size: content.count, type: type, format: .gnu), content)
  }

  /// Two blocks of zeros.
  mutating func close() { bytes += [UInt8](repeating: 0, count: 1_024) }

  static func closed(_ build: (inout TarBuilding) -> Void) -> [UInt8] {
    var tar = TarBuilding()
    build(&tar)
    tar.close()
    return tar.bytes
  }
}
