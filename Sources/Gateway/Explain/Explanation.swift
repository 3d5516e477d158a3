import Configuration
package import PublisherPolicy
package import StrictParsers
package import TokenVerification

/// How the real pipeline judges one upload, step by step, without a registry hearing of it.
package struct Explanation: Sendable {
  package enum Decision: String, Sendable {
    case grant
    case refusal
    /// Nothing speaks against it so far, but not everything that decides is known.
    case undecided
  }

  /// What was explained.
  package enum Source: String, Sendable { case token, claims, record }

  /// One stage, in the order in which an upload passes them.
  package struct Step: Sendable {
    package enum Name: String, Sendable { case record, token, keys, signature, issuer, claims, provider, state, policy, freeze }

    package let name: Name
    /// `nil` if it could not be judged.
    package let holds: Bool?
    package let detail: String
  }

  /// What was recorded of the upload when it happened.
  struct Recorded: Sendable {
    let record: RecordedUpload
    /// Whether the configuration that decided then is the one that is asked now; `nil` if the record does not tell.
    let hasSameConfiguration: Bool?
  }

  package let source: Source
  package let decision: Decision
  /// The stable code of a refusal.
  package let reason: String?
  /// One sentence for the operator.
  package let sentence: String
  /// Whom it is granted to.
  package let publisher: PublisherID?
  package let registry: RegistryName
  /// `nil` if no package was asked about.
  let target: PublishTarget?
  let packageExists: Bool?
  /// `nil` if none of the configuration is meant.
  let issuer: IssuerSettings?
  package let steps: [Step]
  package let claims: [ExplainedClaim]
  /// Claims that the provider's table does not know.
  package let unaccounted: [ExactString]
  /// Those that the token could mean, the one with the fewest failures first.
  package let publishers: [ExplainedPublisher]
  let record: Recorded?
}
