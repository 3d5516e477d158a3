package import StrictParsers
package import TokenVerification

/// Kubernetes' projected service account tokens (kubernetes.io, "Managing Service Accounts").
package struct KubernetesServiceAccounts: CIProvider {
  private static let nested: ExactString = "kubernetes.io"

  package let id = "kubernetes"
  package let publicIssuer: ExactString? = nil
  /// A `jti` is sent since version 1.29.
  package let tokenForm = TokenForm(hasID: false, audience: .listOfOne)
  package let claims = ClaimTable(
    required: ["namespace", "service_account", "service_account_uid"], optional: ["node", "node_uid", "pod", "pod_uid", "sub"],
    ignored: ["jti", "secret", "secret_uid", "warnafter"])
  package let repositoryKey: (condition: ExactString, claim: ExactString) = ("service_account", "service_account")
  package let repositoryScope: ExactString? = "namespace"
  package let identifying: [[ExactString]] = [["service_account_uid"], ["namespace", "service_account"]]
  package let immutableIDs: [ExactString] = ["service_account_uid"]

  /// The members of the claim `kubernetes.io` in that claim's place, those of its objects with the object's name before theirs.
  ///
  /// A claim beside it that has such a name counts for nothing: only what stands in `kubernetes.io` says who the account is.
  package func normalized(_ claims: JSONObject) -> JSONObject {
    let outer = claims.members.filter { $0.name != Self.nested && !Self.flat.contains($0.name) }
    return JSONObject(outer + (claims[Self.nested]?.object?.members.flatMap(Self.flattened) ?? []))
  }

  private static let flat: Set<ExactString> = [
    "namespace", "service_account", "service_account_uid", "pod", "pod_uid", "node", "node_uid", "secret", "secret_uid", "warnafter",
  ]
  private static let objects: [ExactString: ExactString] = [
    "serviceaccount": "service_account", "pod": "pod", "node": "node", "secret": "secret",
  ]

  private static func flattened(_ member: JSONObject.Member) -> [JSONObject.Member] {
    if member.name == "namespace" || member.name == "warnafter" { return [member] }
    guard let name = objects[member.name], let object = member.value.object else {
      return [.init(ExactString("\(nested)/\(member.name)"), member.value)]
    }
    return object.members.map { inner in
      switch inner.name {
      case "name": .init(name, inner.value)
      case "uid": .init(ExactString("\(name)_uid"), inner.value)
      default: .init(ExactString("\(nested)/\(member.name)/\(inner.name)"), inner.value)
      }
    }
  }

  package func fault(of value: ExactString, for key: ExactString) -> String? {
    switch key {
    case "service_account_uid", "pod_uid", "node_uid": value.isUUID ? nil : "must be a UUID: a pattern would pin nothing"
    default: nil
    }
  }

  package func provenance(of identity: PublisherIdentity) -> Provenance {
    let namespace = identity.claim("namespace")
    let account = identity.claim("service_account")
    return Provenance(
      repository: namespace.flatMap { namespace in account.map { ExactString("\(namespace)/\($0)") } }, reference: nil, revision: nil,
      pipeline: nil,
      runID: identity.claim("pod"), runURL: nil)
  }

  package func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)] {
    [("namespace", provenance.parts.scope), ("service_account", provenance.parts.name), ("pod", provenance.runID)]
  }
}
