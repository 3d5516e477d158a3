import Logging
import Observability
import PublisherPolicy
import StateStore
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway

@Suite("What all requests share") struct GatewayServicesTests {
  private static let python = RegistryName("python")

  private static func freeze(_ scope: Freeze.Scope, _ why: String) -> Freeze { Freeze(scope: scope, why: why, since: .latest) }

  private static func samples(_ gateway: GatewayServices, _ name: String) -> Set<String> {
    Set(text(gateway.metrics.exposition()).split(separator: "\n").filter { $0.hasPrefix(name) }.map { String($0) })
  }

  @Test("has the freezes of the last look at the store, of which each upload meets its own")
  func freezes() throws {
    let gateway = try GatewayServices.sample()
    #expect(gateway.freeze(of: Self.python, PublisherID("widgets")) == nil)
    gateway.adopt([Self.freeze(.registry(Self.python), "a"), Self.freeze(.publisher(PublisherID("widgets")), "b")])
    #expect(gateway.freeze(of: Self.python, PublisherID("other"))?.why == "a")
    #expect(gateway.freeze(of: RegistryName("files"), PublisherID("widgets"))?.why == "b")
    #expect(gateway.freeze(of: RegistryName("files"), PublisherID("other")) == nil)
    #expect(gateway.freeze(of: RegistryName("files"), nil) == nil)
    #expect(gateway.frozen.count == 2)
    #expect(
      Self.samples(gateway, "imprimatur_frozen{") == [
        "imprimatur_frozen{scope=\"everything\"} 0", "imprimatur_frozen{scope=\"registry\"} 1", "imprimatur_frozen{scope=\"publisher\"} 1",
      ])
    gateway.adopt([Freeze]())
    #expect(gateway.frozen.isEmpty && gateway.freeze(of: Self.python, nil) == nil)
  }

  @Test("counts each claim that no table knows, and says it once")
  func unaccountedClaims() async throws {
    let scratch = try ObservabilityScratch()
    let writer = LineWriter(.file(path: scratch.path("log")))
    let log = Logger(label: "test") { _ in LineLogHandler(writer, as: .json, from: .info) { ObservabilitySample.time } }
    let gateway = try GatewayServices.sample(log: log)
    for _ in 0..<3 { gateway.noteUnaccountedClaims(["new", "newer"], of: IssuerName("github")) }
    gateway.noteUnaccountedClaims([], of: IssuerName("github"))
    await writer.flush()
    #expect(Self.samples(gateway, "imprimatur_unaccounted_claims_total") == ["imprimatur_unaccounted_claims_total{issuer=\"github\"} 6"])
    #expect(try scratch.text("log").split(separator: "\n").count == 2)
  }

  @Test("puts a new configuration in force as a whole")
  func adopt() throws {
    let gateway = try GatewayServices.sample()
    let sample = SettingsSample(top: "server: {limits: {memory_total: 2MiB, spool_total: 3MiB, connections: 7}}")
    let builder = ConfigurationBuilder.forCommand(environment: [:]) { .latest }
    let new = try builder.build(try sample.settings(), replacing: gateway.configuration)
    #expect(gateway.configuration !== new)
    gateway.adopt(new)
    #expect(gateway.configuration === new)
    #expect([gateway.budgets.memory.limit, gateway.budgets.spool.limit, gateway.budgets.places.limit] == [2 << 20, 3 << 20, 7])
    #expect(Self.samples(gateway, "imprimatur_memory_limit_bytes") == ["imprimatur_memory_limit_bytes \(2 << 20)"])
    #expect(Self.samples(gateway, "imprimatur_connections_limit") == ["imprimatur_connections_limit 7"])
  }

  @Test("listens from when it says so until it says otherwise, and gives each request a name of its own")
  func states() throws {
    let gateway = try GatewayServices.sample()
    #expect(!gateway.isListening)
    gateway.beginListening()
    #expect(gateway.isListening)
    gateway.endListening()
    #expect(!gateway.isListening)
    #expect(!gateway.isDraining)
    #expect(Set((0..<100).map { _ in gateway.newRequestID().description }).count == 100)
    #expect(gateway.now() == ObservabilitySample.time.unixTime)
  }
}
