import Configuration
import Observability
import PublisherPolicy
import RegistryClient
import Synchronization

/// Whether each registry answers, as the last attempts have shown: what `/ready` and the metrics tell of it.
final class RegistryHealth: Sendable {
  private let metrics: Metrics
  private let states = Mutex<[RegistryName: Readiness.RegistryState]>([:])

  init(metrics: Metrics) { self.metrics = metrics }

  func state(of registry: RegistryName) -> Readiness.RegistryState { states.withLock { $0[registry] ?? .unused } }

  /// The registry has answered, whatever it said.
  func answered(_ registry: RegistryName) { note(.answering, of: registry) }

  /// An exchange with the registry ended so.
  func failed(_ failure: UpstreamFailure, _ registry: RegistryName) {
    if failure.isSilence { note(.failing, of: registry) }
  }

  /// Forgets what was seen of registries that are others now, or gone.
  func adopt(_ registries: [RegistrySettings], replacing old: [RegistrySettings]) {
    let names = Set(registries.map { MetricLabel($0.name) })
    metrics.registryUp.keep(names)
    let gone = old.filter { !registries.contains($0) }
    states.withLock { states in for registry in gone { states[registry.name] = nil } }
    for registry in registries where !old.contains(registry) { metrics.registryUp.set(1, MetricLabel(registry.name)) }
  }

  private func note(_ state: Readiness.RegistryState, of registry: RegistryName) {
    states.withLock { $0[registry] = state }
    metrics.registryUp.setIfBegun(state == .failing ? 0 : 1, MetricLabel(registry))
  }
}

extension UpstreamFailure {
  /// Whether it says that no registry answers there.
  var isSilence: Bool {
    switch self {
    case .unreachable, .timedOut, .closed, .malformedAnswer: true
    case .busy, .conflict, .answerTooLarge, .earlySuccess, .encodedAnswer, .unreadableDocument, .uploadsElsewhere, .uploadNotTaken,
      .credentialEchoed, .credentialRefused, .redirected, .noToken, .foreignTokenService, .credentialUnreadable, .refused:
      false
    }
  }
}
