import Observability
import PublisherPolicy
import StateStore
import StrictParsers
import TokenVerification

/// What a publish asks of the gateway at the moment of a decision.
protocol PublishWorld {
  /// The configuration in force.
  var configuration: ConfigurationSnapshot { get }

  func now() -> UnixTime
  var clock: @Sendable () -> Timestamp { get }

  /// What of an upload is frozen.
  func freeze(of registry: RegistryName, _ publisher: PublisherID?) -> Freeze?

  /// Whether the registry took these bytes before.
  func hasTaken(_ file: SentFile) -> Bool

  /// Whether a record can be written.
  var canRecord: Bool { get }

  /// Takes note of claims that an issuer sends and its provider's table does not know.
  func noteUnaccountedClaims(_ names: [ExactString], of issuer: IssuerName)
}

extension GatewayServices: PublishWorld {
  var canRecord: Bool { audit.ensureWritable() }

  func hasTaken(_ file: SentFile) -> Bool { takenUploads.contains(file) }
}
