package import PublisherPolicy
package import TokenVerification

/// The numbers that `/metrics` gives.
package final class Metrics: Sendable {
  package enum RefreshResult: String, CaseIterable, Sendable { case refreshed, failed }

  package let publishes = NumberFamily(
    .counter, "imprimatur_publishes_total", labels: ["registry", "protocol", "outcome", "reason"],
    help: "Requests that tried to publish, by what became of them.")
  package let publishDuration = DurationFamily(
    "imprimatur_publish_duration_seconds", labels: ["registry", "outcome"],
    help: "Time from the first byte of a publish to its record.")
  package let uploadBytes = NumberFamily(
    .counter, "imprimatur_upload_bytes_total", labels: ["registry"], help: "Bytes of the bodies of publishes that arrived.")
  package let exchanges = NumberFamily(
    .counter, "imprimatur_exchanges_total", labels: ["registry", "outcome", "reason"],
    help: "OIDC tokens offered for an upload token, by what became of them.")
  package let revocations = NumberFamily(
    .counter, "imprimatur_revocations_total", labels: ["registry", "outcome", "reason"],
    help: "Upload tokens offered to be burnt, by what became of them.")
  package let reads = NumberFamily(
    .counter, "imprimatur_reads_total", labels: ["registry", "status"],
    help: "Reads that were passed on, by the class of the registry's answer, such as 2xx.")
  package let grantedReads = NumberFamily(
    .counter, "imprimatur_granted_reads_total", labels: ["registry", "outcome", "reason"],
    help: "Reads that only publishers may make, by what became of them.")
  package let upstreamAnswers = NumberFamily(
    .counter, "imprimatur_upstream_answers_total", labels: ["registry", "status"],
    help: "Answers of the registry to publishes, by their class.")
  package let upstreamDuration = DurationFamily(
    "imprimatur_upstream_duration_seconds", labels: ["registry"],
    help: "Time from the first byte of a publish upstream to the end of the registry's answer.")
  package let keyRefreshes = NumberFamily(
    .counter, "imprimatur_key_refreshes_total", labels: ["issuer", "result"], help: "Attempts to fetch an issuer's keys: refreshed, failed."
  )
  package let keysRefreshedAt = NumberFamily(
    .gauge, "imprimatur_keys_refreshed_timestamp_seconds", labels: ["issuer"],
    help: "When an issuer's keys were fetched last, 0 for never; the age of the set is the time since then.")
  package let unaccountedClaims = NumberFamily(
    .counter, "imprimatur_unaccounted_claims_total", labels: ["issuer"],
    help: "Claims of verified tokens that are not in their provider's table; the log names each once.")
  package let keysValidUntil = NumberFamily(
    .gauge, "imprimatur_keys_valid_until_timestamp_seconds", labels: ["issuer"],
    help: "Until when an issuer's keys are trusted if no refresh succeeds; 0 where there are none.")
  package let publisherResults = NumberFamily(
    .counter, "imprimatur_publisher_results_total", labels: ["publisher", "outcome"],
    help: "Publishes and exchanges by the publisher that was meant, or nearest, and by what became of them; off above 10000 publishers.")
  package let publisherExpires = NumberFamily(
    .gauge, "imprimatur_publisher_expires_timestamp_seconds", labels: ["publisher"],
    help: "When a publisher expires, of those that do; off above 10000 publishers.")
  package let registryUp = NumberFamily(
    .gauge, "imprimatur_registry_up", labels: ["registry"],
    help: "0 from an attempt that the registry did not answer to the next that it answers, else 1.")
  package let registryCredentialAccepted = NumberFamily(
    .gauge, "imprimatur_registry_credential_accepted", labels: ["registry"],
    help: "0 from a refusal of the service credential to the next publish that the registry takes with it, else 1.")
  package let frozen = NumberFamily(
    .gauge, "imprimatur_frozen", labels: ["scope"], help: "Freezes that hold: of everything, of a registry, of a publisher.")
  package let tlsNotAfter = NumberFamily(
    .gauge, "imprimatur_tls_certificate_not_after_timestamp_seconds", labels: ["listener"],
    help: "When the first certificate of a listener's chain expires.")
  package let connections = NumberFamily(.gauge, "imprimatur_connections", help: "Client connections that are open.")
  package let connectionsLimit = NumberFamily(
    .gauge, "imprimatur_connections_limit", help: "Client connections that may be open, by the configuration and the file descriptors.")
  package let spoolBytes = NumberFamily(.gauge, "imprimatur_spool_bytes", help: "Bytes that spooled uploads take at this moment.")
  package let spoolLimit = NumberFamily(.gauge, "imprimatur_spool_limit_bytes", help: "The limit spool_total of the configuration.")
  package let memoryBytes = NumberFamily(
    .gauge, "imprimatur_memory_bytes",
    help: "Buffered bytes of requests and answers that are not in files: heads, forms, bodies, uploads in memory.")
  package let memoryLimit = NumberFamily(.gauge, "imprimatur_memory_limit_bytes", help: "The limit memory_total of the configuration.")
  package let upstreamConnections = NumberFamily(
    .gauge, "imprimatur_upstream_connections", help: "Connections to registries that are open, idle ones among them.")
  package let stateAvailable = NumberFamily(.gauge, "imprimatur_state_available", help: "1 while the state store can be written.")
  package let auditWritable = NumberFamily(.gauge, "imprimatur_audit_writable", help: "1 while the audit log can be written.")
  package let linesDropped = NumberFamily(
    .gauge, "imprimatur_lines_dropped", help: "Lines of the log and the audit log that were lost since they could not be written.")
  package let reloads = NumberFamily(
    .counter, "imprimatur_config_reloads_total", labels: ["result"],
    help: "Configurations that were offered after the first one: loaded, rejected.")
  package let loadedAt = NumberFamily(
    .gauge, "imprimatur_config_loaded_timestamp_seconds", help: "When the configuration in force was loaded.")
  package let lastReloadSuccessful = NumberFamily(
    .gauge, "imprimatur_config_last_reload_successful", help: "0 while the last configuration that was offered is not in force, else 1.")
  package let lastReloadAt = NumberFamily(
    .gauge, "imprimatur_config_last_reload_timestamp_seconds", help: "When a configuration was offered last, whatever became of it.")
  package let stateOperation = DurationFamily(
    "imprimatur_state_operation_seconds", help: "Time for which requests waited for the state store, once for each question.")
  package let startedAt = NumberFamily(.gauge, "process_start_time_seconds", help: "When the process started.")
  package let descriptorLimit = NumberFamily(.gauge, "process_max_fds", help: "File descriptors that the process may open.")

  package enum ReloadResult: String, CaseIterable, Sendable { case loaded, rejected }
  package enum ListenerName: String, CaseIterable, Sendable { case server }
  package enum FreezeKind: String, CaseIterable, Sendable { case everything, registry, publisher }

  private let version: String

  package init(version: String) { self.version = version }

  // MARK: - Counting

  /// Counts what a record tells, once for each.
  package func count(_ record: AuditRecord, _ outcome: AuditOutcome) {
    let registry = MetricLabel(record.registry)
    let reason = MetricLabel(outcome.reason)
    if record.event != .read, let publisher = record.nearestPublisher ?? record.publisher {
      publisherResults.addIfBegun(1, MetricLabel(publisher), MetricLabel(outcome.name))
    }
    switch record.event {
    case .publish:
      publishes.add(1, registry, MetricLabel(record.ecosystem), MetricLabel(outcome.name), reason)
      if let duration = record.duration { publishDuration.observe(duration, registry, MetricLabel(outcome.name)) }
      if let size = record.bodySize { uploadBytes.add(size, registry) }
      if let status = record.upstreamStatus { upstreamAnswers.add(1, registry, MetricLabel(StatusClass(status: status))) }
      if let duration = record.upstreamDuration { upstreamDuration.observe(duration, registry) }
    case .exchange: exchanges.add(1, registry, MetricLabel(outcome.name), reason)
    case .revoke: revocations.add(1, registry, MetricLabel(outcome.name), reason)
    case .read: grantedReads.add(1, registry, MetricLabel(outcome.name), reason)
    case .forget, .freeze, .unfreeze: break
    }
  }

  package func countRead(_ registry: RegistryName, status: Int) {
    reads.add(1, MetricLabel(registry), MetricLabel(StatusClass(status: status)))
  }

  /// A configuration was offered, and this became of it.
  package func count(_ reload: ReloadResult, at time: UnixTime) {
    reloads.add(1, MetricLabel(reload))
    lastReloadSuccessful.set(reload == .loaded ? 1 : 0)
    lastReloadAt.set(time.seconds)
  }

  // MARK: - Text

  /// The text format of Prometheus, version 0.0.4.
  package func exposition() -> [UInt8] {
    var text = MetricsText()
    text.begin("imprimatur_build_info", "gauge", "1, with the version as label.")
    text.info("imprimatur_build_info", "version", version)
    let numbers = [
      publishes, uploadBytes, exchanges, revocations, reads, grantedReads, upstreamAnswers, keyRefreshes, keysRefreshedAt, keysValidUntil,
      unaccountedClaims, publisherResults, publisherExpires, registryUp, registryCredentialAccepted, frozen, tlsNotAfter, connections,
      connectionsLimit, spoolBytes, spoolLimit, memoryBytes, memoryLimit, upstreamConnections, stateAvailable, auditWritable, linesDropped,
      reloads, loadedAt, lastReloadSuccessful, lastReloadAt, startedAt, descriptorLimit,
    ]
    for family in numbers { family.write(to: &text) }
    for family in [publishDuration, upstreamDuration, stateOperation] { family.write(to: &text) }
    ProcessUsage.now().write(to: &text)
    return text.finish()
  }
}
