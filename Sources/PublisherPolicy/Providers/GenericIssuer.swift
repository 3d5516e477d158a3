package import StrictParsers
package import TokenVerification

/// Any issuer of which the operator says which claims together identify whom its tokens speak for.
package struct GenericIssuer: CIProvider {
  package let id = ProviderCatalog.generic
  package let publicIssuer: ExactString? = nil
  /// RFC 7519, section 4.1.3, lets an issuer choose.
  package let tokenForm = TokenForm(hasID: false, audience: .stringOrListOfOne)
  package let claims: ClaimTable
  package let repositoryKey: (condition: ExactString, claim: ExactString)
  package let identifying: [[ExactString]]
  package let immutableIDs: [ExactString] = []

  /// `nil` if the list is empty, so that nothing would identify.
  init?(identity: [ExactString]) {
    guard let first = identity.first else { return nil }
    claims = ClaimTable(required: identity, ignored: ["jti"], isOpen: true)
    repositoryKey = (first, first)
    identifying = [identity]
  }

  /// Claims that can't tell one publisher from another, or that are not the token's for long.
  package static let notIdentifying: Set<ExactString> = ["iss", "aud", "exp", "iat", "nbf", "jti"]

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    Provenance(
      repository: identity.claim(repositoryKey.claim), reference: nil, revision: nil, pipeline: nil, runID: nil, runURL: nil)
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [(repositoryKey.claim, provenance.repository)]
  }
}
