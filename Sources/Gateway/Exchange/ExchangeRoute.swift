import RegistryProtocols
import StrictParsers

/// The exchange's own paths. They stand at the root of a host, since clients drop the path of the URL that they upload to.
enum ExchangeRoute: Hashable {
  case audience
  case mint
  case burn

  /// `nil` if the path is no exchange's.
  init?(_ path: RequestPath, _ method: HTTPMethod) throws(RouteRefusal) {
    let (route, expected): (ExchangeRoute, HTTPMethod)
    switch ExactString(utf8: path.bytes) {
    case "/_/oidc/audience": (route, expected) = (.audience, .get)
    // The second is the first's name of old, which some clients still use.
    case "/_/oidc/mint-token", "/_/oidc/github/mint-token": (route, expected) = (.mint, .post)
    case "/_/oidc/burn-token": (route, expected) = (.burn, .post)
    default: return nil
    }
    guard method == expected else { throw .methodNotAllowed }
    self = route
  }
}
