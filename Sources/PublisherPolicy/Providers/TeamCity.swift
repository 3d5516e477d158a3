package import StrictParsers

/// TeamCity with Octopus Deploy's plug-in (github.com/OctopusDeploy/teamcity-oidc-plugin): JetBrains has none of its own.
package struct TeamCity: CIProvider {
  package let id = "teamcity"
  package let publicIssuer: ExactString? = nil
  package let claims = ClaimTable(
    required: ["build_type_internal_id", "jti", "project_internal_id"],
    optional: ["branch", "build_type_external_id", "project_external_id", "sub", "trigger_type"], ignored: [])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("build_type_internal_id", "build_type_internal_id")
  package let identifying: [[ExactString]] = [["build_type_internal_id"], ["project_internal_id"]]
  package let immutableIDs: [ExactString] = ["build_type_internal_id", "project_internal_id"]
  /// What GitHub, GitLab, Bitbucket and Azure DevOps call the branches of pull requests, as TeamCity shows them.
  package let untrustedTriggers = [
    UntrustedTrigger(
      "branch",
      [
        "refs/pull/**", "pull/**", "refs/merge-requests/**", "merge-requests/**", "refs/pull-requests/**", "pull-requests/**",
      ])
  ]
  package let advice = [
    Advice(keys: ["build_type_internal_id"], otherwise: "any build configuration of the project may publish"),
    Advice(keys: ["branch"], otherwise: "any branch of the build configuration may publish"),
  ]

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "build_type_internal_id", "project_internal_id": value.isID ? nil : "must be an id: a pattern would pin nothing"
    default: nil
    }
  }

  /// No claim names the build.
  package func provenance(of identity: PublisherIdentity) -> Provenance {
    Provenance(
      repository: identity.claim("project_external_id") ?? identity.claim("project_internal_id"), reference: identity.claim("branch"),
      revision: nil, pipeline: identity.claim("build_type_external_id") ?? identity.claim("build_type_internal_id"), runID: nil, runURL: nil
    )
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [("branch", provenance.reference)]
  }
}
