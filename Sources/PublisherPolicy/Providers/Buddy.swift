package import StrictParsers
package import TokenVerification

/// Buddy (buddy.works), whose claims are documented by what it told Sigstore (github.com/sigstore/fulcio, docs/oidc.md).
package struct Buddy: CIProvider {
  private static let issuers: [ExactString] = [
    "https://oidc.buddyusercontent.com", "https://eu-oidc.buddyusercontent.com", "https://asia-oidc.buddyusercontent.com",
  ]
  private static let sites: [ExactString] = ["https://app.buddy.works", "https://eu.buddy.works", "https://asia.buddy.works"]

  package let id = "buddy"
  package let publicIssuer: ExactString? = nil
  package let tokenForm = TokenForm(hasID: false)
  package let claims = ClaimTable(
    required: ["pipeline_id"],
    optional: [
      "action_id", "base_url", "execution_id", "pipeline_name", "project_name", "ref", "revision", "runner_environment", "sub",
      "triggered_on",
      "workspace_domain",
    ],
    ignored: ["action_name", "jti", "project_display_name", "workspace_display_name"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("pipeline_id", "pipeline_id")
  package let identifying: [[ExactString]] = [["pipeline_id"]]
  package let immutableIDs: [ExactString] = ["pipeline_id"]
  package let advice = [Advice(keys: ["ref"], otherwise: "any branch may publish that the pipeline runs for")]

  package func fault(ofIssuer url: ExactString) -> String? {
    Self.issuers.contains(url) ? nil : "must be one of \(Self.issuers.map(\.text).joined(separator: ", "))"
  }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "pipeline_id": value.isNumber ? nil : "must be a number: a pattern would pin nothing"
    default: nil
    }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let workspace = identity.claim("workspace_domain")
    let project = identity.claim("project_name")
    let pipeline = identity.claim("pipeline_id")
    let execution = identity.claim("execution_id")
    let site = identity.claim("base_url").flatMap { Self.sites.contains($0) ? $0 : nil }
    return Provenance(
      repository: workspace.flatMap { workspace in project.map { ExactString("\(workspace)/\($0)") } }, reference: identity.claim("ref"),
      revision: identity.claim("revision"), pipeline: pipeline, runID: execution,
      runURL: site.flatMap { WebPage.url(below: $0, [workspace, project, "pipelines/pipeline", pipeline, "execution", execution]) })
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [
      ("workspace_domain", provenance.parts.scope), ("project_name", provenance.parts.name), ("ref", provenance.reference),
      ("revision", provenance.revision), ("pipeline_id", provenance.pipeline), ("execution_id", provenance.runID),
    ]
  }
}
