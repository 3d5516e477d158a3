package import StrictParsers
package import TokenVerification

/// Codefresh (codefresh.io/docs, "OpenID Connect pipelines"). Its `scm_ref` is a name that may be a branch's or a tag's.
package struct Codefresh: CIProvider {
  private static let site: ExactString = "https://g.codefresh.io"

  package let id = "codefresh"
  package let publicIssuer: ExactString? = "https://oidc.codefresh.io"
  package let tokenForm = TokenForm(hasID: false)
  package let claims = ClaimTable(
    required: ["account_id", "pipeline_id", "workflow_id"],
    optional: [
      "account_name", "initiator", "pipeline_name", "platform_url", "runner_environment", "scm_pull_request_target_branch", "scm_ref",
      "scm_repo_url", "sub",
    ],
    ignored: ["jti", "scm_user_name"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("pipeline_id", "pipeline_id")
  package let identifying: [[ExactString]] = [["pipeline_id"], ["account_id"]]
  package let immutableIDs: [ExactString] = ["pipeline_id", "account_id"]
  /// Only a pull request has the claim.
  package let untrustedTriggers = [UntrustedTrigger("scm_pull_request_target_branch", ["**"])]
  package let advice = [
    Advice(keys: ["pipeline_id"], otherwise: "any pipeline of the account may publish"),
    Advice(keys: ["scm_ref"], otherwise: "any branch may publish that the pipeline runs for"),
  ]

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "account_id", "pipeline_id": value.isID ? nil : "must be an id: a pattern would pin nothing"
    default: nil
    }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let workflow = identity.claim("workflow_id")
    let isPublic = identity.issuerURL == publicIssuer && (identity.claim("platform_url") ?? Self.site) == Self.site
    return Provenance(
      repository: identity.claim("scm_repo_url") ?? identity.claim("pipeline_id"), reference: identity.claim("scm_ref"), revision: nil,
      pipeline: identity.claim("pipeline_name"), runID: workflow,
      runURL: isPublic ? WebPage.url(below: Self.site, ["build", workflow]) : nil)
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [
      ("pipeline_id", provenance.repository(where: \.isID)), ("scm_repo_url", provenance.repository { !$0.isID }),
      ("scm_ref", provenance.reference), ("pipeline_name", provenance.pipeline), ("workflow_id", provenance.runID),
    ]
  }
}
