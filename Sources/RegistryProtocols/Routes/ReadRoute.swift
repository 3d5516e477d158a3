package import PublisherPolicy
package import StrictParsers

/// A read that is passed to the registry.
package struct ReadRoute: Sendable {
  package let access: ReadAccess
  package let fields: FieldRules
  /// `nil` if the answer is passed on as it comes.
  package let document: DocumentRewrite?
  /// What the gateway answers itself where the registry has no such thing, or does not show it to the client, or is not read through the gateway: what a
  /// client reads to find the place of uploads. `nil` if there is nothing to say.
  package let substitute: (@Sendable (LocalContext) -> LocalResponse)?

  package init(
    access: ReadAccess = .client, fields: FieldRules = .read, document: DocumentRewrite? = nil,
    substitute: (@Sendable (LocalContext) -> LocalResponse)? = nil
  ) {
    self.access = access
    self.fields = fields
    self.document = document
    self.substitute = substitute
  }

  /// Whether an answer of the registry's says that there is nothing for the client.
  package static func isNothing(_ status: Int) -> Bool { [401, 403, 404, 407, 410].contains(status) }
}

/// With whose credential a registry is read.
package enum ReadAccess: Hashable, Sendable {
  /// With the client's own; never with the service credential.
  case client
  /// With the service credential, if the client presents an OIDC token or an upload token that may publish the subject: a client asks this before
  /// it uploads. A client without such a credential reads as `client` says.
  case granted(ReadSubject)
}

/// The header fields that pass between a client and the registry. No other does.
package struct FieldRules: Sendable {
  /// Lower-case names of a request's fields. One that stands twice is left out, since registries differ in which they would take.
  package let request: [ExactString]
  /// Further ones, which belong to the client's own credential and go nowhere without it.
  package let ownRequest: [ExactString]
  /// Lower-case names of a response's fields.
  package let response: Set<String>

  package init(request: [ExactString], ownRequest: [ExactString] = [], response: Set<String>) {
    self.request = request
    self.ownRequest = ownRequest
    self.response = response
  }

  /// Of a read. A challenge is among them, since the client's own credential is passed on.
  package static let read = FieldRules(
    request: [
      "accept", "accept-encoding", "accept-language", "user-agent", "range", "if-range", "if-match", "if-none-match", "if-modified-since",
      "if-unmodified-since",
    ],
    response: [
      "content-type", "content-encoding", "content-range", "content-disposition", "accept-ranges", "etag", "last-modified",
      "cache-control", "expires", "vary", "link", "www-authenticate", "retry-after",
    ])

  /// Of an upload. Cookies and challenges in its answer are meant for the service account.
  package static let publish = FieldRules(
    request: ["accept", "user-agent"], response: ["content-type", "etag", "last-modified", "cache-control"])

  /// The same, with further fields of a request that belong to the client's own credential.
  package func adding(ownRequest names: [ExactString]) -> FieldRules {
    FieldRules(request: request, ownRequest: ownRequest + names, response: response)
  }
}
