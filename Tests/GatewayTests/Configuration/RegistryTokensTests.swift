import Configuration
import RegistryProtocols
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("Where a registry's token service is") struct RegistryTokensTests {
  private static func tokens(
    at realm: ExactString?, of url: String = "https://registry.example/"
  ) throws -> Result<RegistryTokens, RegistryTokens.Fault> {
    let caFile = url.hasPrefix("https:") ? ", ca_file: /missing/ca.pem" : ""
    let sample = SettingsSample(
      upstream: "{url: \"\(url)\", credential: {none: true}\(caFile)}", files: ["/missing/ca.pem": "a certificate"])
    let (settings, problems) = sample.load()
    let registry = try #require(settings?.registries.first, "\(problems)")
    return Result { () throws(RegistryTokens.Fault) in
      try RegistryTokens(TokenService(challengePath: "/v2/", realm: realm), of: registry, at: .sample(), [:])
    }
  }

  @Test("is the registry's own origin unless the operator states it") func own() throws {
    #expect(try Self.tokens(at: nil).get().origin == nil)
  }

  @Test("is proven by the system's roots where it is at another host than the registry") func roots() throws {
    let origin = try #require(try Self.tokens(at: "https://auth.example:8443/token").get().origin)
    #expect(origin.key.caFile == nil && origin.key.isTLS && origin.tls != nil && origin.authority == "auth.example:8443")
    // The file is the registry's, and is looked for.
    let own = try Self.tokens(at: "https://registry.example:8443/token")
    #expect(throws: RegistryTokens.Fault.self) { try own.get() }
  }

  @Test(
    "is not reached in plain text, unless it is this host or the registry is reached so",
    arguments: [
      ("http://auth.example/token", "https://registry.example/", false),
      ("http://registry.example/token", "https://registry.example/", false),
      ("http://127.0.0.1:8081/token", "https://registry.example/", true), ("http://localhost/token", "https://registry.example/", true),
      ("http://[::1]:8081/token", "https://registry.example/", true), ("http://auth.example/token", "http://registry.example/", true),
    ] as [(ExactString, String, Bool)])
  func plain(realm: ExactString, registry: String, isTaken: Bool) throws {
    let tokens = try Self.tokens(at: realm, of: registry)
    if isTaken {
      #expect(try tokens.get().origin?.tls == nil)
    } else {
      #expect(throws: RegistryTokens.Fault.self) { try tokens.get() }
    }
  }

  @Test("is at a URL", arguments: ["auth.example", "ftp://auth.example/", "https://user@auth.example/"] as [ExactString])
  func malformed(realm: ExactString) throws {
    let tokens = try Self.tokens(at: realm)
    #expect(throws: RegistryTokens.Fault.self) { try tokens.get() }
  }
}
