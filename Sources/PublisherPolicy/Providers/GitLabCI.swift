package import StrictParsers

/// GitLab CI/CD (docs.gitlab.com, "ID token payload").
package struct GitLabCI: CIProvider {
  package let id = "gitlab"
  package let publicIssuer: ExactString? = "https://gitlab.com"
  package let claims = ClaimTable(
    required: ["jti", "project_path", "project_id", "namespace_id", "ci_config_ref_uri", "ref_path", "sha", "pipeline_source"],
    optional: [
      "ci_config_sha", "deployment_tier", "environment", "environment_action", "environment_protected", "job_id", "job_namespace_id",
      "job_namespace_path", "job_project_id", "job_project_path", "job_source", "namespace_path", "pipeline_id", "project_visibility",
      "ref",
      "ref_protected", "ref_type", "runner_environment", "runner_id", "sub", "user_id",
    ],
    ignored: ["groups_direct", "job_config", "target_audience", "user_access_level", "user_email", "user_identities", "user_login"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("project", "project_path")
  package let labels: Set<ExactString> = ["project_path", "namespace_path"]
  package let identifying: [[ExactString]] = [["project"], ["project_path"], ["project_id"], ["namespace_id"]]
  package let immutableIDs: [ExactString] = ["project_id", "namespace_id"]
  package let specialConditions: [ExactString] = ["project", "workflow", "tag"]
  package let caseIgnored: Set<ExactString> = ["project", "project_path"]
  /// A merge request may be a fork's, whose commits run then.
  package let untrustedTriggers = [UntrustedTrigger("pipeline_source", ["merge_request_event", "external_pull_request_event"])]
  /// A project that runs a fork's merge request gets tokens of the fork.
  package let standingConditions = [
    Condition(of: "job_project_id", .agrees(with: "project_id"))
  ]
  package let advice = [
    Advice(keys: ["project", "project_path", "project_id"], otherwise: "any project of the group may publish"),
    Advice(
      keys: ["environment", "environment_protected", "tag", "ref", "ref_path", "ref_protected"],
      otherwise: "any branch and any environment of the project may publish"),
  ]

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "project", "project_path": value.segments >= 2 && value.isPathPattern ? value.faultOfRepository : "must be GROUP/PROJECT"
    case "ref_path": value.faultOfReference
    case "ref":
      value.after("refs/heads/") == nil && value.after("refs/tags/") == nil
        ? nil : "must be the name of a branch or a tag alone; ref_path is the whole reference"
    case "project_id", "namespace_id": value.isNumber ? nil : "must be a number: a pattern would pin nothing"
    case "workflow":
      value.isEmpty || value.has("@") || value.after("/") != nil || value.before("/") != nil
        ? "must be the path of the pipeline's file" : nil
    default: nil
    }
  }

  package func workflowReferences(_ file: ExactString, in identity: PublisherIdentity) -> WorkflowReferences? {
    guard let project = identity.claim("project_path"), let reference = identity.claim("ref_path"), let revision = identity.claim("sha"),
      !reference.isEmpty, !revision.isEmpty, let address = IssuerAddress(identity.issuerURL)
    else { return nil }
    let host = ([address.host] + address.path).map(\.text).joined(separator: "/")
    let place: [ExactString] = [ExactString(host), "/", project, "//", file, "@"]
    return WorkflowReferences(claim: "ci_config_ref_uri", allowed: [reference, revision].map { place + [$0] }, jobClaim: nil)
  }

  package func tagReference(of identity: PublisherIdentity) -> ExactString? {
    identity.claim("ref_type") == "tag" ? identity.claim("ref_path") : nil
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let project = identity.claim("project_path")
    let run = identity.claim("pipeline_id")
    return Provenance(
      repository: project, reference: identity.claim("ref_path"), revision: identity.claim("sha"),
      pipeline: identity.claim("ci_config_ref_uri"),
      runID: run, runURL: run?.isNumber ?? false ? WebPage.url(below: identity.issuerURL, [project, "-/pipelines", run]) : nil)
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [
      ("project_path", provenance.repository), ("ref_path", provenance.reference), ("ref_type", provenance.referenceType),
      ("sha", provenance.revision), ("ci_config_ref_uri", provenance.pipeline), ("pipeline_id", provenance.runID),
    ]
  }
}
