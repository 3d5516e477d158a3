import Configuration
import StrictParsers
import Testing

@testable import Gateway

@Suite("The proxy of the environment") struct ProxyRulesTests {
  private static func proxy(_ environment: [String: String], _ url: ExactString) throws -> String? {
    ProxyRules(environment: environment).proxy(for: try #require(KeyURL(url)).origin)
  }

  @Test(
    "is the first that is named",
    arguments: [
      ([:], nil), (["HTTPS_PROXY": "http://p:1"], "http://p:1"), (["https_proxy": "http://p:1"], "http://p:1"),
      (["ALL_PROXY": "http://p:1"], "http://p:1"), (["all_proxy": "socks5h://p:1"], "socks5h://p:1"),
      (["https_proxy": "http://a", "HTTPS_PROXY": "http://b", "all_proxy": "http://c", "ALL_PROXY": "http://d"], "http://a"),
      (["HTTPS_PROXY": "http://b", "all_proxy": "http://c", "ALL_PROXY": "http://d"], "http://b"),
      (["all_proxy": "http://c", "ALL_PROXY": "http://d"], "http://c"), (["HTTPS_PROXY": ""], nil),
      (["https_proxy": "", "HTTPS_PROXY": "http://b"], nil),
      // The proxy for http is not asked: http is for loopback only. A CGI's client may set HTTP_PROXY by a header.
      (["http_proxy": "http://p", "HTTP_PROXY": "http://p", "PROXY": "http://p"], nil),
    ] as [([String: String], String?)])
  func named(environment: [String: String], expected: String?) throws {
    #expect(try Self.proxy(environment, "https://issuer.example") == expected)
  }

  @Test(
    "is passed by for hosts and domains that are excepted",
    arguments: [
      ("issuer.example", "issuer.example", true), ("issuer.example", "ISSUER.example", true), ("ISSUER.example", "issuer.Example", true),
      ("issuer.example", ".example", true), ("issuer.example", "example", true), ("a.issuer.example", ".issuer.example", true),
      ("issuer.example", ".issuer.example", true), ("issuer.example", "*", true),
      ("issuer.example", "a.example,b.example, issuer.example", true),
      ("issuer.example", "a.example issuer.example", true), ("issuer.example", "", false), ("issuer.example", ",", false),
      ("issuer.example", ".", false), ("evil-issuer.example", "issuer.example", false), ("issuer.example.evil", "issuer.example", false),
      ("issuer.example", "suer.example", false), ("issuer.example", "a.issuer.example", false), ("issuer.example", "*.example", false),
      ("issuer.example:8443", "issuer.example", true), ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.30", false),
      ("[2001:db8::1]", "2001:db8::1", true), ("[2001:db8::1]", "db8::1", false),
    ])
  func exceptions(host: String, noProxy: String, expected: Bool) throws {
    for name in ["no_proxy", "NO_PROXY"] {
      let found = try Self.proxy(["https_proxy": "http://p", name: noProxy], ExactString("https://\(host)/x"))
      #expect(found == (expected ? nil : "http://p"))
    }
  }

  @Test("has exceptions of its own spelling first")
  func exceptionSpelling() throws {
    let environment = ["https_proxy": "http://p", "no_proxy": "other.example", "NO_PROXY": "issuer.example"]
    #expect(try Self.proxy(environment, "https://issuer.example") == "http://p")
    #expect(try Self.proxy(environment, "https://other.example") == nil)
  }

  @Test("is for https only, since http never leaves the host", arguments: ["http://localhost", "http://127.0.0.1:8080", "http://[::1]"])
  func loopback(url: String) throws { #expect(try Self.proxy(["ALL_PROXY": "http://p"], ExactString(url)) == nil) }
}
