import Secrets
import TestSupport
import Testing

@testable import Configuration

@Suite("The server of a configuration") struct SettingsServerTests {
  @Test(
    "is told what is wrong with it",
    arguments: [
      ("server: x", "server: must be a mapping"), ("server: {limits: []}", "server.limits: must be a mapping"),
      ("server: {public_url: \"https://a.example/x\"}", "server.public_url: must not have a path: each registry has its own"),
      (
        "server: {public_url: a.example}",
        "server.public_url: \"a.example\" is not a URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      (
        "server: {public_url: \"https://u@a.example\"}",
        "server.public_url: \"https://u@a.example\" is not a URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      (
        "server: {public_url: \"https://a.example?x\"}",
        "server.public_url: \"https://a.example?x\" is not a URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      ("server: {trusted_proxies: 10.0.0.0/8}", "server.trusted_proxies: must be a list"),
      (
        "server: {trusted_proxies: [\"10.0.0.1/8\"]}",
        "server.trusted_proxies.0: \"10.0.0.1/8\" is neither an address nor a range of addresses"
      ),
      ("server: {limits: {connections: 0}}", "server.limits.connections: must be a whole number between 1 and 1000000"),
      ("server: {limits: {memory_total: 1KiB}}", "server.limits.memory_total: must be between 1048576 B and 1125899906842624 B"),
      ("server: {limits: {answer_rate: 1KiB}}", "server.limits.answer_rate: \"1KiB\" is not a rate: a size and /s"),
      ("server: {limits: {handshake_timeout: 0s}}", "server.limits.handshake_timeout: must be between 1 ms and 31536000000 ms"),
      (
        "server: {limits: {inspection_timeout: x}}",
        "server.limits.inspection_timeout: \"x\" is not a duration: a whole number and ms, s, m, h or d"
      ),
      ("server: {limits: {header_bytes: 1B}}", "server.limits.header_bytes: must be between 1024 B and 1048576 B"),
      ("server: {limits: {spool_directory: \"\"}}", "server.limits.spool_directory: is empty"),
      ("server: {tls: {certificate: a, key: b}}", "server.tls.certificate: /etc/imprimatur/a can't be read"),
      ("server: {tls: {}}", "server.tls: certificate is missing"), ("admin: {}", "admin: listen is missing"),
      ("admin: 127.0.0.1:9090", "admin: must be a mapping"),
      ("state: {}", "state: must be one of sqlite, postgres and memory"), ("state: {memory: false}", "state.memory: must be true"),
      ("state: {memory: true, sqlite: x}", "state: must be one of sqlite, postgres and memory"),
      ("state: {postgres: {url: {env: URL}}, sqlite: x}", "state: must be one of sqlite, postgres and memory"),
      ("state: {postgres: {url: {env: URL}}, memory: true}", "state: must be one of sqlite, postgres and memory"),
      ("state: {postgres: {}}", "state.postgres: url is missing"), ("state: {postgres: x}", "state.postgres: must be a mapping"),
      ("state: {postgres: {url: \"postgres://u:p@localhost/d\"}}", "state.postgres.url: must be a mapping"),
      ("state: {postgres: {url: {file: none}}}", "state.postgres.url: /etc/imprimatur/none can't be read"),
      ("state: {postgres: {url: {env: MISSING}}}", "state.postgres.url: the environment variable MISSING is not set"),
      (
        "state: {postgres: {url: {env: NO_URL}}}",
        "state.postgres.url: the secret is not a URL of a PostgreSQL database: postgres://USER:PASSWORD@HOST/DATABASE"
      ),
      ("state: sqlite", "state: must be a mapping"), ("log: {format: xml}", "log.format: must be json or text"),
      ("log: {level: warn}", "log.level: must be trace or debug or info or notice or warning or error or critical"),
      ("audit: {on_failure: ignore}", "audit.on_failure: must be refuse or continue"), ("audit: {file: \"\"}", "audit.file: is empty"),
    ])
  func problems(written: String, complaint: String) throws {
    let environment = ["URL": "postgres://u:hunter2@localhost/d", "NO_URL": "mysql://u:hunter2@localhost/d"]
    let complaints = SettingsSample(top: written, environment: environment).complaints
    #expect(try #require(complaints.first).hasPrefix("error: \(complaint)"))
    #expect(!complaints.contains { $0.contains("hunter2") })
    #expect(complaints.count == (written.contains("tls") ? 2 : 1), "\(complaints)")
  }

  @Test("is warned that a memory forgets what publishers learn", arguments: [true, false])
  func forgetfulness(learns: Bool) {
    let id = learns ? "" : ", repository_id: 1"
    let sample = SettingsSample(top: "state: {memory: true}", when: "{repository: acme/widgets, environment: x\(id)}")
    let complaint = "warning: state: a restart forgets whom publishers without ids belong to, so that they learn anew"
    #expect(sample.complaints == (learns ? [complaint] : []))
  }

  @Test("keeps its state in memory where that is said")
  func memory() throws { #expect(try SettingsSample(top: "state: {memory: true}").settings().state == .memory) }

  @Test("keeps its state in PostgreSQL where that is said, and is warned of a way there that others may share")
  func postgres() throws {
    let top = "state: {postgres: {url: {env: URL}}}"
    let near = SettingsSample(top: top, environment: ["URL": "postgres://u:hunter2@localhost/d\n"])
    #expect(try near.settings().state == .postgres(url: .environment("URL")))
    let changes = SettingsChanges(from: try SettingsSample().settings(), to: try near.settings())
    #expect(changes.words == ["state (at the next start)"])
    for way in ["?sslmode=verify-full", "?sslmode=disable"] {
      #expect(SettingsSample(top: top, environment: ["URL": "postgres://u:hunter2@db.example/d\(way)"]).complaints.isEmpty)
    }
    let far = SettingsSample(top: top, environment: ["URL": "postgres://u:hunter2@db.example/d"])
    #expect(
      far.complaints == [
        "warning: state.postgres.url: the URL does not say how the way to the server is protected: add sslmode=verify-full, "
          + "or sslmode=disable on your own network"
      ])
  }
}
