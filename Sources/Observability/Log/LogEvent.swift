package import Logging

/// The messages of the log. They are constants; what varies goes into the metadata. The documents have the comments of the cases.
package enum LogEvent: String, CaseIterable, Sendable {
  /// Both listeners accept; with their addresses and the configuration's digest.
  case serverStarted = "server.started"
  /// The process may open too few files for `server.limits.connections`, which is lowered.
  case connectionsLimited = "server.connections-limited"
  /// The gateway doesn't run, and why (on standard error).
  case serverFailed = "server.failed"
  /// The system doesn't let the process forbid core files and the reading of its memory (on standard error).
  case serverExposed = "server.exposed"
  /// The gateway was told to stop, and finishes what runs.
  case serverDraining = "server.draining"
  /// The gateway has finished what ran.
  case serverStopped = "server.stopped"
  /// A new configuration is in force; with what changed.
  case configurationLoaded = "config.loaded"
  /// A configuration is wrong, and why. The old one stays in force.
  case configurationRejected = "config.rejected"
  /// Another service credential was read.
  case credentialRotated = "credential.rotated"
  /// A registry doesn't accept the service credential any more.
  case credentialRefused = "credential.refused"
  /// A registry accepts the service credential again.
  case credentialAccepted = "credential.accepted"
  /// An earlier process ended during uploads; with how many.
  case gatewayInterrupted = "gateway.interrupted"
  /// An issuer's keys were fetched; with their ids and the time of the next refresh.
  case keysRefreshed = "keys.refreshed"
  /// An issuer's keys couldn't be fetched, why, and until when older ones are trusted.
  case keysRefreshFailed = "keys.refresh-failed"
  /// The issuer publishes keys that can't be used.
  case keysSkipped = "keys.skipped"
  /// A claim that the provider's table doesn't know; once for each issuer and claim.
  case tokenUnaccountedClaim = "token.unaccounted-claim"
  /// A pending publisher learnt its ids; with the run.
  case publisherActivated = "publisher.activated"
  /// A repository that took over another one's name was refused.
  case publisherIdentityChanged = "publisher.identity-changed"
  /// A publisher's repository has another name now.
  case publisherRenamed = "publisher.renamed"
  /// The state can't be used, and why.
  case stateUnavailable = "state.unavailable"
  /// The state can be used again.
  case stateAvailable = "state.available"
  /// The audit log can't be written, and why.
  case auditUnavailable = "audit.unavailable"
  /// The audit log can be written again.
  case auditAvailable = "audit.available"

  package var level: Logger.Level {
    switch self {
    case .serverStarted, .serverDraining, .serverStopped, .configurationLoaded, .credentialRotated, .credentialAccepted,
      .publisherActivated, .publisherRenamed,
      .stateAvailable,
      .auditAvailable:
      .notice
    case .keysRefreshed: .info
    case .connectionsLimited, .serverExposed, .gatewayInterrupted, .keysRefreshFailed, .keysSkipped, .tokenUnaccountedClaim,
      .publisherIdentityChanged:
      .warning
    case .serverFailed, .configurationRejected, .credentialRefused, .stateUnavailable, .auditUnavailable: .error
    }
  }
}

extension Logger {
  /// One line of an event, at its level.
  package func log(_ event: LogEvent, _ metadata: Logger.Metadata = [:]) {
    log(level: event.level, "\(event.rawValue)", metadata: metadata)
  }
}
