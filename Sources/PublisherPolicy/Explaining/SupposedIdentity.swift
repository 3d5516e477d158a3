package import StrictParsers
import TokenVerification

/// Whom claims would speak for if they were a genuine token's: it can be judged, but no Grant ever comes of it.
package struct SupposedIdentity: Sendable {
  let identity: PublisherIdentity
  /// Whether a claim that is not there is absent. Of a record without the claims it is unknown.
  package let isWhole: Bool
  /// A claim that every token of the provider has, and this one has not.
  package let missing: ExactString?

  package var issuerURL: ExactString { identity.issuerURL }
}

extension Policy {
  /// `nil` for an issuer that is not configured.
  package func suppose(_ claims: JSONObject, issuer: IssuerName, url: ExactString, audience: ExactString) -> SupposedIdentity? {
    let id = TokenID(issuer: url, value: .jti(""))
    guard let identity = identity(of: claims, issuer: issuer, url: url, audience: audience, id: id, expiry: .latest) else { return nil }
    return SupposedIdentity(identity: identity, isWhole: true, missing: missingClaim(of: identity))
  }

  /// Whom a record of an upload speaks of. `nil` for an issuer that is not configured.
  package func suppose(_ provenance: Provenance, issuer: IssuerName, url: ExactString) -> SupposedIdentity? {
    guard let provider = providers[issuer] else { return nil }
    let claims = JSONObject(
      provider.claims(of: provenance).compactMap { name, value in value.map { JSONObject.Member(name, .string($0)) } })
    let identity = PublisherIdentity(
      issuer: issuer, issuerURL: url, audience: "", claims: claims, token: TokenID(issuer: url, value: .jti("")), expiry: .latest)
    return SupposedIdentity(identity: identity, isWhole: false, missing: nil)
  }

  /// The same, of a record that holds the claims which conditions compared then.
  ///
  /// - Parameters:
  ///   - id: The token's `jti`, if it had one.
  ///   - isSameConfiguration: Whether conditions compare no other claims now. Of an issuer whose claims people make up, no others were recorded.
  package func suppose(
    recorded claims: JSONObject, id: ExactString?, issuer: IssuerName, url: ExactString, isSameConfiguration: Bool
  ) -> SupposedIdentity? {
    guard let provider = providers[issuer] else { return nil }
    let kept = claims.members.filter { $0.name != "aud" } + (id.map { [.init("jti", .string($0))] } ?? [])
    let identity = PublisherIdentity(
      issuer: issuer, issuerURL: url, audience: claims["aud"]?.string ?? "", claims: JSONObject(kept),
      token: TokenID(issuer: url, value: .jti(id ?? "")), expiry: .latest)
    let isWhole = !provider.claims.isOpen || isSameConfiguration
    return SupposedIdentity(identity: identity, isWhole: isWhole, missing: isWhole ? missingClaim(of: identity) : nil)
  }

  package func pinsOnFirstUse(from supposed: SupposedIdentity) -> Bool { pinsOnFirstUse(from: supposed.identity) }

  package func recognisable(_ supposed: SupposedIdentity) -> (repository: ExactString, ids: ImmutableIDs)? {
    recognisable(supposed.identity)
  }
}

extension Provenance {
  /// What a record of an upload holds of it.
  package static func recorded(
    repository: ExactString?, reference: ExactString?, revision: ExactString?, pipeline: ExactString?, runID: ExactString?
  ) -> Provenance {
    Provenance(repository: repository, reference: reference, revision: revision, pipeline: pipeline, runID: runID, runURL: nil)
  }

  /// The repository, where it is spelled as an id.
  func repository(where isID: (ExactString) -> Bool) -> ExactString? { repository.flatMap { isID($0) ? $0 : nil } }

  /// The repository's two parts, where it is spelled by two; neither where it is not.
  var parts: (scope: ExactString?, name: ExactString?) {
    let parts = repository?.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) ?? []
    return parts.count == 2 ? (ExactString(utf8: parts[0]), ExactString(utf8: parts[1])) : (nil, nil)
  }

  /// The claims of GitHub Actions, and of those that send the same.
  var actionsClaims: [(name: ExactString, value: ExactString?)] {
    [
      ("repository", repository), ("ref", reference), ("ref_type", referenceType), ("sha", revision), ("workflow_ref", pipeline),
      ("run_id", runID),
    ]
  }

  /// Of what a reference is, as both GitHub and GitLab call it; `nil` if it is neither.
  var referenceType: ExactString? {
    guard let reference else { return nil }
    if reference.utf8.starts(with: "refs/tags/".utf8) { return "tag" }
    return reference.utf8.starts(with: "refs/heads/".utf8) ? "branch" : nil
  }
}
