package import StrictParsers

/// Why a request is for nothing that is served here.
package enum RouteRefusal: Error, Hashable, Sendable {
  /// No registry of the host has a prefix of the path.
  case notFound
  /// An upload to a place where none is taken.
  case uploadElsewhere(UploadPlace)
  case methodNotAllowed
  case unknownHost
  /// The registry is configured not to be read through here.
  case readsRefused
  /// The query's `:action` asks for something else than an upload, or not exactly once.
  case actionNotAccepted
  case malformedQuery(RequestPathRefusal)

  /// Where an upload would have been taken.
  package enum UploadPlace: Hashable, Sendable {
    /// At a registry's prefix, or `legacy/` below it.
    case prefix(ExactString)
    /// Where a template says, the prefix before it.
    case template(ExactString)
  }

  /// What programs are told: stable words.
  package enum Code: String, CaseIterable, Sendable {
    case notFound = "route.not-found"
    case uploadElsewhere = "route.upload-elsewhere"
    case methodNotAllowed = "route.method-not-allowed"
    case unknownHost = "route.unknown-host"
    case readsRefused = "route.reads-refused"
    case actionNotAccepted = "route.action-not-accepted"
    case malformedQuery = "route.malformed-query"
  }

  package var code: Code {
    switch self {
    case .notFound: .notFound
    case .uploadElsewhere: .uploadElsewhere
    case .methodNotAllowed: .methodNotAllowed
    case .unknownHost: .unknownHost
    case .readsRefused: .readsRefused
    case .actionNotAccepted: .actionNotAccepted
    case .malformedQuery: .malformedQuery
    }
  }

  /// One sentence for whoever sent the request.
  package var explanation: String {
    switch self {
    case .notFound: "no registry is served at this path"
    case .uploadElsewhere(.prefix(let path)): "this is not the upload URL: upload to \(path) or \(path)legacy/ of this host"
    case .uploadElsewhere(.template(let template)): "this is not the path of a file: upload to \(template) of this host"
    case .methodNotAllowed: "this method is not served here"
    case .unknownHost: "no registry is served under this host name"
    case .readsRefused: "reading from this registry is not served here"
    case .actionNotAccepted: "only the :action file_upload is served here, stated once"
    case .malformedQuery(let refusal): refusal.explanation
    }
  }

  package var status: Int {
    switch self {
    // A 404 for reads too: some clients look before they upload, and carry on after it.
    case .notFound, .uploadElsewhere, .readsRefused: 404
    case .methodNotAllowed: 405
    case .unknownHost: 421
    case .actionNotAccepted, .malformedQuery: 400
    }
  }
}
