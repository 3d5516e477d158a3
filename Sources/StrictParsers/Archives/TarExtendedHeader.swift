/// The records of a pax extended header (POSIX.1-2024, pax, "Extended Header"): `length key=value` and LF.
struct TarExtendedHeader {
  private(set) var path: [UInt8]?
  private(set) var linkPath: [UInt8]?
  private(set) var size: Int?

  private static let times: Set<ExactString> = ["mtime", "atime", "ctime"]
  private static let owners: Set<ExactString> = ["uid", "gid"]
  private static let harmless: Set<ExactString> = [
    "uname", "gname", "comment", "SCHILY.dev", "SCHILY.ino", "SCHILY.nlink", "SCHILY.fflags",
  ]

  /// - Parameter isGlobal: whether it holds for all that follows. Readers differ on global names and sizes.
  init(_ bytes: [UInt8], isGlobal: Bool) throws(TarRefusal) {
    var rest = bytes[...]
    var seen: Set<ExactString> = []
    while !rest.isEmpty {
      let record = try Self.record(&rest)
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")), equals > record.startIndex, record[..<equals].allSatisfy(ASCII.isVisible)
      else { throw .extendedHeader }
      let key = ExactString(String(decoding: record[..<equals], as: UTF8.self))
      let value = Array(record[(equals + 1)...])
      guard seen.insert(key).inserted else { throw .extendedHeader }
      if !isGlobal, key == "path" {
        guard !value.isEmpty else { throw .extendedHeader }
        path = value
      } else if !isGlobal, key == "linkpath" {
        guard !value.isEmpty else { throw .extendedHeader }
        linkPath = value
      } else if !isGlobal, key == "size" {
        size = try Self.decimal(value)
      } else if Self.times.contains(key) {
        guard Self.isTime(value) else { throw .extendedHeader }
      } else if Self.owners.contains(key) {
        _ = try Self.decimal(value)
      } else {
        guard Self.harmless.contains(key) || Self.isVendors(key) else { throw .extendedHeader }
      }
    }
  }

  /// Takes one record; its length counts itself.
  private static func record(_ rest: inout ArraySlice<UInt8>) throws(TarRefusal) -> ArraySlice<UInt8> {
    let digits = rest.prefix(8).prefix(while: ASCII.isDigit)
    let length = try decimal(Array(digits))
    guard length > digits.count + 1, length <= rest.count, rest[digits.endIndex] == UInt8(ascii: " ") else { throw .extendedHeader }
    let record = rest.prefix(length)
    guard record.last == 0x0A else { throw .extendedHeader }
    rest = rest.dropFirst(length)
    return record.dropFirst(digits.count + 1).dropLast()
  }

  /// Digits without a sign or a leading zero.
  private static func decimal(_ digits: [UInt8]) throws(TarRefusal) -> Int {
    guard (1...15).contains(digits.count), digits.allSatisfy(ASCII.isDigit), digits.count == 1 || digits[0] != UInt8(ascii: "0") else {
      throw .extendedHeader
    }
    return digits.reduce(0) { $0 * 10 + Int($1 & 0xF) }
  }

  /// Seconds, with a fraction or without.
  private static func isTime(_ value: [UInt8]) -> Bool {
    let unsigned = value.first == UInt8(ascii: "-") ? value.dropFirst() : value[...]
    let parts = unsigned.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(ASCII.isDigit) }
  }

  /// A vendor's own record, `VENDOR.key`, but those of GNU (sparse files, volumes) and star (sparse files, volumes) that change an entry.
  private static func isVendors(_ key: ExactString) -> Bool {
    let vendor = key.utf8.prefix(while: ASCII.isUpper)
    guard !vendor.isEmpty, key.utf8.dropFirst(vendor.count).first == UInt8(ascii: "."), !vendor.elementsEqual("GNU".utf8) else {
      return false
    }
    return !vendor.elementsEqual("SCHILY".utf8) || key.utf8.starts(with: "SCHILY.xattr.".utf8) || key.utf8.starts(with: "SCHILY.acl.".utf8)
  }
}
