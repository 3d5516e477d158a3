import StrictParsers
import Testing

@testable import Configuration

@Suite("A URL that keys may be fetched from") struct KeyURLTests {
  @Test(
    "has an origin: scheme, host in lower case, port",
    arguments: [
      ("https://h.example", .https, "h.example", 443), ("https://H.Example/A", .https, "h.example", 443),
      ("https://h.example:8443/a?b=c", .https, "h.example", 8443), ("https://h.example?q", .https, "h.example", 443),
      ("http://127.0.0.1", .http, "127.0.0.1", 80), ("https://h.example:65535", .https, "h.example", 65535),
      ("https://[2001:DB8::1]:1/x", .https, "[2001:db8::1]", 1), ("https://[::ffff:192.0.2.1]/", .https, "[::ffff:192.0.2.1]", 443),
      ("https://a", .https, "a", 443), ("https://xn--bcher-kva.example", .https, "xn--bcher-kva.example", 443),
      ("https://1a.example", .https, "1a.example", 443), ("https://1.example", .https, "1.example", 443),
    ] as [(String, KeyURL.Scheme, ExactString, UInt16)])
  func origin(text: String, scheme: KeyURL.Scheme, host: ExactString, port: UInt16) throws {
    let url = try #require(KeyURL(ExactString(text)))
    #expect(url.origin == KeyURL.Origin(scheme: scheme, host: host, port: port))
    #expect(url.text.text == text)
  }

  @Test(
    "is refused where two parsers could read it differently",
    arguments: [
      "", "https", "https:", "https:/h.example", "https://", "https:///x", "https://?x", "HTTPS://h.example", "ftp://h.example",
      "file:///etc/passwd", "gopher://h.example", "//h.example", "h.example", "https:h.example",
      // Users, fragments, bytes that some take for others
      "https://u@h.example", "https://u:p@h.example", "https://h.example:443@evil.example", "https://h.example/@", "https://h.example#x",
      "https://h.example\\@evil.example", "https://h.example\\x", "https://h.example/a b", " https://h.example", "https://h.example\n",
      "https://h.example/\r\nX: y", "https://h.example/\0", "https://h\u{e9}.example", "https://h\u{3002}example",
      "https://\u{ff48}.example",
      "https://h.example/\u{e9}", "https://h.example/<>", "https://h.example/{x}", "https://h.example/|", "https://h.example/^`\"",
      // Hosts
      "https://h..example", "https://.example", "https://h.example.", "https://-h.example", "https://h-.example", "https://h_x.example",
      "https://%68.example", "https://h%00.example", "https://h,i.example", "https://*.example", "https://[::1", "https://::1",
      "https://[]", "https://[::]", "https://[::1]x", "https://[::1%25lo]", "https://[fe80::1%eth0]", "https://[h.example]",
      // Numbers that the resolver takes for an IPv4 address
      "https://127.1", "https://2130706433", "https://0x7f.1", "https://0x7f000001", "https://0177.0.0.1", "https://127.0.0.01",
      "https://127.0.0.256", "https://1.2.3.4.5", "https://1.2.3", "https://h.1", "https://h.0x1", "https://127.0.0.1.",
      // Ports
      "https://h.example:", "https://h.example:0", "https://h.example:0443", "https://h.example:65536", "https://h.example:99999999999",
      "https://h.example:+443", "https://h.example:4 43", "https://h.example:443:443", "https://h.example:x", "https://[::1]:",
      "https://h.example:-1",
    ])
  func refused(text: String) { #expect(KeyURL(ExactString(text)) == nil) }

  @Test("has labels of 63 bytes at most, 253 together")
  func lengths() {
    let label = String(repeating: "a", count: 63)
    #expect(KeyURL(ExactString("https://\(label).example")) != nil)
    #expect(KeyURL(ExactString("https://a\(label).example")) == nil)
    let longest = [label, label, label, String(label.dropLast(2))].joined(separator: ".")
    #expect(longest.utf8.count == 253 && KeyURL(ExactString("https://\(longest)")) != nil)
    #expect(KeyURL(ExactString("https://a.\(longest.dropFirst())")) == nil)
  }

  @Test(
    "names loopback by its very name or not at all",
    arguments: [
      ("localhost", true), ("LOCALHOST", true), ("localhost:1", true), ("127.0.0.1", true), ("127.255.255.255", true), ("[::1]", true),
      ("a.localhost", false), ("localhost.example", false), ("128.0.0.1", false), ("1.127.0.0", false), ("127.0.0.1.example", false),
      ("[::ffff:127.0.0.1]", false), ("[0:0:0:0:0:0:0:1]", false), ("10.0.0.1", false),
    ])
  func loopback(authority: String, expected: Bool) throws {
    #expect(try #require(KeyURL(ExactString("http://\(authority)/x"))).namesLoopback == expected)
  }

  @Test(
    "leads to one discovery document",
    arguments: [
      ("https://h.example", "https://h.example/.well-known/openid-configuration"),
      ("https://h.example/", "https://h.example/.well-known/openid-configuration"),
      ("https://h.example/a/b", "https://h.example/a/b/.well-known/openid-configuration"),
      ("https://h.example:8443/a/", "https://h.example:8443/a/.well-known/openid-configuration"),
    ])
  func discovery(issuer: String, expected: String) throws {
    #expect(try #require(KeyURL(ExactString(issuer))).discovery()?.text.text == expected)
  }
}
