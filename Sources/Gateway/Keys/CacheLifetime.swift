import StrictParsers

/// Reads how long an answer may be kept (RFC 9111, section 5.2.2).
enum CacheLifetime {
  /// The `max-age` of a Cache-Control field in seconds; `nil` if there is none that is a number. `no-store` and `no-cache` are 0.
  static func maxAge(_ field: some Collection<UInt8>) -> Int64? {
    var age: Int64?
    for part in field.split(separator: UInt8(ascii: ",")) {
      let directive = ASCII.lowercased(part.filter { $0 != 0x20 && $0 != 0x09 })
      if directive.elementsEqual("no-store".utf8) || directive.elementsEqual("no-cache".utf8) { return 0 }
      let name = Array("max-age=".utf8)
      guard age == nil, directive.starts(with: name) else { continue }
      let digits = directive.dropFirst(name.count)
      guard (1...10).contains(digits.count), digits.allSatisfy(ASCII.isDigit) else { continue }
      age = digits.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
    }
    return age
  }
}
