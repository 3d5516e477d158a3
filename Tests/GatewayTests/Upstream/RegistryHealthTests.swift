import Configuration
import Observability
import PublisherPolicy
import RegistryClient
import TestSupport
import Testing

@testable import Gateway

@Suite("What is known of a registry") struct RegistryHealthTests {
  private static let registry = RegistryName("python")

  private static func health() -> (RegistryHealth, Metrics) {
    let metrics = Metrics(version: "1.0")
    metrics.registryUp.set(1, MetricLabel(registry))
    return (RegistryHealth(metrics: metrics), metrics)
  }

  private static func samples(_ metrics: Metrics) -> [String] {
    text(metrics.exposition()).split(separator: "\n").filter { $0.hasPrefix("imprimatur_registry_") }.map { String($0.suffix(1)) }
  }

  @Test(
    "is that it does not answer after a failure that says so, and no other",
    arguments: [
      (.unreachable, true), (.timedOut, true), (.closed, true), (.malformedAnswer, true), (.busy, false), (.answerTooLarge, false),
      (.earlySuccess, false), (.encodedAnswer, false), (.credentialEchoed, false), (.redirected, false), (.credentialUnreadable, false),
      (.refused(status: 500), false),
    ] as [(UpstreamFailure, Bool)])
  func silence(failure: UpstreamFailure, isSilence: Bool) {
    let (health, metrics) = Self.health()
    #expect(health.state(of: Self.registry) == .unused)
    health.failed(failure, Self.registry)
    #expect(health.state(of: Self.registry) == (isSilence ? .failing : .unused))
    #expect(Self.samples(metrics) == [isSilence ? "0" : "1"])
    health.answered(Self.registry)
    #expect(health.state(of: Self.registry) == .answering)
    #expect(Self.samples(metrics) == ["1"])
  }

  @Test("is nothing of one that the configuration does not have") func unknown() {
    let (health, metrics) = Self.health()
    health.failed(.unreachable, RegistryName("gone"))
    #expect(Self.samples(metrics) == ["1"])
  }
}

@Suite("What was seen of a registry") struct RegistryHealthReloadTests {
  private static func settings(_ upstream: String) throws -> [RegistrySettings] {
    try SettingsSample(upstream: "{url: \"\(upstream)\", credential: {none: true}}").settings().registries
  }

  private static func samples(_ metrics: Metrics) -> [String] {
    text(metrics.exposition()).split(separator: "\n").filter { $0.hasPrefix("imprimatur_registry_up{") }.map { String($0) }
  }

  @Test(
    "is kept by a reload that leaves it as it is, and forgotten by one that makes another of it",
    arguments: [("http://127.0.0.1:8081/", Readiness.RegistryState.failing, "0"), ("http://127.0.0.1:8082/", .unused, "1")])
  func reload(upstream: String, state: Readiness.RegistryState, up: String) throws {
    let metrics = Metrics(version: "1.0")
    let health = RegistryHealth(metrics: metrics)
    let (old, new) = (try Self.settings("http://127.0.0.1:8081/"), try Self.settings(upstream))
    health.adopt(old, replacing: [])
    #expect(Self.samples(metrics) == ["imprimatur_registry_up{registry=\"python\"} 1"])
    health.failed(.unreachable, RegistryName("python"))
    health.adopt(new, replacing: old)
    #expect(health.state(of: RegistryName("python")) == state)
    #expect(Self.samples(metrics) == ["imprimatur_registry_up{registry=\"python\"} \(up)"])
  }

  @Test("is forgotten, and its series ends, with the registry")
  func gone() throws {
    let metrics = Metrics(version: "1.0")
    let health = RegistryHealth(metrics: metrics)
    let old = try Self.settings("http://127.0.0.1:8081/")
    health.adopt(old, replacing: [])
    health.answered(RegistryName("python"))
    health.adopt([], replacing: old)
    #expect(health.state(of: RegistryName("python")) == .unused)
    #expect(Self.samples(metrics).isEmpty)
  }
}
