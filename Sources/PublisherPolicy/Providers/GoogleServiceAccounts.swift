package import StrictParsers
package import TokenVerification

/// Google Cloud's service accounts (cloud.google.com, "Verify the identity of an instance"; developers.google.com, "OpenID Connect").
package struct GoogleServiceAccounts: CIProvider {
  package let id = "google"
  package let publicIssuer: ExactString? = "https://accounts.google.com"
  package let publicKeys: ExactString? = "https://www.googleapis.com/oauth2/v3/certs"
  package let tokenForm = TokenForm(hasID: false)
  package let claims = ClaimTable(
    required: ["email", "sub"], optional: ["azp", "hd"], judged: ["email_verified"], ignored: ["at_hash", "google", "jti"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("email", "email")
  package let identifying: [[ExactString]] = [["email"], ["sub"]]
  package let immutableIDs: [ExactString] = ["sub"]
  package let standingConditions = [Condition(of: "email_verified", .literal(.bool(true)))]

  package func fault(ofIssuer url: ExactString) -> String? { url == publicIssuer ? nil : "must be https://accounts.google.com" }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "sub": value.isNumber ? nil : "must be the account's number, its unique id: a pattern would pin nothing"
    case "email":
      isAccount(value) ? nil : "must be the address of a service account, of which only what stands before the @ may be a pattern"
    default: nil
    }
  }

  private func isAccount(_ value: ExactString) -> Bool {
    let parts = value.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let domain = ExactString(utf8: parts[1]) else { return false }
    return !domain.has("*") && domain.ends(with: ".gserviceaccount.com")
  }

  /// A service account says nothing of a run.
  package func provenance(of identity: PublisherIdentity) -> Provenance {
    Provenance(repository: identity.claim("email"), reference: nil, revision: nil, pipeline: nil, runID: nil, runURL: nil)
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [("email", provenance.repository)]
  }
}
