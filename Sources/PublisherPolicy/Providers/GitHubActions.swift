package import StrictParsers

/// GitHub Actions (docs.github.com, "OpenID Connect reference").
package struct GitHubActions: CIProvider {
  package let id = "github"
  package let publicIssuer: ExactString? = "https://token.actions.githubusercontent.com"
  /// What begins the URL of an issuer that is an enterprise's own.
  private static let enterpriseIssuers = "https://token.actions.githubusercontent.com/".utf8
  package let claims = ClaimTable(
    required: [
      "jti", "repository", "repository_owner", "repository_owner_id", "job_workflow_ref", "event_name", "ref", "sha",
    ],
    optional: [
      "actor_id", "base_ref", "enterprise", "enterprise_id", "environment", "head_ref", "job_workflow_sha", "ref_protected", "ref_type",
      "repository_id",
      "repository_visibility", "run_attempt", "run_id", "run_number", "runner_environment", "sub", "workflow_ref", "workflow_sha",
    ],
    ignored: ["actor", "check_run_id", "environment_node_id", "issuer_scope", "workflow"],
    openPrefixes: ["repo_property_"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("repository", "repository")
  package let identifying: Set<ExactString> = ["repository", "repository_id", "repository_owner_id"]
  package let immutableIDs: [ExactString] = ["repository_owner_id", "repository_id"]
  package let specialConditions: [ExactString] = ["workflow", "reusable_workflow", "tag"]
  package let caseIgnored: Set<ExactString> = ["repository", "repository_owner", "environment"]
  /// They run for a stranger's pull request, fork or comment, with the rights of the default branch.
  package let dangerousEvents: Set<ExactString> = [
    "pull_request_target", "workflow_run", "issue_comment", "issues", "discussion", "discussion_comment", "fork", "watch", "gollum",
    "pull_request_comment", "pull_request_review", "pull_request_review_comment",
  ]

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "repository": value.segments == 2 ? nil : "must be OWNER/NAME"
    case "repository_id", "repository_owner_id": value.isNumber ? nil : "must be a number: a pattern would pin nothing"
    case "workflow":
      value.segments == 1 && !value.has("@") && (value.ends(with: ".yml") || value.ends(with: ".yaml"))
        ? nil : "must be the name of a file in .github/workflows, ending in .yml or .yaml"
    case "reusable_workflow":
      value.contains("/.github/workflows/") && value.has("@") ? nil : "must be OWNER/REPO/.github/workflows/FILE@REF"
    default: nil
    }
  }

  package func workflowReferences(_ file: ExactString, in identity: PublisherIdentity) -> WorkflowReferences? {
    guard let repository = identity.claim("repository") else { return nil }
    let revisions = [identity.claim("ref"), identity.claim("sha")].compactMap { $0 }.filter { !$0.isEmpty }
    return WorkflowReferences(
      claim: "workflow_ref", allowed: revisions.map { ExactString("\(repository)/.github/workflows/\(file)@\($0)") },
      jobClaim: "job_workflow_ref")
  }

  package func tagReference(of identity: PublisherIdentity) -> ExactString? {
    identity.claim("ref_type") == "tag" ? identity.claim("ref") : nil
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let repository = identity.claim("repository")
    let run = identity.claim("run_id")
    return Provenance(
      repository: repository, reference: identity.claim("ref"), revision: identity.claim("sha"), pipeline: identity.claim("workflow_ref"),
      runID: run,
      runURL: runURL(identity, repository, run))
  }

  /// Only of the public service: an enterprise's own server has a host that no claim names.
  private func runURL(_ identity: PublisherIdentity, _ repository: ExactString?, _ run: ExactString?) -> ExactString? {
    guard let repository, let run, repository.segments == 2, repository.isURLSafe, run.isNumber else { return nil }
    guard identity.issuerURL == publicIssuer || identity.issuerURL.utf8.starts(with: Self.enterpriseIssuers) else { return nil }
    return ExactString("https://github.com/\(repository)/actions/runs/\(run)")
  }
}
