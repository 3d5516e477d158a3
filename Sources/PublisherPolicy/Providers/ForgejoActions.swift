package import StrictParsers
package import TokenVerification

/// Forgejo Actions (forgejo.org/docs, "OpenID Connect") and Gitea's, which sends some claims more. Forgejo sends ids since its version 16.
package struct ForgejoActions: CIProvider {
  private static let folders: [ExactString] = [".forgejo/workflows", ".gitea/workflows", ".github/workflows"]

  package let id = "forgejo"
  package let publicIssuer: ExactString? = nil
  /// Gitea sends a list.
  package let tokenForm = TokenForm(hasID: false, audience: .stringOrListOfOne)
  package let claims = ClaimTable(
    required: ["event_name", "ref", "repository", "repository_owner", "sha", "workflow_ref"],
    optional: [
      "actor_id", "base_ref", "head_ref", "job_id", "job_workflow_ref", "job_workflow_repository", "job_workflow_repository_id",
      "job_workflow_sha", "ref_protected", "ref_type", "repository_id",
      "repository_owner_id", "repository_visibility", "run_attempt", "run_id", "run_number", "runner_environment", "sub",
      "workflow_repository",
      "workflow_repository_id", "workflow_sha",
    ],
    ignored: ["actor", "jti", "workflow"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("repository", "repository")
  package let labels: Set<ExactString> = ["repository", "repository_owner"]
  package let identifying: [[ExactString]] = [["repository"], ["repository_id"], ["repository_owner_id"]]
  package let immutableIDs: [ExactString] = ["repository_id", "repository_owner_id"]
  package let specialConditions: [ExactString] = ["workflow", "tag"]
  package let caseIgnored: Set<ExactString> = ["repository", "repository_owner"]
  /// Events that run for a stranger's pull request, fork or comment, with the rights of the default branch. A fork's `pull_request` has no token.
  package let untrustedTriggers = [
    UntrustedTrigger(
      "event_name",
      ["pull_request_*", "workflow_run", "issue_*", "issues", "fork", "watch", "gollum", "wiki", "discussion", "discussion_comment"])
  ]
  package let advice = [
    Advice(keys: ["repository", "repository_id"], otherwise: "any repository of the owner may publish"),
    Advice(keys: ["tag", "ref", "ref_protected"], otherwise: "any branch of the repository may publish"),
  ]

  package func fault(ofIssuer url: ExactString) -> String? {
    url.ends(with: "/api/actions") || url.ends(with: "/api/actions/oidc")
      ? nil : "must be the server's URL and /api/actions, or /api/actions/oidc where it is Gitea's"
  }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "repository": value.segments == 2 && value.isPathPattern ? value.faultOfRepository : "must be OWNER/NAME"
    case "ref": value.faultOfReference
    case "repository_id", "repository_owner_id": value.isNumber ? nil : "must be a number: a pattern would pin nothing"
    case "workflow":
      value.segments == 1 && !value.has("@") && (value.ends(with: ".yml") || value.ends(with: ".yaml"))
        ? nil : "must be the name of a workflow's file, ending in .yml or .yaml"
    default: nil
    }
  }

  /// The job's own file is compared where it is sent: Forgejo knows no such claim.
  package func workflowReferences(_ file: ExactString, in identity: PublisherIdentity) -> WorkflowReferences? {
    guard let repository = identity.claim("repository") else { return nil }
    let revisions = ["ref", "sha"].compactMap { identity.claim($0) }.filter { !$0.isEmpty }
    let allowed: [[ExactString]] = Self.folders.flatMap { folder in
      revisions.map { revision in [repository, "/", folder, "/", file, "@", revision] }
    }
    return WorkflowReferences(
      claim: "workflow_ref", allowed: allowed, jobClaim: identity.claims["job_workflow_ref"] == nil ? nil : "job_workflow_ref")
  }

  package func tagReference(of identity: PublisherIdentity) -> ExactString? {
    identity.claim("ref_type") == "tag" ? identity.claim("ref") : nil
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let repository = identity.claim("repository")
    let number = identity.claim("run_number")
    return Provenance(
      repository: repository, reference: identity.claim("ref"), revision: identity.claim("sha"), pipeline: identity.claim("workflow_ref"),
      runID: identity.claim("run_id"), runURL: page(identity.issuerURL, repository, number))
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] { provenance.actionsClaims }

  /// Of Forgejo only: Gitea's pages have another number.
  private func page(_ issuer: ExactString, _ repository: ExactString?, _ number: ExactString?) -> ExactString? {
    guard let site = issuer.before("/api/actions"), repository?.segments == 2, number?.isNumber ?? false else { return nil }
    return WebPage.url(below: site, [repository, "actions/runs", number])
  }
}
