package import Digests
package import PublisherPolicy

/// What `/ready` tells of one moment.
package struct Readiness: Sendable {
  /// What is known of an issuer's keys.
  package enum KeyState: String, CaseIterable, Sendable {
    case fresh
    /// The last refresh failed; the keys from before are used.
    case stale
    /// There are none that may be used.
    case missing
    /// The first attempt to fetch them has not ended yet.
    case unused
  }

  /// How the last exchange with a registry ended.
  package enum RegistryState: String, CaseIterable, Sendable { case answering, failing, unused }

  /// Over the configuration in force; nil where there is none yet.
  package var configuration: SHA256Digest?
  package var isListening: Bool
  /// Whether the state store has just answered.
  package var isStateAvailable: Bool
  package var isAuditWritable: Bool
  package var issuers: [(name: IssuerName, state: KeyState)]
  package var registries: [(name: RegistryName, state: RegistryState)]
  /// Whether each registry took the service credential when it was shown last.
  package var credentials: [(name: RegistryName, isAccepted: Bool)]

  package init(
    configuration: SHA256Digest?, isListening: Bool, isStateAvailable: Bool, isAuditWritable: Bool,
    issuers: [(name: IssuerName, state: KeyState)], registries: [(name: RegistryName, state: RegistryState)],
    credentials: [(name: RegistryName, isAccepted: Bool)] = []
  ) {
    self.configuration = configuration
    self.isListening = isListening
    self.isStateAvailable = isStateAvailable
    self.isAuditWritable = isAuditWritable
    self.issuers = issuers
    self.registries = registries
    self.credentials = credentials
  }

  /// Issuers and registries do not count: what is wrong with them is not mended by taking this process out of service. Nor does the audit log,
  /// of which each publish says by itself that it is missing.
  package var isReady: Bool { configuration != nil && isListening && isStateAvailable }
}
