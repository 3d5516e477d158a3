package import StrictParsers
package import TokenVerification

/// A request by which a client gets an upload token, or ends one, as its ecosystem speaks.
package protocol TokenEndpoint: Sendable {
  var purpose: TokenPurpose { get }

  /// The largest body, in bytes; 0 if the token stands in the head.
  var bodyLimit: Int { get }

  /// What the client sends.
  func request(_ request: RoutedRequest, body: [UInt8]) throws(CredentialRefusal) -> TokenRequest

  /// The one answer that holds an upload token.
  func issued(_ token: IssuedToken) -> LocalResponse

  /// The answer to the end of an upload token, whatever became of it.
  func revoked() -> LocalResponse

  func refused(_ refusal: ClientRefusal) -> LocalResponse
}

package enum TokenPurpose: Hashable, Sendable {
  case issue(ExchangeFrequency)
  case revoke
}

/// How often one OIDC token may be exchanged at an endpoint.
package enum ExchangeFrequency: Hashable, Sendable {
  case oncePerToken
  /// Once for each package, which each request must name.
  case oncePerPackage
  /// As often as the client asks: its upload tokens share their bindings.
  case repeatable
}

/// What a client sends to a token endpoint.
package struct TokenRequest: Sendable {
  /// The OIDC token to exchange, or the upload token to end, as it was sent.
  package let token: [UInt8]
  /// The one package that the upload token is to be for, as it was written; `nil` if it is for all that the publisher may publish.
  package let package: ExactString?

  package init(token: [UInt8], package: ExactString? = nil) {
    self.token = token
    self.package = package
  }
}

/// An upload token that was made for a client.
package struct IssuedToken: Sendable {
  package let token: UploadToken
  package let expiry: UnixTime

  package init(_ token: UploadToken, expiry: UnixTime) {
    self.token = token
    self.expiry = expiry
  }
}
