import StrictParsers

/// Where refused requests come from, as far as one client can't change it at will.
struct RefusalSource: Hashable, Sendable {
  /// More sources than are told apart, or clients without an address.
  static let others = RefusalSource(text: nil)

  /// Of an IPv4 address that an IPv6 socket shows (RFC 4291, section 2.5.5.2).
  private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]

  /// An IPv4 address, or the /64 network of an IPv6 address; `nil` for `others`.
  let text: String?

  private init(text: String?) { self.text = text }

  init(address: String?) {
    guard let address, let bytes = AddressRange.bytes(address) else {
      self = .others
      return
    }
    guard bytes.count == 16 else {
      self.init(text: address)
      return
    }
    if bytes.starts(with: Self.mappedPrefix) {
      self.init(text: bytes.dropFirst(Self.mappedPrefix.count).map { String($0) }.joined(separator: "."))
    } else {
      let groups = stride(from: 0, to: 8, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
      self.init(text: groups.joined(separator: ":") + "::/64")
    }
  }
}
