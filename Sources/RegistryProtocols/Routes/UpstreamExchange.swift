package import StrictParsers

/// What one upload becomes upstream: a value without I/O that is told what the registry answered and says what comes next.
package protocol UpstreamExchange: Sendable {
  /// The first request. `upload` is `nil` if its body is streamed.
  mutating func begin(_ upload: InspectedUpload?) -> UpstreamRequest

  /// What follows the registry's whole answer to the last request.
  mutating func next(after response: UpstreamResponse) throws(UnexpectedResponse) -> UpstreamStep
}

package enum UpstreamStep: Sendable {
  case send(UpstreamRequest)
  /// Judges the last answer and passes it on.
  case relay
  /// The same, with another body that says the same: as it stands, the client would not show it, or would ask a person.
  case relayAs([UInt8])
  /// The last answer says in its body that the registry has refused the upload, whatever its status is: it is judged and passed on with this one.
  case refuse(status: Int)
  /// The registry has taken the upload: the client is told so in other words.
  case respond(LocalResponse)
}

/// The registry's answer to one of several requests does not lead on.
package struct UnexpectedResponse: Error, Hashable {
  package enum Cause: Hashable, Sendable {
    /// It is not what its protocol promises.
    case malformed
    /// It is a document that can't be read.
    case unreadable
    /// It says that uploads go to a URL that is not below the registry's configured one.
    case elsewhere
    /// It says of no place that it takes such an upload.
    case notTaken
  }

  package let cause: Cause

  package init(_ cause: Cause = .malformed) { self.cause = cause }
}

/// A request to the registry, which is made with the service credential. It can't leave the registry's origin.
package struct UpstreamRequest: Sendable {
  package let method: HTTPMethod
  /// Below the registry's own path, with the query if there is one.
  package let target: ExactString
  package let body: UpstreamBody

  package init(_ method: HTTPMethod, _ target: ExactString, _ body: UpstreamBody = .none) {
    self.method = method
    self.target = target
    self.body = body
  }
}

package enum UpstreamBody: Sendable {
  case none
  /// The client's body, as it comes, with the client's media type.
  case streamed
  case segments([BodySegment], contentType: ExactString)
}

package enum BodySegment: Sendable {
  case bytes([UInt8])
  /// The artifact that the body held.
  case artifact
  /// The same in base64 (RFC 4648, section 4).
  case base64Artifact
}

package struct UpstreamResponse: Sendable {
  package let status: Int
  package let fields: HeaderFields
  package let body: [UInt8]
  /// What the URLs in it mean: which of them the registry is asked at next, and how clients reach the same thing.
  package let links: LinkRewrite
  /// Whether it answers the client's own credential: what the registry asks, it asks the client.
  package let isToOwnCredential: Bool

  package init(status: Int, fields: HeaderFields, body: [UInt8], links: LinkRewrite, isToOwnCredential: Bool = false) {
    self.status = status
    self.fields = fields
    self.body = body
    self.links = links
    self.isToOwnCredential = isToOwnCredential
  }
}

/// One request, whose answer is the client's: what nearly every upload is.
package struct SingleRequest: UpstreamExchange {
  private let method: HTTPMethod
  private let target: ExactString

  package init(_ method: HTTPMethod, _ target: ExactString) {
    self.method = method
    self.target = target
  }

  package func begin(_ upload: InspectedUpload?) -> UpstreamRequest {
    guard let upload else { return UpstreamRequest(method, target, .streamed) }
    return UpstreamRequest(method, target, .segments(upload.segments, contentType: ExactString(upload.contentType)))
  }

  package func next(after response: UpstreamResponse) -> UpstreamStep { .relay }
}
