package import StrictParsers
package import TokenVerification

/// Who a verified token speaks for, in the claims that its provider's table lets a publisher constrain or a record show.
package struct PublisherIdentity: Hashable, Sendable {
  package let issuer: IssuerName
  /// The verified `iss`.
  package let issuerURL: ExactString
  /// The claims of the provider's table that are kept; no other claim of the token is.
  package let claims: JSONObject
  package let token: TokenID
  /// When the token expires; an upload token made from it has an expiry of its own.
  package let expiry: UnixTime

  init(issuer: IssuerName, issuerURL: ExactString, claims: JSONObject, token: TokenID, expiry: UnixTime) {
    self.issuer = issuer
    self.issuerURL = issuerURL
    self.claims = claims
    self.token = token
    self.expiry = expiry
  }
}
