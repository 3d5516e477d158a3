import Configuration
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("Who sent a request") struct ClientAddressTests {
  private static func settings() throws -> ServerSettings {
    try SettingsSample(top: "server: {trusted_proxies: [10.0.0.0/8, \"fd00::/8\"]}").settings().server
  }

  @Test(
    "is the peer, or whom a trusted proxy names last of those that are none",
    arguments: [
      ("192.0.2.1", [], "192.0.2.1"), ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"), ("11.0.0.1", ["198.51.100.7"], "11.0.0.1"),
      ("10.0.0.1", [], "10.0.0.1"), ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"), ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
      ("10.0.0.1", ["192.0.2.66, 198.51.100.7"], "198.51.100.7"), ("10.0.0.1", ["198.51.100.7, 10.1.2.3"], "198.51.100.7"),
      ("10.0.0.1", ["192.0.2.66", "198.51.100.7,10.1.2.3"], "198.51.100.7"), ("10.0.0.1", [" 198.51.100.7\t,\t10.9.9.9 "], "198.51.100.7"),
      ("10.0.0.1", ["10.1.1.1, 10.2.2.2"], "10.0.0.1"), ("10.0.0.1", ["192.0.2.1, nobody"], "10.0.0.1"),
      ("10.0.0.1", ["unknown"], "10.0.0.1"),
      ("10.0.0.1", ["[2001:db8::7]:4711"], "10.0.0.1"), ("10.0.0.1", ["198.51.100.7:4711"], "10.0.0.1"),
    ] as [(String, [String], String)])
  func address(peer: String, named: [String], expected: String) throws {
    let head = try RequestHead.sample("GET /", named.map { "X-Forwarded-For: \($0)" })
    #expect(try Self.settings().clientAddress(of: head, from: peer) == expected)
  }

  @Test("is unknown of a peer without an address")
  func noAddress() throws {
    let head = try RequestHead.sample("GET /", ["X-Forwarded-For: 198.51.100.7"])
    #expect(try Self.settings().clientAddress(of: head, from: nil) == nil)
  }
}
