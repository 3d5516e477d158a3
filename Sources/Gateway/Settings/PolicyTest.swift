package import PublisherPolicy
import StrictParsers
import TokenVerification

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
  let issuer: IssuerSettings
  let registry: RegistrySettings
  /// Those that a token must have besides are filled in.
  let claims: JSONObject
  let target: PublishTarget
  let learnt: [PinnedIdentity]
  let packageExists: Bool?
  /// The moment at which the upload happens; `nil` for the moment of the test.
  let time: UnixTime?
  package let expected: Expectation
}
