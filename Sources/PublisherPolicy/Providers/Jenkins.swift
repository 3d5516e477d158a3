package import StrictParsers
package import TokenVerification

/// Jenkins with its plug-in oidc-provider (plugins.jenkins.io/oidc-provider). All claims but `sub` are templates of its administrators.
package struct Jenkins: CIProvider {
  package let id = "jenkins"
  package let publicIssuer: ExactString? = nil
  /// A string until the plug-in's releases of April 2026, and a list since.
  package let tokenForm = TokenForm(hasID: false, audience: .stringOrListOfOne)
  package let claims = ClaimTable(required: ["sub"], optional: ["build_number"], ignored: ["jti"], isOpen: true)
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("job", "sub")
  package let identifying: [[ExactString]] = [["job"], ["sub"]]
  package let immutableIDs: [ExactString] = []
  package let specialConditions: [ExactString] = ["job"]
  /// The jobs that a multibranch project makes of pull requests.
  package let untrustedTriggers = [UntrustedTrigger("sub", ["**/job/PR-*/"])]

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "job", "sub":
      IssuerAddress(value)?.path.last == "" ? nil : "must be the job's URL, with a slash at its end"
    default: nil
    }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let job = identity.claim("sub")
    let build = identity.claim("build_number")
    return Provenance(
      repository: job, reference: nil, revision: nil, pipeline: job, runID: build, runURL: page(identity.issuerURL, job, build))
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [("sub", provenance.repository), ("build_number", provenance.runID)]
  }

  /// Below the server that the issuer's URL names, and nowhere else.
  private func page(_ issuer: ExactString, _ job: ExactString?, _ build: ExactString?) -> ExactString? {
    guard let site = IssuerAddress(issuer)?.origin, let path = job?.after("\(site)/")?.before("/"), build?.isNumber ?? false else {
      return nil
    }
    return WebPage.url(below: site, [path, build]).map { ExactString("\($0)/") }
  }
}
