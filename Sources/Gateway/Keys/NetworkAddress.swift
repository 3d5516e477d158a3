/// An IP address, and how far it reaches by IANA's registries of special-purpose addresses (RFC 6890).
struct NetworkAddress: Hashable, Sendable {
  enum Reach: Hashable, Sendable {
    /// Some host of the Internet.
    case everywhere
    /// This host.
    case loopback
    /// A network that is not the Internet, but a deliberate one: RFC 1918, CGNAT, benchmarking, unique local.
    case privateNetwork
    /// Where no issuer can be: unspecified, link-local (so cloud metadata), multicast, documentation, reserved, tunnels.
    case nowhere
  }

  private struct Range: Sendable {
    let prefix: UInt128
    let length: UInt128
    let reach: Reach

    init(_ high: UInt64, _ length: UInt128, _ reach: Reach) {
      prefix = UInt128(high) << 64
      self.length = length
      self.reach = reach
    }

    init(v4 prefix: UInt32, _ length: UInt128, _ reach: Reach) {
      self.prefix = mappedPrefix | UInt128(prefix)
      self.length = 96 + length
      self.reach = reach
    }

    /// One address.
    init(address: UInt128, _ reach: Reach) {
      prefix = address
      length = 128
      self.reach = reach
    }

    func contains(_ value: UInt128) -> Bool { (value ^ prefix) >> (128 - length) == 0 }
  }

  /// An IPv4 address as the IPv6 address that maps it (RFC 4291, section 2.5.5.2): a socket makes no difference either.
  private let value: UInt128

  /// 4 or 16 bytes in network order; `nil` for any other number.
  init?(bytes: some Collection<UInt8>) {
    let number = bytes.reduce(into: 0 as UInt128) { $0 = $0 << 8 | UInt128($1) }
    switch bytes.count {
    case 4: value = mappedPrefix | number
    case 16: value = number
    default: return nil
    }
  }

  var reach: Reach {
    guard value >> 32 == nat64Prefix >> 32 else { return Self.reach(of: value) }
    // RFC 6052, section 3.1: a NAT64 gateway translates no address but those that reach everywhere.
    return Self.reach(of: mappedPrefix | value & 0xFFFF_FFFF) == .everywhere ? .everywhere : .nowhere
  }

  /// The most specific range decides. IPv6 outside of 2000::/3 is nowhere unless it is listed.
  private static func reach(of value: UInt128) -> Reach {
    ranges.filter { $0.contains(value) }.max { $0.length < $1.length }?.reach ?? .nowhere
  }

  private static let ranges: [Range] = [
    Range(v4: 0x0000_0000, 0, .everywhere),
    Range(v4: 0x0000_0000, 8, .nowhere),  // this network, RFC 1122
    Range(v4: 0x0A00_0000, 8, .privateNetwork),  // RFC 1918
    Range(v4: 0x6440_0000, 10, .privateNetwork),  // carrier-grade NAT, RFC 6598
    Range(v4: 0x7F00_0000, 8, .loopback),  // RFC 1122
    Range(v4: 0xA9FE_0000, 16, .nowhere),  // link-local, RFC 3927; cloud metadata
    Range(v4: 0xAC10_0000, 12, .privateNetwork),  // RFC 1918
    Range(v4: 0xC000_0000, 24, .nowhere),  // IETF protocol assignments, RFC 6890
    Range(v4: 0xC000_0200, 24, .nowhere),  // TEST-NET-1, RFC 5737
    Range(v4: 0xC058_6300, 24, .nowhere),  // 6to4 relays, RFC 7526
    Range(v4: 0xC0A8_0000, 16, .privateNetwork),  // RFC 1918
    Range(v4: 0xC612_0000, 15, .privateNetwork),  // benchmarking, RFC 2544
    Range(v4: 0xC633_6400, 24, .nowhere),  // TEST-NET-2, RFC 5737
    Range(v4: 0xCB00_7100, 24, .nowhere),  // TEST-NET-3, RFC 5737
    Range(v4: 0xE000_0000, 4, .nowhere),  // multicast, RFC 1112
    Range(v4: 0xF000_0000, 4, .nowhere),  // reserved and broadcast, RFC 1112, RFC 919
    Range(0x2000_0000_0000_0000, 3, .everywhere),  // global unicast, RFC 4291
    Range(0x2001_0000_0000_0000, 23, .nowhere),  // IETF protocol assignments with Teredo and ORCHID, RFC 2928
    Range(0x2001_0DB8_0000_0000, 32, .nowhere),  // documentation, RFC 3849
    Range(0x2002_0000_0000_0000, 16, .nowhere),  // 6to4, RFC 3056
    Range(0x3FFF_0000_0000_0000, 20, .nowhere),  // documentation, RFC 9637
    Range(0xFC00_0000_0000_0000, 7, .privateNetwork),  // unique local, RFC 4193
    Range(address: 1, .loopback),  // RFC 4291
  ]
}

private let mappedPrefix: UInt128 = 0xFFFF << 32
private let nat64Prefix: UInt128 = 0x0064_FF9B << 96
