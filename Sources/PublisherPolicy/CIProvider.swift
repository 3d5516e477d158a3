package import StrictParsers

/// What is peculiar to one CI system: a file each in `Providers`, a line each in `ProviderCatalog`.
package protocol CIProvider: Sendable {
  /// Its name in the configuration.
  static var id: String { get }
  /// The `iss` of its public service.
  static var publicIssuer: ExactString { get }
  static var claims: ClaimTable { get }
  /// The condition's key that stands for the repository, and the claim that holds its name.
  static var repositoryKey: (condition: ExactString, claim: ExactString) { get }
  /// Conditions of which a publisher must state one, since names can be given up and taken by strangers.
  static var immutableIDs: [ExactString] { get }
  /// Conditions on top of the plain comparison of a claim.
  static var specialConditions: [ExactString] { get }
  /// Conditions whose values are compared without regard to ASCII case.
  static var caseIgnored: Set<ExactString> { get }
  /// Events that run a stranger's code with the repository's identity.
  static var dangerousEvents: Set<ExactString> { get }

  /// Why a value can't be one of this condition; nil where it can.
  static func fault(of value: ExactString, for key: ExactString) -> String?
  /// The workflow references that a token of this repository, with these claims, must have one of; nil where claims are missing.
  static func workflowReferences(_ file: ExactString, in identity: PublisherIdentity) -> WorkflowReferences?
  /// Where the tag's full reference stands.
  static var tagReferenceClaim: ExactString { get }
  static func provenance(of identity: PublisherIdentity) -> Provenance
}

/// Claims that hold a workflow's reference, and the values of which each must have one.
package struct WorkflowReferences: Sendable {
  let claim: ExactString
  let allowed: [ExactString]
  /// The claim of the file that the job itself stands in; nil where the CI system has no such thing.
  let jobClaim: ExactString?
}

/// Where a release comes from, in a provider's verified claims.
package struct Provenance: Hashable, Sendable {
  package let repository: ExactString?
  package let reference: ExactString?
  package let revision: ExactString?
  package let pipeline: ExactString?
  package let runID: ExactString?
  package let runURL: ExactString?
}

/// The one place that knows which CI systems there are.
package enum ProviderCatalog {
  package static let all: [any CIProvider.Type] = [GitHubActions.self, GitLabCI.self]

  package static func provider(_ id: String) -> (any CIProvider.Type)? { all.first { $0.id == id } }
}
