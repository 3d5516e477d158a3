package import StrictParsers

/// Why a request is for nothing that is served here.
package enum RouteRefusal: ExplainedRefusal, Hashable, Sendable {
  /// No registry of the host has a prefix of the path.
  case notFound
  /// An upload to a place where none is taken.
  case uploadElsewhere(UploadPlace)
  /// A request that changes what was published, such as a withdrawal, or who may publish.
  case notPublishing
  /// A way of publishing that is not served; this command publishes.
  case otherPublishing(instead: ExactString)
  case methodNotAllowed
  case unknownHost
  /// The registry is configured not to be read through here.
  case readsRefused
  /// The registry is configured not to be spoken to in HTTP/2, in which this request came.
  case http2Refused
  /// The query's `:action` asks for something else than an upload, or not exactly once.
  case actionNotAccepted
  case malformedQuery(RequestPathRefusal)

  /// Where an upload would have been taken.
  package enum UploadPlace: Hashable, Sendable {
    /// At one of these paths of the host.
    case paths([ExactString])
    /// Where a template says, the prefix before it.
    case template(ExactString)
  }

  /// What programs are told: stable words.
  package enum Code: String, CaseIterable, Sendable {
    case notFound = "route.not-found"
    case uploadElsewhere = "route.upload-elsewhere"
    case notPublishing = "route.not-publishing"
    case methodNotAllowed = "route.method-not-allowed"
    case unknownHost = "route.unknown-host"
    case readsRefused = "route.reads-refused"
    case http2Refused = "route.http2-refused"
    case actionNotAccepted = "route.action-not-accepted"
    case malformedQuery = "route.malformed-query"
  }

  /// The status is 404 for reads too: some clients look before they upload, and carry on after it.
  package var facts: RefusalFacts<Code> {
    switch self {
    case .notFound: .init(.notFound, 404, "no registry is served at this path")
    case .uploadElsewhere(.paths(let paths)):
      .init(
        .uploadElsewhere, 404, "this is not the upload URL: upload to \(paths.map(\.text).joined(separator: " or ")) of this host")
    case .uploadElsewhere(.template(let template)):
      .init(.uploadElsewhere, 404, "this is not the path of a file: upload to \(template) of this host")
    case .notPublishing:
      .init(.notPublishing, 404, "only publishing is served here; withdrawing, owners and settings are for the registry itself")
    case .otherPublishing(let command):
      .init(.notPublishing, 404, "staging is not served here, since nobody could approve what was staged: run `\(command)` instead")
    case .methodNotAllowed: .init(.methodNotAllowed, 405, "this method is not served here")
    case .unknownHost: .init(.unknownHost, 421, "no registry is served under this host name")
    case .readsRefused: .init(.readsRefused, 404, "reading from this registry is not served here")
    case .http2Refused: .init(.http2Refused, 421, "this registry is not served over HTTP/2: speak HTTP/1.1")
    case .actionNotAccepted: .init(.actionNotAccepted, 400, "only the :action file_upload is served here, stated once")
    case .malformedQuery(let refusal): .init(.malformedQuery, 400, refusal.explanation)
    }
  }
}
