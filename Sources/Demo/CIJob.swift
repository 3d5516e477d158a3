import StrictParsers

/// One run of a release workflow, as GitHub Actions describes it in a token's claims.
struct CIJob: Sendable {
  var repository = "acme/widgets"
  var ownerID = "42"
  var repositoryID = "1234"
  var workflow = "release.yml"
  var reference = "refs/tags/v1.0.0"
  var revision = "4f8a1d2f8e0c3b6a7d9e5f1c2b3a4d5e6f708192"

  init() {}

  /// The claims of docs.github.com, "OpenID Connect reference".
  func claims(issuer: String, audience: String, id: String, issuedAt: Int64, lifetime: Int64) -> JSONObject {
    let workflow = "\(repository)/.github/workflows/\(workflow)@\(reference)"
    let texts: [(ExactString, String)] = [
      ("iss", issuer), ("aud", audience), ("jti", id), ("sub", "repo:\(repository):ref:\(reference)"), ("repository", repository),
      ("repository_id", repositoryID), ("repository_owner", String(repository.prefix { $0 != "/" })), ("repository_owner_id", ownerID),
      ("repository_visibility", "private"), ("ref", reference), ("ref_type", reference.hasPrefix("refs/tags/") ? "tag" : "branch"),
      ("ref_protected", "true"), ("sha", revision), ("base_ref", ""), ("head_ref", ""), ("event_name", "push"), ("actor", "octocat"),
      ("actor_id", "12"), ("workflow", "Release"), ("workflow_ref", workflow), ("workflow_sha", revision), ("job_workflow_ref", workflow),
      ("job_workflow_sha", revision), ("run_id", "9876543210"), ("run_number", "42"), ("run_attempt", "1"),
      ("runner_environment", "github-hosted"),
    ]
    let times: [(ExactString, Int64)] = [("iat", issuedAt), ("nbf", issuedAt), ("exp", issuedAt + lifetime)]
    return JSONObject(texts.map { .init($0.0, ExactString($0.1)) } + times.map { .init($0.0, .integer($0.1)) })
  }
}
