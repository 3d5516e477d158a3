import Glibc

/// Addresses that share their first bits: `10.0.0.0/8`, `::1`.
package struct AddressRange: Hashable, Sendable {
  private let bytes: [UInt8]
  private let length: Int

  /// `nil` if the text is not an address, or has bits behind its length.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let bytes = Self.bytes(String(parts[0])) else { return nil }
    var length = bytes.count * 8
    if parts.count == 2 {
      guard parts[1].utf8.allSatisfy({ ASCII.isDigit($0) }), let number = Int(parts[1]), number <= length else { return nil }
      length = number
    }
    guard Self.masks(bytes.count, length).enumerated().allSatisfy({ bytes[$0.offset] & ~$0.element == 0 }) else { return nil }
    self.bytes = bytes
    self.length = length
  }

  package func contains(_ address: String) -> Bool {
    guard let other = Self.bytes(address), other.count == bytes.count else { return false }
    return zip(zip(bytes, other), Self.masks(bytes.count, length)).allSatisfy { $0.0 & $1 == $0.1 & $1 }
  }

  /// The bits of each byte that belong to the first `length` ones.
  private static func masks(_ count: Int, _ length: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: 0xff00 >> min(max(length - $0 * 8, 0), 8)) }
  }

  /// In network order: 4 or 16 bytes.
  package static func bytes(_ address: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      let result = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, address, $0.baseAddress) }
      if result == 1 { return bytes }
    }
    return nil
  }
}
