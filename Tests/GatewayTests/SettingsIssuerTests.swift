import StrictParsers
import Testing

@testable import Gateway

@Suite("An issuer of a configuration") struct SettingsIssuerTests {
  private static let later = [
    "google", "circleci", "buildkite", "bitbucket", "azure-devops", "azure", "semaphore", "codefresh", "forgejo", "gitea", "jenkins",
    "teamcity", "buddy",
    "kubernetes", "activestate", "generic",
  ]

  private static func sample(_ written: String, name: String = "github") -> SettingsSample {
    SettingsSample(issuers: "{\(name): {\(written)}}", files: ["/etc/imprimatur/keys.json": ""])
  }

  @Test("of a provider that comes later is refused with just that word", arguments: later)
  func laterProviders(provider: String) {
    #expect(
      Self.sample("provider: \(provider)").complaints
        == ["error: issuers.github.provider: the provider \(provider) is not available in this version; there are github and gitlab"])
  }

  @Test(
    "is told what is wrong with it",
    arguments: [
      ("provider: githup", "provider: there is no provider \"githup\" (github?)"),
      ("provider: GitHub", "provider: there is no provider \"GitHub\" (github?)"),
      ("provider: github, identity: [x]", "identity: is for the provider generic, which is not available in this version"),
      ("provider: github, url: \"http://issuer.example\"", "url: must be https, or a loopback URL with allow_http: true"),
      ("provider: github, url: \"http://127.0.0.1\"", "url: must be https, or a loopback URL with allow_http: true"),
      ("provider: github, url: \"http://issuer.example\", allow_http: true", "url: http is for a loopback issuer only"),
      ("provider: github, url: \"http://localhost.example\", allow_http: true", "url: http is for a loopback issuer only"),
      (
        "provider: github, url: \"https://u@h.example\"",
        "url: \"https://u@h.example\" is no URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      (
        "provider: github, url: \"https://h.example?x\"",
        "url: \"https://h.example?x\" is no URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      (
        "provider: github, url: \"https://h.example/a//b\"",
        "url: \"https://h.example/a//b\" is no URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      ("provider: github, url: \"https://0x7f.1\"", "url: \"https://0x7f.1\" is no URL that keys may be fetched from"),
      ("provider: github, url: \"https://127.1\"", "url: \"https://127.1\" is no URL that keys may be fetched from"),
      ("provider: github, jwks_url: \"http://h.example/x\"", "jwks_url: must be https, or a loopback URL with allow_http: true"),
      ("provider: github, jwks_url: h", "jwks_url: \"h\" is no URL that keys may be fetched from"),
      ("provider: github, jwks_url: \"https://h.example\", jwks_file: keys.json", "jwks_file: excludes jwks_url"),
      ("provider: github, jwks_file: none.json", "jwks_file: /etc/imprimatur/none.json can't be read"),
      ("provider: github, ca_file: none.pem", "ca_file: /etc/imprimatur/none.pem can't be read"),
      ("provider: github, ca_file: \"\"", "ca_file: is empty"), ("provider: github, algorithms: []", "algorithms: names no algorithm"),
      (
        "provider: github, algorithms: [RS256, HS256]",
        "algorithms.1: \"HS256\" is no algorithm that is accepted: there are RS256, RS384, RS512, PS256, ES256, ES384, EdDSA (RS256?)"
      ),
      (
        "provider: github, algorithms: none",
        "algorithms: \"none\" is no algorithm that is accepted: there are RS256, RS384, RS512, PS256, ES256, ES384, EdDSA"
      ),
      ("provider: github, max_lifetime: 1ms", "max_lifetime: must be between 1000 ms and 2592000000 ms"),
      ("provider: github, allow_private_network: on", "allow_private_network: must be true or false"),
    ])
  func problems(written: String, complaint: String) { #expect(Self.sample(written).complaints == ["error: issuers.github.\(complaint)"]) }

  @Test(
    "is exactly the token's `iss`, byte by byte",
    arguments: [
      "https://h.example", "https://h.example/", "https://H.example/a", "https://h.example:443", "https://h.example/a/",
      "http://127.0.0.1:1", "http://[::1]", "http://localhost:80/x", "http://127.1.2.3",
    ])
  func urls(url: String) throws {
    let issuer = try #require(try Self.sample("provider: github, url: \"\(url)\", allow_http: true").settings().issuers.first)
    #expect(issuer.url.text == url)
  }

  @Test("may have its keys in a document whose URL has a query")
  func query() throws {
    #expect(
      try Self.sample("provider: github, jwks_url: \"https://h.example/k?v=1\"").settings().issuers.first?.keys
        == .url("https://h.example/k?v=1"))
  }

  @Test(
    "has a name that can stand in a metric and a log",
    arguments: [("a b", false), ("\"\"", false), ("\u{212A}", false), ("a/b", false), ("A-1_x.y", true)])
  func names(name: String, isValid: Bool) {
    let complaints = SettingsSample(issuers: "{github: {provider: github}, \(name): {provider: gitlab}}").complaints
    #expect(complaints.map { $0.hasSuffix("a name is made of letters, digits, hyphens, underscores and dots") } == (isValid ? [] : [true]))
  }

  @Test("shares its URL with no other")
  func sameURL() {
    #expect(
      SettingsSample(issuers: "{github: {provider: github}, other: {provider: github}}").complaints == [
        "error: issuers.other: has the same URL as github"
      ])
    #expect(
      SettingsSample(issuers: "{}").complaints.contains("error: issuers: names no issuer, so that no token could be accepted"))
  }
}
