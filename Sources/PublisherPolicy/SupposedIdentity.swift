package import StrictParsers
import TokenVerification

/// Whom claims would speak for if they were a genuine token's: it can be judged, but no Grant ever comes of it.
package struct SupposedIdentity: Sendable {
  let identity: PublisherIdentity
  /// Whether a claim that is not there is absent. Of a record it is unknown.
  let isWhole: Bool
  /// A claim that every token of the provider has, and this one has not.
  package let missing: ExactString?

  package var issuerURL: ExactString { identity.issuerURL }
}

extension Policy {
  /// Nil for an issuer that is not configured.
  package func suppose(_ claims: JSONObject, issuer: IssuerName, url: ExactString, audience: ExactString) -> SupposedIdentity? {
    let id = TokenID(issuer: url, value: .jti(""))
    guard let identity = identity(of: claims, issuer: issuer, url: url, audience: audience, id: id, expiry: .latest) else { return nil }
    return SupposedIdentity(identity: identity, isWhole: true, missing: missingClaim(of: identity))
  }

  /// Whom a record of an upload speaks of. Nil for an issuer that is not configured.
  package func suppose(_ provenance: Provenance, issuer: IssuerName, url: ExactString) -> SupposedIdentity? {
    guard let provider = providers[issuer] else { return nil }
    let claims = JSONObject(provider.claims(of: provenance).map { .init($0.name, .string($0.value)) })
    let identity = PublisherIdentity(
      issuer: issuer, issuerURL: url, audience: "", claims: claims, token: TokenID(issuer: url, value: .jti("")), expiry: .latest)
    return SupposedIdentity(identity: identity, isWhole: false, missing: nil)
  }

  package func learns(from supposed: SupposedIdentity) -> Bool { learns(from: supposed.identity) }

  package func recognisable(_ supposed: SupposedIdentity) -> (repository: ExactString, ids: ImmutableIDs)? {
    recognisable(supposed.identity)
  }
}

extension CIProvider {
  /// The repository's, where it alone can be what the record calls the repository.
  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString)] {
    let (condition, claim) = repositoryKey
    guard let repository = provenance.repository, fault(of: repository, for: condition) == nil else { return [] }
    let alone = PublisherIdentity(
      issuer: IssuerName(id), issuerURL: "", audience: "", claims: JSONObject([.init(claim, .string(repository))]),
      token: TokenID(issuer: "", value: .jti("")), expiry: .latest)
    return self.provenance(of: alone).repository == repository ? [(claim, repository)] : []
  }
}

extension Provenance {
  /// What a record of an upload holds of it.
  package static func recorded(
    repository: ExactString?, reference: ExactString?, revision: ExactString?, pipeline: ExactString?, runID: ExactString?
  ) -> Provenance {
    Provenance(repository: repository, reference: reference, revision: revision, pipeline: pipeline, runID: runID, runURL: nil)
  }

  /// Of what a reference is, as both GitHub and GitLab call it; nil where it is neither.
  var referenceType: ExactString? {
    guard let reference else { return nil }
    if reference.utf8.starts(with: "refs/tags/".utf8) { return "tag" }
    return reference.utf8.starts(with: "refs/heads/".utf8) ? "branch" : nil
  }
}
