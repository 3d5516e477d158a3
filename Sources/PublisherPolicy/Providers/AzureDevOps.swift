package import StrictParsers

/// Azure Pipelines' own tokens (those of `SYSTEM_OIDCREQUESTURI`). Microsoft documents none of their claims: these are those that are seen.
///
/// A token of a service connection says nothing of its pipeline but in `sub`: it is for the provider generic.
package struct AzureDevOps: CIProvider {
  package let id = "azure-devops"
  package let publicIssuer: ExactString? = nil
  package let claims = ClaimTable(
    required: ["def_id", "jti", "org_id", "prj_id", "rpo_ref"], optional: ["rpo_id", "rpo_uri", "rpo_ver", "run_id", "sub"], ignored: [])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("prj_id", "prj_id")
  package let identifying: [[ExactString]] = [["prj_id"]]
  package let immutableIDs: [ExactString] = ["prj_id"]
  package let specialConditions: [ExactString] = ["tag"]
  /// The references of pull requests.
  package let untrustedTriggers = [UntrustedTrigger("rpo_ref", ["refs/pull/**"])]
  package let advice = [
    Advice(keys: ["def_id"], otherwise: "any pipeline of the project may publish"),
    Advice(keys: ["tag", "rpo_ref"], otherwise: "any branch of the project may publish"),
  ]

  package func fault(ofIssuer url: ExactString) -> String? {
    url.after("https://vstoken.dev.azure.com/")?.isUUID ?? false
      ? nil : "must be https://vstoken.dev.azure.com/ and the organisation's id"
  }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "org_id", "prj_id": value.isUUID ? nil : "must be a UUID: a pattern would pin nothing"
    case "rpo_ref": value.faultOfReference
    default: nil
    }
  }

  package func tagReference(of identity: PublisherIdentity) -> ExactString? {
    identity.claim("rpo_ref").flatMap { $0.after("refs/tags/") == nil ? nil : $0 }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let run = identity.claim("run_id")
    return Provenance(
      repository: identity.claim("rpo_uri") ?? identity.claim("prj_id"), reference: identity.claim("rpo_ref"),
      revision: identity.claim("rpo_ver"), pipeline: identity.claim("sub"), runID: run, runURL: page(identity.claim("sub"), run))
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [
      ("prj_id", provenance.repository(where: \.isUUID)), ("rpo_uri", provenance.repository { !$0.isUUID }),
      ("rpo_ref", provenance.reference), ("rpo_ver", provenance.revision), ("sub", provenance.pipeline), ("run_id", provenance.runID),
    ]
  }

  /// The subject is `p://ORGANISATION/PROJECT/PIPELINE`.
  private func page(_ subject: ExactString?, _ run: ExactString?) -> ExactString? {
    guard let run, run.isNumber, let names = subject?.after("p://"), names.segments == 3 else { return nil }
    let project = names.utf8.split(separator: UInt8(ascii: "/")).prefix(2).compactMap { ExactString(utf8: $0) }
    return WebPage.url(below: "https://dev.azure.com", project + ["_build", "results"]).map { ExactString("\($0)?buildId=\(run)") }
  }
}
