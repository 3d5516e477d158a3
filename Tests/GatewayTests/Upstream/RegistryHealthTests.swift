import Observability
import PublisherPolicy
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
