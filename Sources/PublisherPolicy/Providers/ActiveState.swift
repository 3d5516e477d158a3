package import StrictParsers
package import TokenVerification

/// ActiveState's platform (docs.activestate.com; its claims as PyPI documents them).
package struct ActiveState: CIProvider {
  package let id = "activestate"
  package let publicIssuer: ExactString? = "https://platform.activestate.com/api/v1/oauth/oidc"
  package let tokenForm = TokenForm(hasID: false)
  package let claims = ClaimTable(
    required: ["actor_id", "organization", "project"],
    optional: [
      "artifact_id", "ingredient", "ingredient_name", "organization_id", "project_id", "project_path", "project_visibility", "sub",
    ],
    judged: ["builder"], ignored: ["actor", "jti"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("project", "project")
  package let repositoryScope: ExactString? = "organization"
  package let identifying: [[ExactString]] = [["organization", "project"], ["project_id"], ["organization_id"]]
  package let immutableIDs: [ExactString] = ["project_id", "organization_id"]
  package let advice = [
    Advice(keys: ["project", "project_id"], otherwise: "any project of the organisation may publish"),
    Advice(keys: ["actor_id"], otherwise: "anybody may publish who may build in the project"),
  ]
  /// Its other builders build what anybody asks for.
  package let standingConditions = [Condition(of: "builder", .literal(.string("pypi-publisher")))]

  package func fault(ofIssuer url: ExactString) -> String? {
    url == publicIssuer ? nil : "must be https://platform.activestate.com/api/v1/oauth/oidc"
  }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "project_id", "organization_id", "actor_id": value.isID ? nil : "must be an id: a pattern would pin nothing"
    default: nil
    }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let organization = identity.claim("organization")
    let project = identity.claim("project")
    return Provenance(
      repository: organization.flatMap { organization in project.map { ExactString("\(organization)/\($0)") } }, reference: nil,
      revision: nil,
      pipeline: nil, runID: nil, runURL: nil)
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [("organization", provenance.parts.scope), ("project", provenance.parts.name)]
  }
}
