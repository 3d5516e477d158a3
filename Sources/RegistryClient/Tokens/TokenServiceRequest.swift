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

  package let place: Place
  package let head: UpstreamHead
}

package struct TokenServiceAnswer: Sendable {
  let head: ResponseHead
  let body: [UInt8]

  package init(_ head: ResponseHead, body: [UInt8]) {
    self.head = head
    self.body = body
  }
}
