import Configuration
import Digests
import PublisherPolicy
import RegistryProtocols
import StrictParsers
import TokenVerification

/// One complete, checked configuration with all that is built from it: frozen, and replaced as a whole.
final class ConfigurationSnapshot: Sendable {
  let settings: Settings
  let policy: Policy
  let verifier: TokenVerifier
  /// By their URL, which is exactly the token's `iss`.
  let issuers: [ExactString: Issuer]
  let registries: [Registry]
  let tls: ListenerTLS?
  /// Whom tokens speak for by this configuration.
  let identities = IdentifiedTokens()

  init(
    settings: Settings, policy: Policy, verifier: TokenVerifier, issuers: [ExactString: Issuer], registries: [Registry], tls: ListenerTLS?
  ) {
    self.settings = settings
    self.policy = policy
    self.verifier = verifier
    self.issuers = issuers
    self.registries = registries
    self.tls = tls
  }

  /// The registries that a host name serves.
  func registries(on host: ExactString) -> [Registry] { registries.filter { $0.settings.host == nil || $0.settings.host == host } }
}

/// An issuer of the configuration and its keys.
final class Issuer: Sendable {
  let settings: IssuerSettings
  let keys: IssuerKeys

  init(settings: IssuerSettings, keys: IssuerKeys) {
    self.settings = settings
    self.keys = keys
  }

  var name: IssuerName { settings.name }
}
