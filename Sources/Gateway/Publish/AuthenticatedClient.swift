import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

/// Which credential authenticated the client.
enum AuthenticatedClient {
  /// A token that the policy knows.
  case principal(AuthenticatedPrincipal)
  /// The client's own, which only the registry knows.
  case legacy(PassthroughCredential)

  /// Whether the credential that goes upstream is ours.
  var isOurs: Bool {
    switch self {
    case .principal: true
    case .legacy: false
    }
  }
}
