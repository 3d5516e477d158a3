package import StrictParsers

/// Semaphore (docs.semaphore.io, "OpenID Connect"). An organisation may leave claims out of its tokens; those that are required must stay.
package struct Semaphore: CIProvider {
  package let id = "semaphore"
  package let publicIssuer: ExactString? = nil
  /// `tag` is always empty, and the `branch` of a pull request is the one that it would be merged into.
  package let claims = ClaimTable(
    required: ["jti", "job_type", "org_id", "prj_id", "ref", "ref_type"],
    optional: ["job_id", "org", "ppl_id", "prj", "repo", "repo_slug", "sub", "sub127", "trg", "wf_id"],
    ignored: ["actor", "branch", "https://aws.amazon.com/tags", "pr", "pr_branch", "tag"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("prj_id", "prj_id")
  package let identifying: [[ExactString]] = [["prj_id"], ["org_id"]]
  package let immutableIDs: [ExactString] = ["prj_id", "org_id"]
  package let specialConditions: [ExactString] = ["tag"]
  /// Somebody who debugs a job types into it what he likes.
  package let untrustedTriggers = [
    UntrustedTrigger("ref_type", ["pull-request"]), UntrustedTrigger("job_type", ["debug_job", "project_debug_job", "debug_project_job"]),
  ]
  package let advice = [
    Advice(keys: ["prj_id"], otherwise: "any project of the organisation may publish"),
    Advice(keys: ["tag", "ref"], otherwise: "any branch of the project may publish"),
  ]

  package func fault(ofIssuer url: ExactString) -> String? {
    IssuerAddress(url)?.path == [] ? nil : "must be https://ORGANISATION.semaphoreci.com, without a path"
  }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "org_id", "prj_id": value.isUUID ? nil : "must be a UUID: a pattern would pin nothing"
    case "ref": value.faultOfReference
    default: nil
    }
  }

  package func tagReference(of identity: PublisherIdentity) -> ExactString? {
    identity.claim("ref_type") == "tag" ? identity.claim("ref") : nil
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let workflow = identity.claim("wf_id")
    let pipeline = identity.claim("ppl_id")
    let page = WebPage.url(below: identity.issuerURL, ["workflows", workflow])
    let query = pipeline.flatMap { $0.isUUID ? "?pipeline_id=\($0)" : nil } ?? ""
    return Provenance(
      repository: identity.claim("repo_slug") ?? identity.claim("prj_id"), reference: identity.claim("ref"), revision: nil,
      pipeline: pipeline, runID: workflow, runURL: page.map { ExactString("\($0)\(query)") })
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [
      ("prj_id", provenance.repository(where: \.isUUID)), ("repo_slug", provenance.repository { !$0.isUUID }),
      ("ref", provenance.reference), ("ppl_id", provenance.pipeline), ("wf_id", provenance.runID),
    ]
  }
}
