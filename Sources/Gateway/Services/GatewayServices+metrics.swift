import Configuration
import NIOPosix
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

extension GatewayServices {
  /// Above so many publishers none has series of its own.
  private static let mostPublishersWithSeries = 10_000

  /// What alerts watch for: the first of each must be a step from 0, which no series shows that begins with it.
  private static let watched: [(reason: ReasonCode, outcome: AuditOutcome.Name)] = [
    (ReasonCode(PublisherRefusal.Code.identityChanged), .refused), (ReasonCode(StateRefusal.Code.replayed), .refused),
    (ReasonCode(TokenRefusal.Code.badSignature), .refused), (ReasonCode(TokenRefusal.Code.malformed), .refused),
    (ReasonCode(TokenRefusal.Code.unknownIssuer), .refused), (ReasonCode(SpoolRefusal.Code.full), .failed),
    (ReasonCode(UpstreamFailure.Code.credentialRefused), .failed),
  ]

  /// Sets what a configuration says that is in force from now on, and begins the series of all that it names.
  func announce(_ new: ConfigurationSnapshot, replacing old: ConfigurationSnapshot?) {
    let settings = new.settings
    metrics.loadedAt.set(now().seconds)
    metrics.connectionsLimit.set(Int64(budgets.descriptors.clientConnections(upTo: settings.server.limits.connections)))
    metrics.spoolLimit.set(settings.server.limits.spoolTotal)
    metrics.memoryLimit.set(settings.server.limits.memoryTotal)
    health.adopt(settings.registries, replacing: old?.settings.registries ?? [])
    metrics.registryCredentialAccepted.keep(Set(new.registries.map { MetricLabel($0.name) }))
    for registry in new.registries {
      metrics.registryCredentialAccepted.set(registry.standing.isAccepted ? 1 : 0, MetricLabel(registry.name))
    }
    let listener = MetricLabel(Metrics.ListenerName.server)
    metrics.tlsNotAfter.keep(new.tls == nil ? [] : [listener])
    if let tls = new.tls { metrics.tlsNotAfter.set(tls.notAfter, listener) }
    for registry in settings.registries { beginSeries(of: registry) }
    announceIssuers(of: new, replacing: old)
    announcePublishers(of: settings)
  }

  /// What is there before any configuration is offered to the running process.
  func announceStart() {
    for result in Metrics.ReloadResult.allCases { metrics.reloads.begin(MetricLabel(result)) }
    metrics.lastReloadSuccessful.set(1)
    metrics.lastReloadAt.set(now().seconds)
    metrics.startedAt.set(now().seconds)
    metrics.descriptorLimit.set(Int64(budgets.descriptors.total))
    for kind in Metrics.FreezeKind.allCases { metrics.frozen.begin(MetricLabel(kind)) }
    // The registry is not known yet of whatever is refused before its route or its audience is.
    let nowhere = MetricLabel(nil as RegistryName?)
    metrics.revocations.begin(nowhere, MetricLabel(AuditOutcome.Name.completed), MetricLabel(nil as ReasonCode?))
    for (reason, outcome) in Self.watched { metrics.exchanges.begin(nowhere, MetricLabel(outcome), MetricLabel(reason)) }
  }

  func announce(_ freezes: [Freeze]) {
    for kind in Metrics.FreezeKind.allCases {
      metrics.frozen.set(Int64(freezes.count { $0.scope.kind == kind }), MetricLabel(kind))
    }
  }

  private func beginSeries(of registry: RegistrySettings) {
    let (name, ecosystem) = (MetricLabel(registry.name), MetricLabel(registry.ecosystem))
    metrics.uploadBytes.begin(name)
    metrics.upstreamDuration.begin(name)
    for outcome in AuditOutcome.Name.allCases where outcome != .completed { metrics.publishDuration.begin(name, MetricLabel(outcome)) }
    for status in StatusClass.allCases {
      metrics.upstreamAnswers.begin(name, MetricLabel(status))
      metrics.reads.begin(name, MetricLabel(status))
    }
    metrics.publishes.begin(name, ecosystem, MetricLabel(AuditOutcome.Name.published), MetricLabel(nil as ReasonCode?))
    for family in [metrics.exchanges, metrics.grantedReads] {
      family.begin(name, MetricLabel(AuditOutcome.Name.completed), MetricLabel(nil as ReasonCode?))
    }
    for (reason, outcome) in Self.watched {
      metrics.publishes.begin(name, ecosystem, MetricLabel(outcome), MetricLabel(reason))
      metrics.exchanges.begin(name, MetricLabel(outcome), MetricLabel(reason))
    }
  }

  private func announceIssuers(of new: ConfigurationSnapshot, replacing old: ConfigurationSnapshot?) {
    let names = Set(new.issuers.values.map { MetricLabel($0.name) })
    metrics.keysRefreshedAt.keep(names)
    metrics.keysValidUntil.keep(names)
    for (url, issuer) in new.issuers {
      let name = MetricLabel(issuer.name)
      metrics.unaccountedClaims.begin(name)
      for result in Metrics.RefreshResult.allCases { metrics.keyRefreshes.begin(name, MetricLabel(result)) }
      guard old?.issuers[url]?.keys !== issuer.keys else { continue }
      metrics.keysRefreshedAt.set(0, name)
      metrics.keysValidUntil.set(0, name)
    }
  }

  private func announcePublishers(of settings: Settings) {
    let publishers = settings.publishers.count > Self.mostPublishersWithSeries ? [] : settings.publishers
    metrics.publisherResults.keep(Set(publishers.map { MetricLabel($0.id) }))
    metrics.publisherExpires.keep(Set(publishers.filter { $0.expires != nil }.map { MetricLabel($0.id) }))
    for publisher in publishers {
      let id = MetricLabel(publisher.id)
      for outcome in AuditOutcome.Name.allCases { metrics.publisherResults.begin(id, MetricLabel(outcome)) }
      if let expires = publisher.expires { metrics.publisherExpires.set(expires.seconds, id) }
    }
  }

  /// The numbers, after those that are only read here were set. Written where nobody waits for the thread.
  func exposition() async -> [UInt8] {
    metrics.connections.set(Int64(connections.count))
    metrics.spoolBytes.set(budgets.spool.used)
    metrics.memoryBytes.set(budgets.memory.used)
    metrics.upstreamConnections.set(Int64(connections.upstreamCount))
    metrics.linesDropped.set(Int64(droppedLines()))
    do { return try await threads.runIfActive { [metrics] in metrics.exposition() } } catch { return metrics.exposition() }
  }
}

extension Freeze.Scope {
  fileprivate var kind: Metrics.FreezeKind {
    switch self {
    case .everything: .everything
    case .registry: .registry
    case .publisher: .publisher
    }
  }
}
