package import StrictParsers

/// The one place that knows which CI systems there are.
package enum ProviderCatalog {
  /// Those of which there is one each, whatever an operator says of them.
  private static let fixed: [any CIProvider] = [
    GitHubActions(), GitLabCI(), GoogleServiceAccounts(), CircleCI(), Buildkite(), BitbucketPipelines(), AzureDevOps(), Semaphore(),
    Codefresh(), ForgejoActions(), Jenkins(), TeamCity(), Buddy(), KubernetesServiceAccounts(), ActiveState(),
  ]

  /// The word that stands for any other issuer, of which the configuration says which claims identify.
  package static let generic = "generic"

  package static let names = fixed.map(\.id) + [generic]

  /// `identity` is of the generic provider only.
  package static func provider(_ name: String, identity: [ExactString] = []) -> (any CIProvider)? {
    name == generic ? GenericIssuer(identity: identity) : fixed.first { $0.id == name }
  }

  /// The issuers that are one for all of a CI system's users.
  package static let publicServices = fixed.compactMap { provider in provider.publicIssuer.map { (provider: provider.id, issuer: $0) } }
}
