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

  /// Whether the last attempt to reach a registry, of those that show it, was answered.
  package enum RegistryState: String, CaseIterable, Sendable { case answering, failing, unused }

  /// Over the configuration in force; `nil` if there is none yet.
  package var configuration: SHA256Digest?
  package var isListening: Bool
  /// Whether the state store has just answered.
  package var isStateAvailable: Bool
  package var isAuditWritable: Bool
  /// False while publishes are refused since the audit log can't be written.
  package var mayBeRecorded: Bool
  package var issuers: [(name: IssuerName, state: KeyState)]
  package var registries: [(name: RegistryName, state: RegistryState)]
  /// Whether each registry took the service credential when it was shown last.
  package var credentials: [(name: RegistryName, isAccepted: Bool)]
  /// What operators have frozen, in words.
  package var frozen: [String]

  package init(
    configuration: SHA256Digest?, isListening: Bool, isStateAvailable: Bool, isAuditWritable: Bool, mayBeRecorded: Bool,
    issuers: [(name: IssuerName, state: KeyState)], registries: [(name: RegistryName, state: RegistryState)],
    credentials: [(name: RegistryName, isAccepted: Bool)], frozen: [String]
  ) {
    self.configuration = configuration
    self.isListening = isListening
    self.isStateAvailable = isStateAvailable
    self.isAuditWritable = isAuditWritable
    self.mayBeRecorded = mayBeRecorded
    self.issuers = issuers
    self.registries = registries
    self.credentials = credentials
    self.frozen = frozen
  }

  /// Issuers and registries do not count: what is wrong with them is not mended by taking this process out of service. Nor does a freeze, which holds
  /// for every gateway of the state.
  package var isReady: Bool { configuration != nil && isListening && isStateAvailable && mayBeRecorded }
}
