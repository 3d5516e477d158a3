package import PublisherPolicy
package import StrictParsers
package import TokenVerification

/// An upload that somebody imagines, and what is to become of it.
package struct PolicyTest: Sendable {
  package enum Expectation: Hashable, Sendable {
    /// `nil` if it does not matter by which publisher.
    case grant(PublisherID?)
    /// `nil` if it does not matter why.
    case refusal(code: String?)
  }

  package let name: String
  package let file: String
  /// From 1.
  package let line: Int
  package let column: Int
  package let issuer: IssuerSettings
  package let registry: RegistrySettings
  /// Those that a token must have besides are filled in.
  package let claims: JSONObject
  package let target: PublishTarget
  package let learnt: [PinnedIdentity]
  package let packageExists: Bool?
  /// The moment at which the upload happens; `nil` for the moment of the test.
  package let time: UnixTime?
  package let expected: Expectation
}
