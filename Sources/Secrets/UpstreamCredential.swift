/// What the registry wants to be shown, and where its secret is read from.
package enum UpstreamCredential: Hashable, Sendable {
  case basic(username: String, password: SecretSource)
  case bearer(SecretSource)
  case header(name: String, value: SecretSource)
  /// The whole value of Authorization.
  case raw(SecretSource)
  case none

  package var secret: SecretSource? {
    switch self {
    case .basic(_, let secret), .bearer(let secret), .header(_, let secret), .raw(let secret): secret
    case .none: nil
    }
  }
}
