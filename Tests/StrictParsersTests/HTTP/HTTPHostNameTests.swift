import StrictParsers
import Testing

@Suite("A host name") struct HTTPHostNameTests {
  @Test(
    "is a name or an address, with or without a port",
    arguments: [
      ("localhost", "localhost", nil), ("Packages.Example.ORG:8443", "packages.example.org", 8443), ("a-b.c1:1", "a-b.c1", 1),
      ("127.0.0.1:65535", "127.0.0.1", 65535), ("[::1]", "[::1]", nil), ("[::]:80", "[::]", 80),
      ("[2001:DB8::1]:443", "[2001:db8::1]", 443),
      ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", nil), ("[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", nil),
      ("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", nil),
      ("[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]", nil),
    ] as [(ExactString, ExactString, UInt16?)])
  func accepted(text: ExactString, name: ExactString, port: UInt16?) throws {
    let host = try #require(HostName(text))
    #expect(host.name == name && host.port == port)
  }

  @Test(
    "is nothing else",
    arguments: [
      "", ":80", "a:", "a:0", "a:080", "a:65536", "a:99999", "a:123456", "a:8o", "a:+8", "a:1:2", "a b", "a,b", "a/b", "a@b", "a#b", "a?b",
      "a\\b", "a%2eb",
      "a_b", ".", ".a", "a.", "a..b", "-a", "a-", "a.-b", "a-.b", "h\u{E9}", "\u{212A}", "a\0", "*", "::1", "[]", "[:]", "[::1", "::1]",
      "[::1]a", "[::1].",
      "[::1]:", "[1]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[:::]", "[:1::]", "[1:]", "[::12345]", "[::g]",
      "[::1%25eth0]",
      "[::256.1.1.1]", "[::1.1.1]", "[::1.1.1.1.1]", "[::01.1.1.1]", "[::1.1.1.1:2]", "[1.1.1.1]", "[v1.a]", "x[::1]",
    ] as [ExactString])
  func refused(text: ExactString) { #expect(HostName(text) == nil) }

  @Test("has bounds") func bounds() {
    let label = String(repeating: "a", count: 63)
    #expect(HostName(ExactString(label)) != nil && HostName(ExactString(label + "a")) == nil)
    let longest = [label, label, label, String(label.dropLast(2))].joined(separator: ".")
    #expect(longest.utf8.count == 253 && HostName(ExactString(longest)) != nil && HostName(ExactString(longest + "a")) == nil)
  }
}
