/// How often an OIDC token may be exchanged for an upload token.
///
/// A token that was exchanged by one rule can't be exchanged by another.
package enum ExchangeRule: Hashable, Sendable {
  case oncePerToken
  /// Once for each package: a client exchanges one token for each of the packages of its repository.
  case oncePerPackage(PublishTarget.Package)
  /// Any number of times until the token's end, for upload tokens with the same bindings: a client asks several times with one credential.
  case repeatable
}
