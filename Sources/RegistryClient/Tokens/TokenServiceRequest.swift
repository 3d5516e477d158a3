package import PublisherPolicy
package import StrictParsers

/// What lets the service credential be shown to a registry's token service.
package enum CredentialPermit: Sendable {
  case publish(Grant)
  case probe(ProbePermit)
  case read(ReadPermit)
}

/// A request by which a token is got. Whoever sends it keeps to a deadline and to `largestAnswer`.
package struct TokenServiceRequest: Sendable {
  package enum Place: Sendable {
    /// The registry's own origin.
    case registry
    /// The origin of the URL that the operator states.
    case service
  }

  package static let largestAnswer = GivenToken.largestAnswer

  /// What says that the service refuses the credential itself.
  static let refusals = [401, 403, 407]

  package let place: Place
  /// Whether the request asks for a token, and bears the service credential; else it asks for the challenge.
  let asksForToken: Bool
  package let head: UpstreamHead

  /// Whether an answer with this status says that the token service refuses the service credential.
  package func isRefused(by status: Int) -> Bool { asksForToken && Self.refusals.contains(status) }
}

package struct TokenServiceAnswer: Sendable {
  let head: ResponseHead
  let body: [UInt8]

  package init(_ head: ResponseHead, body: [UInt8]) {
    self.head = head
    self.body = body
  }
}
