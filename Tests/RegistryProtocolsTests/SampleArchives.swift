/// Small archives, written as real tools write them, but stored instead of deflated.
enum SampleArchive {
  static func zip(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for file in files {
      let place = archive.count
      let name = Array(file.name.utf8)
      let isFolder = file.name.hasSuffix("/")
      let flags = name.allSatisfy { $0 < 0x80 } ? 0 : 0x800
      let fixed = two(flags) + two(0) + two(0) + two(0x21) + four(crc32(file.content)) + four(file.content.count) + four(file.content.count)
      archive += Array("PK\u{3}\u{4}".utf8) + two(20) + fixed + two(name.count) + two(0) + name + file.content
      directory += Array("PK\u{1}\u{2}".utf8) + two(0x314) + two(20) + fixed + two(name.count) + two(0) + two(0) + two(0) + two(0)
      directory += four((isFolder ? 0o040755 : 0o100644) << 16 | (isFolder ? 0x10 : 0)) + four(place) + name
    }
    let end = two(0) + two(0) + two(files.count) + two(files.count) + four(directory.count) + four(archive.count) + two(0)
    return archive + directory + Array("PK\u{5}\u{6}".utf8) + end
  }

  static func tarGzip(_ files: [(name: String, content: [UInt8])]) -> [UInt8] { gzip(tar(files)) }

  static func tar(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
    var archive: [UInt8] = []
    for file in files {
      archive += tarHeader(file.name, size: file.content.count) + file.content
      archive += [UInt8](repeating: 0, count: (512 - file.content.count % 512) % 512)
    }
    archive += [UInt8](repeating: 0, count: 1024)
    return archive + [UInt8](repeating: 0, count: (10_240 - archive.count % 10_240) % 10_240)
  }

  static func gzip(_ content: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 0xFF]
    var rest = content[...]
    repeat {
      let block = rest.prefix(60_000)
      rest = rest.dropFirst(block.count)
      stream += [rest.isEmpty ? 1 : 0] + two(block.count) + two(~block.count & 0xFFFF) + block
    } while !rest.isEmpty
    return stream + four(crc32(content)) + four(content.count)
  }

  private static func tarHeader(_ name: String, size: Int) -> [UInt8] {
    func padded(_ text: String, _ length: Int) -> [UInt8] { Array(text.utf8) + [UInt8](repeating: 0, count: length - text.utf8.count) }
    func octal(_ number: Int, _ length: Int) -> String {
      let digits = String(number, radix: 8)
      return String(repeating: "0", count: length - digits.count) + digits
    }
    var header = padded(name, 100) + padded("0000644", 8) + padded("0000000", 8) + padded("0000000", 8)
    header += padded(octal(size, 11), 12) + padded("00000000000", 12) + Array("        ".utf8)
    header += padded(name.hasSuffix("/") ? "5" : "0", 1) + padded("", 100) + padded("ustar", 6) + Array("00".utf8) + padded("", 247)
    let sum = header.reduce(0) { $0 + Int($1) }
    header.replaceSubrange(148..<156, with: Array(octal(sum, 6).utf8) + [0, 0x20])
    return header
  }

  private static func crc32(_ bytes: [UInt8]) -> Int {
    var remainder = UInt32.max
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
    }
    return Int(~remainder)
  }

  private static func two(_ number: Int) -> [UInt8] { [UInt8(number & 0xFF), UInt8(number >> 8 & 0xFF)] }
  private static func four(_ number: Int) -> [UInt8] { two(number & 0xFFFF) + two(number >> 16 & 0xFFFF) }
}
