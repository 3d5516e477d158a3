import Testing

@testable import Gateway

@Suite("The server of a configuration") struct SettingsServerTests {
  @Test(
    "is told what is wrong with it",
    arguments: [
      ("server: x", "server: must be a mapping"), ("server: {limits: []}", "server.limits: must be a mapping"),
      ("server: {public_url: \"https://a.example/x\"}", "server.public_url: must not have a path: each registry has its own"),
      (
        "server: {public_url: a.example}",
        "server.public_url: \"a.example\" is no URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      (
        "server: {public_url: \"https://u@a.example\"}",
        "server.public_url: \"https://u@a.example\" is no URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      (
        "server: {public_url: \"https://a.example?x\"}",
        "server.public_url: \"https://a.example?x\" is no URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      ("server: {trusted_proxies: 10.0.0.0/8}", "server.trusted_proxies: must be a list"),
      ("server: {trusted_proxies: [\"10.0.0.1/8\"]}", "server.trusted_proxies.0: \"10.0.0.1/8\" is no address and no range of addresses"),
      ("server: {limits: {connections: 0}}", "server.limits.connections: must be a whole number between 1 and 1000000"),
      ("server: {limits: {header_bytes: 1B}}", "server.limits.header_bytes: must be between 1024 B and 1048576 B"),
      ("server: {limits: {spool_directory: \"\"}}", "server.limits.spool_directory: is empty"),
      ("server: {tls: {certificate: a, key: b}}", "server.tls.certificate: /etc/imprimatur/a can't be read"),
      ("server: {tls: {}}", "server.tls: certificate is missing"), ("admin: {}", "admin: listen is missing"),
      ("admin: 127.0.0.1:9090", "admin: must be a mapping"),
      ("state: {}", "state: must be one of sqlite and memory"), ("state: {memory: false}", "state.memory: must be true"),
      ("state: {memory: true, sqlite: x}", "state: must be one of sqlite and memory"),
      ("state: {postgres: {url: {file: x}}}", "state.postgres: is not available in this version"),
      ("state: sqlite", "state: must be a mapping"), ("log: {format: xml}", "log.format: must be json or text"),
      ("log: {level: warn}", "log.level: must be trace or debug or info or notice or warning or error or critical"),
      ("audit: {on_failure: ignore}", "audit.on_failure: must be refuse or continue"), ("audit: {file: \"\"}", "audit.file: is empty"),
    ])
  func problems(written: String, complaint: String) throws {
    let complaints = SettingsSample(top: written).complaints
    #expect(try #require(complaints.first).hasPrefix("error: \(complaint)"))
    #expect(complaints.count == (written.contains("tls") ? 2 : 1), "\(complaints)")
  }

  @Test("keeps its state in memory where that is said")
  func memory() throws { #expect(try SettingsSample(top: "state: {memory: true}").settings().state == .memory) }
}
