/// What a request wants of its registry, from its head alone.
package enum Route: Sendable {
  /// A GET or HEAD that the registry answers.
  case read(ReadRoute)
  /// A request that the gateway answers by itself.
  case local(LocalRoute)
  /// An exchange of an OIDC token for an upload token, or the end of an upload token.
  case token(any TokenEndpoint)
  /// An upload.
  case publish(PublishRoute)
}
