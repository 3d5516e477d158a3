package import StrictParsers

/// GitHub Actions (docs.github.com, "OpenID Connect reference").
package struct GitHubActions: CIProvider {
  package let id = "github"
  package let publicIssuer: ExactString? = "https://token.actions.githubusercontent.com"
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
  package let labels: Set<ExactString> = ["repository", "repository_owner"]
  package let identifying: [[ExactString]] = [["repository"], ["repository_id"], ["repository_owner_id"]]
  package let immutableIDs: [ExactString] = ["repository_id", "repository_owner_id"]
  package let specialConditions: [ExactString] = ["workflow", "reusable_workflow", "tag"]
  package let caseIgnored: Set<ExactString> = ["repository", "repository_owner", "environment"]
  /// Events that run for a stranger's pull request, fork or comment, with the rights of the default branch. A fork's `pull_request` has no token.
  package let untrustedTriggers = [
    UntrustedTrigger(
      "event_name",
      [
        "pull_request_target", "workflow_run", "issue_comment", "issues", "discussion", "discussion_comment", "fork", "watch", "gollum",
        "pull_request_comment", "pull_request_review", "pull_request_review_comment",
      ])
  ]
  package let advice = [
    Advice(keys: ["repository", "repository_id"], otherwise: "any repository of the owner may publish"),
    Advice(
      keys: ["environment", "tag", "ref", "ref_protected"], otherwise: "any branch and any environment of the repository may publish"),
  ]

  package func fault(ofIssuer url: ExactString) -> String? {
    Self.site(of: url) == nil
      ? "must be https://token.actions.githubusercontent.com, perhaps with an enterprise's name behind it, or "
        + "https://token.actions.NAME.ghe.com, or a server's own https://HOST/_services/token" : nil
  }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "repository": value.segments == 2 && value.isPathPattern ? value.faultOfRepository : "must be OWNER/NAME"
    case "ref": value.faultOfReference
    case "repository_id", "repository_owner_id": value.isNumber ? nil : "must be a number: a pattern would pin nothing"
    case "workflow":
      value.segments == 1 && !value.has("@") && (value.ends(with: ".yml") || value.ends(with: ".yaml"))
        ? nil : "must be the name of a file in .github/workflows, ending in .yml or .yaml"
    case "reusable_workflow":
      value.contains("/.github/workflows/") && value.has("@") && !value.utf8.prefix { $0 != UInt8(ascii: "/") }.contains(UInt8(ascii: "*"))
        ? nil : "must be OWNER/REPO/.github/workflows/FILE@REF, of a certain owner"
    default: nil
    }
  }

  package func workflowReferences(_ file: ExactString, in identity: PublisherIdentity) -> WorkflowReferences? {
    guard let repository = identity.claim("repository") else { return nil }
    let revisions = ["ref", "sha"].compactMap { identity.claim($0) }.filter { !$0.isEmpty }
    return WorkflowReferences(
      claim: "workflow_ref", allowed: revisions.map { [repository, "/.github/workflows/", file, "@", $0] },
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

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] { provenance.actionsClaims }

  private func runURL(_ identity: PublisherIdentity, _ repository: ExactString?, _ run: ExactString?) -> ExactString? {
    guard let site = Self.site(of: identity.issuerURL), repository?.segments == 2, run?.isNumber ?? false else { return nil }
    return WebPage.url(below: site, [repository, "actions/runs", run])
  }

  /// The web site whose workflows get their tokens from this issuer; `nil` if GitHub has no such issuer.
  private static func site(of issuer: ExactString) -> ExactString? {
    guard let address = IssuerAddress(issuer) else { return nil }
    if address.path == ["_services", "token"] { return address.origin }
    guard address.path.isEmpty || address.path.count == 1 && address.path[0].isSlug, let name = address.host.after("token.actions.") else {
      return nil
    }
    if name == "githubusercontent.com" { return "https://github.com" }
    return name.before(".ghe.com").flatMap { $0.isSlug ? ExactString("https://\(name)") : nil }
  }
}
