package import StrictParsers

/// GitLab CI/CD (docs.gitlab.com, "ID token payload").
package struct GitLabCI: CIProvider {
  package let id = "gitlab"
  package let publicIssuer: ExactString? = "https://gitlab.com"
  package let claims = ClaimTable(
    required: ["jti", "project_path", "project_id", "namespace_id", "ci_config_ref_uri", "ref_path", "sha"],
    optional: [
      "ci_config_sha", "deployment_tier", "environment", "environment_action", "environment_protected", "job_id", "job_namespace_id",
      "job_namespace_path", "job_project_id", "job_project_path", "namespace_path", "pipeline_id", "pipeline_source", "project_visibility",
      "ref",
      "ref_protected", "ref_type", "runner_environment", "runner_id", "sub", "user_id",
    ],
    ignored: ["groups_direct", "job_source", "job_config", "user_access_level", "user_email", "user_identities", "user_login"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("project", "project_path")
  package let identifying: Set<ExactString> = ["project", "project_path", "project_id", "namespace_id"]
  package let immutableIDs: [ExactString] = ["project_id", "namespace_id"]
  package let specialConditions: [ExactString] = ["project", "workflow", "tag"]
  package let caseIgnored: Set<ExactString> = ["project", "project_path"]

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "project", "project_path": value.segments >= 2 ? nil : "must be GROUP/PROJECT"
    case "project_id", "namespace_id": value.isNumber ? nil : "must be a number: a pattern would pin nothing"
    case "workflow":
      value.isEmpty || value.has("@") || value.utf8.first == UInt8(ascii: "/") ? "must be the path of the pipeline's file" : nil
    default: nil
    }
  }

  package func workflowReferences(_ file: ExactString, in identity: PublisherIdentity) -> WorkflowReferences? {
    guard let project = identity.claim("project_path"), let reference = identity.claim("ref_path"), let revision = identity.claim("sha"),
      !reference.isEmpty, !revision.isEmpty
    else { return nil }
    let host = identity.issuerURL.text.utf8.drop { $0 != UInt8(ascii: "/") }.dropFirst(2)
    let place = "\(String(decoding: host, as: UTF8.self))/\(project)//\(file)"
    return WorkflowReferences(
      claim: "ci_config_ref_uri", allowed: [reference, revision].map { ExactString("\(place)@\($0)") }, jobClaim: nil)
  }

  package func tagReference(of identity: PublisherIdentity) -> ExactString? {
    identity.claim("ref_type") == "tag" ? identity.claim("ref_path") : nil
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let project = identity.claim("project_path")
    let run = identity.claim("pipeline_id")
    var url: ExactString?
    if let project, let run, project.isURLSafe, run.isNumber { url = ExactString("\(identity.issuerURL)/\(project)/-/pipelines/\(run)") }
    return Provenance(
      repository: project, reference: identity.claim("ref_path"), revision: identity.claim("sha"),
      pipeline: identity.claim("ci_config_ref_uri"),
      runID: run, runURL: url)
  }
}
