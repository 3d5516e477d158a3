import Glibc
import Testing

@testable import Gateway

@Suite("An address that a name resolved to") struct NetworkAddressTests {
  private static func address(_ text: String) throws -> NetworkAddress {
    let isIPv6 = text.contains(":")
    var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
    let result = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, $0.baseAddress) }
    try #require(result == 1, "\(text) is not an address")
    return try #require(NetworkAddress(bytes: bytes))
  }

  /// The first and the last address of each range, with the ones beside it where those are of another reach.
  private static let ranges: [(String, NetworkAddress.Reach)] = [
    ("0.0.0.0", .nowhere), ("0.255.255.255", .nowhere), ("1.0.0.0", .everywhere), ("1.1.1.1", .everywhere),
    ("9.255.255.255", .everywhere), ("10.0.0.0", .privateNetwork), ("10.255.255.255", .privateNetwork), ("11.0.0.0", .everywhere),
    ("100.63.255.255", .everywhere), ("100.64.0.0", .privateNetwork), ("100.100.100.200", .privateNetwork),
    ("100.127.255.255", .privateNetwork), ("100.128.0.0", .everywhere),
    ("126.255.255.255", .everywhere), ("127.0.0.0", .loopback), ("127.0.0.1", .loopback), ("127.255.255.255", .loopback),
    ("128.0.0.0", .everywhere), ("140.82.112.3", .everywhere),
    ("169.253.255.255", .everywhere), ("169.254.0.0", .nowhere), ("169.254.169.254", .nowhere), ("169.254.255.255", .nowhere),
    ("169.255.0.0", .everywhere),
    ("172.15.255.255", .everywhere), ("172.16.0.0", .privateNetwork), ("172.31.255.255", .privateNetwork), ("172.32.0.0", .everywhere),
    ("191.255.255.255", .everywhere), ("192.0.0.0", .nowhere), ("192.0.0.170", .nowhere), ("192.0.0.255", .nowhere),
    ("192.0.1.255", .everywhere), ("192.0.2.0", .nowhere), ("192.0.2.255", .nowhere), ("192.0.3.0", .everywhere),
    ("192.88.98.255", .everywhere), ("192.88.99.0", .nowhere), ("192.88.99.255", .nowhere), ("192.88.100.0", .everywhere),
    ("192.167.255.255", .everywhere), ("192.168.0.0", .privateNetwork), ("192.168.255.255", .privateNetwork), ("192.169.0.0", .everywhere),
    ("198.17.255.255", .everywhere), ("198.18.0.0", .privateNetwork), ("198.19.255.255", .privateNetwork), ("198.20.0.0", .everywhere),
    ("198.51.99.255", .everywhere), ("198.51.100.0", .nowhere), ("198.51.100.255", .nowhere), ("198.51.101.0", .everywhere),
    ("203.0.112.255", .everywhere), ("203.0.113.0", .nowhere), ("203.0.113.255", .nowhere), ("203.0.114.0", .everywhere),
    ("223.255.255.255", .everywhere), ("224.0.0.0", .nowhere), ("239.255.255.255", .nowhere), ("240.0.0.0", .nowhere),
    ("255.255.255.255", .nowhere),
  ]

  @Test("reaches as far as its range of IPv4", arguments: ranges)
  func ipv4(text: String, reach: NetworkAddress.Reach) throws { #expect(try Self.address(text).reach == reach) }

  @Test("reaches as far where IPv6 maps it: a socket makes no difference", arguments: ranges)
  func mapped(text: String, reach: NetworkAddress.Reach) throws {
    #expect(try Self.address("::ffff:\(text)").reach == reach)
    #expect(try Self.address("::ffff:\(text)") == Self.address(text))
  }

  @Test("reaches nowhere through NAT64 unless it reaches everywhere", arguments: ranges)
  func translated(text: String, reach: NetworkAddress.Reach) throws {
    #expect(try Self.address("64:ff9b::\(text)").reach == (reach == .everywhere ? .everywhere : .nowhere))
  }

  @Test("reaches nowhere in other forms that hold an IPv4 address: compatible, translated, local NAT64", arguments: ranges)
  func embedded(text: String, reach: NetworkAddress.Reach) throws {
    // The compatible form of 0.0.0.1 is ::1; none of these is.
    for prefix in ["::", "::ffff:0:", "64:ff9b:1::", "64:ff9b:0:0:0:1:"] {
      #expect(try Self.address("\(prefix)\(text)").reach == .nowhere, "\(prefix)")
    }
  }

  @Test(
    "reaches as far as its range of IPv6",
    arguments: [
      ("::", .nowhere), ("::1", .loopback), ("::2", .nowhere), ("0:0:0:0:0:1:0:1", .nowhere), ("0:0:0:0:0:fffe:1.1.1.1", .nowhere),
      ("0:0:0:1::ffff:1.1.1.1", .nowhere), ("100::", .nowhere), ("100::1", .nowhere), ("1fff:ffff::", .nowhere),
      ("2000::", .everywhere), ("2000:ffff::", .everywhere),
      // IETF protocol assignments: Teredo, benchmarking, ORCHID
      ("2001::", .nowhere), ("2001:0:5ef5:79fb::1", .nowhere), ("2001:2::1", .nowhere), ("2001:20::1", .nowhere),
      ("2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", .nowhere), ("2001:200::", .everywhere), ("2001:4860:4860::8888", .everywhere),
      ("2001:db7:ffff::", .everywhere), ("2001:db8::", .nowhere), ("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", .nowhere),
      ("2001:db9::", .everywhere),
      // 6to4, whatever it holds
      ("2001:ffff::", .everywhere), ("2002::", .nowhere), ("2002:7f00:1::1", .nowhere), ("2002:a00:1::1", .nowhere),
      ("2002:101:101::1", .nowhere), ("2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .nowhere), ("2003::", .everywhere),
      ("2606:50c0:8000::153", .everywhere), ("3ffe:ffff::", .everywhere), ("3fff::", .nowhere), ("3fff:fff:ffff::", .nowhere),
      ("3fff:1000::", .everywhere), ("3fff:ffff::", .everywhere), ("4000::", .nowhere), ("5f00::1", .nowhere), ("8000::", .nowhere),
      ("fbff:ffff::", .nowhere), ("fc00::", .privateNetwork), ("fd00:ec2::254", .privateNetwork),
      ("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .privateNetwork), ("fe00::", .nowhere), ("fe80::1", .nowhere), ("febf::1", .nowhere),
      ("fec0::1", .nowhere), ("ff02::1", .nowhere), ("ff0e::1", .nowhere), ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .nowhere),
    ] as [(String, NetworkAddress.Reach)])
  func ipv6(text: String, reach: NetworkAddress.Reach) throws { #expect(try Self.address(text).reach == reach) }

  @Test("has 4 or 16 bytes", arguments: [0, 1, 3, 5, 8, 15, 17, 32])
  func lengths(count: Int) { #expect(NetworkAddress(bytes: [UInt8](repeating: 1, count: count)) == nil) }
}
