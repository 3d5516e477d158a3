package import Logging

/// The messages of the log. They are constants; what varies goes into the metadata.
package enum LogEvent: String, CaseIterable, Sendable {
  case serverStarted = "server.started"
  /// The process may open fewer files than the configured connections need.
  case connectionsLimited = "server.connections-limited"
  /// It does not run, and says why on standard error.
  case serverFailed = "server.failed"
  /// The system does not let this process forbid core files, and reading its memory.
  case serverExposed = "server.exposed"
  case serverDraining = "server.draining"
  case serverStopped = "server.stopped"
  case configurationLoaded = "config.loaded"
  case configurationRejected = "config.rejected"
  case credentialRotated = "credential.rotated"
  /// A registry does not take the service credential any more.
  case credentialRefused = "credential.refused"
  /// A registry takes the service credential again.
  case credentialAccepted = "credential.accepted"
  case gatewayInterrupted = "gateway.interrupted"
  case keysRefreshed = "keys.refreshed"
  case keysRefreshFailed = "keys.refresh-failed"
  case keysSkipped = "keys.skipped"
  /// Once for each issuer and claim.
  case tokenUnaccountedClaim = "token.unaccounted-claim"
  case publisherActivated = "publisher.activated"
  case publisherIdentityChanged = "publisher.identity-changed"
  /// The ids are those that were learnt, the name is not.
  case publisherRenamed = "publisher.renamed"
  case stateUnavailable = "state.unavailable"
  case stateAvailable = "state.available"
  case auditUnavailable = "audit.unavailable"
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
