package import StrictParsers
package import TokenVerification

/// Buildkite (buildkite.com/docs, "buildkite-agent oidc"). The ids are there where the job asks for them with `--claim`.
package struct Buildkite: CIProvider {
  package let id = "buildkite"
  package let publicIssuer: ExactString? = "https://agent.buildkite.com"
  package let tokenForm = TokenForm(hasID: false)
  package let claims = ClaimTable(
    required: ["organization_slug", "pipeline_slug"],
    optional: [
      "agent_id", "build_branch", "build_commit", "build_id", "build_number", "build_source", "build_tag", "cluster_id", "cluster_name",
      "job_id", "organization_id", "pipeline_id", "queue_id", "queue_key", "runner_environment", "step_key", "sub",
    ],
    ignored: ["https://aws.amazon.com/tags", "jti"], openPrefixes: ["agent_tag:"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("pipeline_slug", "pipeline_slug")
  package let repositoryScope: ExactString? = "organization_slug"
  package let identifying: [[ExactString]] = [["organization_slug", "pipeline_slug"], ["pipeline_id"], ["organization_id"]]
  package let immutableIDs: [ExactString] = ["pipeline_id", "organization_id"]
  package let idsOnRequest: String? =
    "the job must ask for the ids (`buildkite-agent oidc request-token --claim pipeline_id --claim organization_id`)"
  package let specialConditions: [ExactString] = ["tag"]
  package let advice = [
    Advice(keys: ["pipeline_slug", "pipeline_id"], otherwise: "any pipeline of the organisation may publish"),
    Advice(keys: ["tag", "build_tag", "build_branch"], otherwise: "any branch of the pipeline may publish"),
  ]

  package func fault(ofIssuer url: ExactString) -> String? { url == publicIssuer ? nil : "must be https://agent.buildkite.com" }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "organization_id", "pipeline_id", "cluster_id", "queue_id": value.isUUID ? nil : "must be a UUID: a pattern would pin nothing"
    default: nil
    }
  }

  /// The claim is null, or left out, where the build is not of a tag.
  package func tagReference(of identity: PublisherIdentity) -> ExactString? {
    identity.claim("build_tag").flatMap { $0.isEmpty ? nil : ExactString("refs/tags/\($0)") }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let organization = identity.claim("organization_slug")
    let pipeline = identity.claim("pipeline_slug")
    let build = identity.claim("build_number")
    let page = WebPage.url(below: "https://buildkite.com", [organization, pipeline, "builds", build])
    let job = identity.claim("job_id").flatMap { $0.isUUID ? "#\($0)" : nil } ?? ""
    return Provenance(
      repository: organization.flatMap { organization in pipeline.map { ExactString("\(organization)/\($0)") } },
      reference: tagReference(of: identity) ?? identity.claim("build_branch"), revision: identity.claim("build_commit"),
      pipeline: pipeline, runID: build, runURL: page.map { ExactString("\($0)\(job)") })
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [
      ("organization_slug", provenance.parts.scope), ("pipeline_slug", provenance.parts.name),
      // A branch may be called as a tag's reference is.
      ("build_branch", provenance.referenceType == "tag" ? nil : provenance.reference), ("build_commit", provenance.revision),
      ("build_number", provenance.runID),
    ]
  }
}
