/// How often one OIDC token may be exchanged for an upload token.
package enum ExchangeRule: Hashable, Sendable {
  case oncePerToken
  /// Once for each package: a job that publishes several packages exchanges its one token for each.
  case oncePerPackage
  /// As often as its client asks: each exchange gives the same credential another upload token, with the same bindings.
  case repeatable
}
