package import StrictParsers
package import TokenVerification

/// CircleCI (circleci.com/docs, "OpenID Connect tokens in jobs").
package struct CircleCI: CIProvider {
  private static let prefix = "oidc.circleci.com/"

  package let id = "circleci"
  package let publicIssuer: ExactString? = "https://oidc.circleci.com"
  package let tokenForm = TokenForm(hasID: false)
  package let claims = ClaimTable(
    required: ["org-id", "project-id"],
    optional: ["job-id", "pipeline-definition-id", "pipeline-id", "sub", "vcs-origin", "vcs-ref", "vcs-sha", "workflow-id"],
    lists: ["context-ids"], judged: ["ssh-rerun"], ignored: ["jti"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("project-id", "project-id")
  package let identifying: [[ExactString]] = [["project-id"], ["org-id"]]
  package let immutableIDs: [ExactString] = ["project-id", "org-id"]
  package let specialConditions: [ExactString] = ["tag"]
  /// Somebody who reruns a job with SSH types into it what he likes.
  package let standingConditions = [Condition(of: "ssh-rerun", .literal(.bool(false)))]
  package let advice = [
    Advice(keys: ["project-id"], otherwise: "any project of the organisation may publish"),
    Advice(keys: ["tag", "vcs-ref", "context-ids"], otherwise: "any branch of the project may publish"),
    Advice(keys: ["vcs-origin"], otherwise: "a fork may publish where the project's secrets are passed to pull requests of forks"),
  ]

  /// The claims without CircleCI's prefix. Where that makes two of one name, neither counts.
  package func normalized(_ claims: JSONObject) -> JSONObject {
    let members = claims.members.map { JSONObject.Member($0.name.after(Self.prefix) ?? $0.name, $0.value) }
    let counts = Dictionary(members.map { ($0.name, 1) }, uniquingKeysWith: +)
    return JSONObject(members.filter { counts[$0.name] == 1 })
  }

  package func fault(ofIssuer url: ExactString) -> String? {
    guard let address = IssuerAddress(url), address.host == "oidc.circleci.com" else { return nil }
    let isOrganisation = address.path.count == 2 && address.path[0] == "org" && address.path[1].isUUID
    return address.path.isEmpty || isOrganisation
      ? nil : "must be https://oidc.circleci.com or https://oidc.circleci.com/org/ and the organisation's id"
  }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "org-id", "project-id", "pipeline-definition-id", "context-ids":
      value.isUUID ? nil : "must be a UUID: a pattern would pin nothing"
    case "vcs-ref": value.faultOfReference
    default: nil
    }
  }

  package func tagReference(of identity: PublisherIdentity) -> ExactString? {
    identity.claim("vcs-ref").flatMap { $0.after("refs/tags/") == nil ? nil : $0 }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let workflow = identity.claim("workflow-id")
    let isPublic = IssuerAddress(identity.issuerURL)?.host == "oidc.circleci.com"
    return Provenance(
      repository: identity.claim("vcs-origin") ?? identity.claim("project-id"), reference: identity.claim("vcs-ref"),
      revision: identity.claim("vcs-sha"), pipeline: identity.claim("pipeline-definition-id"), runID: workflow,
      runURL: isPublic ? WebPage.url(below: "https://app.circleci.com", ["workflow", workflow, "job", identity.claim("job-id")]) : nil)
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [
      ("project-id", provenance.repository(where: \.isUUID)), ("vcs-origin", provenance.repository { !$0.isUUID }),
      ("vcs-ref", provenance.reference), ("vcs-sha", provenance.revision), ("pipeline-definition-id", provenance.pipeline),
      ("workflow-id", provenance.runID),
    ]
  }
}
