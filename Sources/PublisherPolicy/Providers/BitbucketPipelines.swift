package import StrictParsers
package import TokenVerification

/// Bitbucket Pipelines (support.atlassian.com, "Integrate Pipelines with resource servers using OIDC"). Nothing tells a tag from a branch.
package struct BitbucketPipelines: CIProvider {
  package let id = "bitbucket"
  package let publicIssuer: ExactString? = nil
  /// How a step's own `audiences` are written is not documented where there is just one.
  package let tokenForm = TokenForm(hasID: false, audience: .stringOrListOfOne)
  package let claims = ClaimTable(
    required: ["repositoryUuid", "workspaceUuid"],
    optional: [
      "accountUuid", "branchName", "commitSha", "compliant", "deploymentEnvironmentUuid", "pipelineRunUuid", "pipelineUuid", "stepUuid",
      "sub",
    ],
    ignored: ["jti"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("repositoryUuid", "repositoryUuid")
  package let identifying: [[ExactString]] = [["repositoryUuid"], ["workspaceUuid"]]
  package let immutableIDs: [ExactString] = ["repositoryUuid", "workspaceUuid"]
  package let advice = [
    Advice(keys: ["repositoryUuid"], otherwise: "any repository of the workspace may publish"),
    Advice(keys: ["branchName", "deploymentEnvironmentUuid"], otherwise: "any branch of the repository may publish"),
  ]

  package func fault(ofIssuer url: ExactString) -> String? {
    let path = IssuerAddress(url)?.path ?? []
    let isOne =
      path.count == 6 && !path[2].isEmpty && url.after("https://api.bitbucket.org/2.0/workspaces/") != nil
      && url.before("/pipelines-config/identity/oidc") != nil
    return isOne ? nil : "must be https://api.bitbucket.org/2.0/workspaces/WORKSPACE/pipelines-config/identity/oidc"
  }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "repositoryUuid", "workspaceUuid", "deploymentEnvironmentUuid":
      value.after("{")?.before("}")?.isUUID ?? false ? nil : "must be a UUID in braces: a pattern would pin nothing"
    default: nil
    }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    Provenance(
      repository: identity.claim("repositoryUuid"), reference: identity.claim("branchName"), revision: identity.claim("commitSha"),
      pipeline: nil, runID: identity.claim("pipelineUuid"), runURL: nil)
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [
      ("repositoryUuid", provenance.repository), ("branchName", provenance.reference), ("commitSha", provenance.revision),
      ("pipelineUuid", provenance.runID),
    ]
  }
}
