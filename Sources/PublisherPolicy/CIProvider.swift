package import StrictParsers
package import TokenVerification

/// What is peculiar to one CI system: a file each in `Providers`, a line each in `ProviderCatalog`.
package protocol CIProvider: Sendable {
  /// Its name in the configuration.
  var id: String { get }
  /// The `iss` of its public service; `nil` if each installation or organisation has one of its own.
  var publicIssuer: ExactString? { get }
  /// Where the keys of its public service are, if that is at another origin than its issuer's.
  var publicKeys: ExactString? { get }
  var tokenForm: TokenForm { get }
  var claims: ClaimTable { get }
  /// The condition's key that stands for the repository or what takes its place, and the claim that holds its name.
  var repositoryKey: (condition: ExactString, claim: ExactString) { get }
  /// The claim within whose value that name is one repository's only; `nil` if it is by itself.
  var repositoryScope: ExactString? { get }
  /// Claims that only say what the repository, its owner and its scope are called.
  var labels: Set<ExactString> { get }
  /// Sets of conditions of which a publisher must state one: the others say nothing of whose token it is.
  var identifying: [[ExactString]] { get }
  /// Claims that nobody else will ever have, whereas names can be given up and taken by strangers. What the fewest share comes first.
  var immutableIDs: [ExactString] { get }
  /// How a job asks for the ids, where its tokens have them only then; `nil` if they always have them, or never.
  var idsOnRequest: String? { get }
  /// Conditions on top of the plain comparison of a claim.
  var specialConditions: [ExactString] { get }
  /// Conditions whose values are compared without regard to ASCII case.
  var caseIgnored: Set<ExactString> { get }
  /// What shows that a stranger's code runs with the repository's identity.
  var untrustedTriggers: [UntrustedTrigger] { get }
  /// What a publisher leaves open that does not narrow these things.
  var advice: [Advice] { get }
  /// What must hold of each of its tokens, whatever a publisher says.
  var standingConditions: [Condition] { get }

  /// The claims of a token as conditions name them.
  func normalized(_ claims: JSONObject) -> JSONObject
  /// Why an issuer's URL can't be one of this CI system; `nil` if it can.
  func fault(ofIssuer url: ExactString) -> String?
  /// Why a value can't be one of this condition; `nil` if it can.
  func fault(of value: ExactString, for key: ExactString) -> String?
  /// The workflow references that a token of this repository, with these claims, must have one of; `nil` if claims are missing.
  func workflowReferences(_ file: ExactString, in identity: PublisherIdentity) -> WorkflowReferences?
  /// `refs/tags/` and the tag's name, where the run is one of a tag.
  func tagReference(of identity: PublisherIdentity) -> ExactString?
  func provenance(of identity: PublisherIdentity) -> Provenance
  /// The claims that a token of this provenance certainly had; `nil` for those of which it does not tell.
  func claims(of provenance: Provenance) -> [(name: ExactString, value: ExactString?)]
}

/// What most CI systems have in common.
extension CIProvider {
  package var publicKeys: ExactString? { nil }
  package var tokenForm: TokenForm { TokenForm(hasID: true) }
  package var repositoryScope: ExactString? { nil }
  package var labels: Set<ExactString> { Set([repositoryKey.claim, repositoryScope].compactMap { $0 }) }
  package var idsOnRequest: String? { nil }
  package var specialConditions: [ExactString] { [] }
  package var caseIgnored: Set<ExactString> { [] }
  package var untrustedTriggers: [UntrustedTrigger] { [] }
  package var advice: [Advice] { [] }
  package var standingConditions: [Condition] { [] }

  package func normalized(_ claims: JSONObject) -> JSONObject { claims }
  package func fault(ofIssuer url: ExactString) -> String? { nil }
  package func fault(of value: ExactString, for key: ExactString) -> String? { nil }
  package func workflowReferences(_ file: ExactString, in identity: PublisherIdentity) -> WorkflowReferences? { nil }
  package func tagReference(of identity: PublisherIdentity) -> ExactString? { nil }
}

/// Claims that hold a workflow's reference, and the values of which each must have one.
package struct WorkflowReferences: Sendable {
  let claim: ExactString
  /// Each in the pieces that it is made of.
  let allowed: [[ExactString]]
  /// The claim of the file that the job itself stands in; `nil` if the CI system has no such thing.
  let jobClaim: ExactString?

  func contains(_ value: ExactString) -> Bool { allowed.contains { value.isMade(of: $0) } }
}

/// Conditions of which a publisher should state one, and what it allows without.
package struct Advice: Sendable {
  let keys: [ExactString]
  let otherwise: String
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
