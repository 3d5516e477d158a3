import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// Why a request was not carried out: one case a stage, in the order in which a request passes them.
enum Refusal: Error, Sendable {
  case framing(HTTPRefusal)
  case path(RequestPathRefusal)
  case route(RouteRefusal)
  case gateway(GatewayRefusal)
  case credential(CredentialRefusal)
  case token(TokenRefusal)
  case publisher(PublisherRefusal)
  case package(PackageRefusal)
  case body(BodyRefusal)
  case spool(SpoolRefusal)
  case scope(ScopeRefusal)
  case state(StateRefusal)
  case upstream(UpstreamFailure)
  case client(ClientFailure)

  init(_ refusal: PolicyRefusal) {
    switch refusal {
    case .publisher(let refusal): self = .publisher(refusal)
    case .scope(let refusal): self = .package(refusal)
    }
  }

  var code: ReasonCode {
    switch self {
    case .framing(let refusal): ReasonCode(refusal)
    case .path(let refusal): ReasonCode(refusal)
    case .route(let refusal): ReasonCode(refusal.code)
    case .gateway(let refusal): ReasonCode(refusal.code)
    case .credential(let refusal): ReasonCode(refusal.code)
    case .token(let refusal): ReasonCode(refusal.code)
    case .publisher(let refusal): ReasonCode(refusal.code)
    case .package(let refusal): ReasonCode(refusal.code)
    case .body(let refusal): ReasonCode(refusal.code)
    case .spool(let refusal): ReasonCode(refusal.code)
    case .scope(let refusal): ReasonCode(refusal.code)
    case .state(let refusal): ReasonCode(refusal.code)
    case .upstream(let failure): ReasonCode(failure.code)
    case .client(let failure): ReasonCode(failure.code)
    }
  }

  /// The status of an upload's answer. It is 403 rather than 401 wherever a client would prompt for a password, or try again for ever.
  var status: Int {
    switch self {
    case .framing(let refusal): refusal.status
    case .path(let refusal): refusal.status
    case .route(let refusal): refusal.status
    case .gateway: 503
    case .credential(let refusal): refusal.status
    case .token(.keysUnavailable): 503
    case .package(.fileExists): 409
    case .package(.existenceUnknown): 503
    case .token, .publisher, .package: 403
    case .body(let refusal): refusal.status
    case .spool: 503
    case .scope(let refusal): refusal.status
    case .state(.unavailable), .state(.inFlight), .state(.reserved): 503
    case .state: 403
    case .upstream(let failure): failure.status
    case .client: 400
    }
  }

  /// Seconds after which the same request may succeed.
  var retryAfter: Int? {
    switch self {
    case .token(.keysUnavailable(let seconds)): seconds
    case .body(let refusal) where refusal.isShortage: 5
    case .gateway, .spool, .scope(.inspectionBusy), .scope(.unavailable), .state(.unavailable), .state(.inFlight), .state(.reserved),
      .package(.existenceUnknown),
      .upstream(.busy):
      5
    case .framing, .path, .route, .credential, .token, .publisher, .package, .body, .scope, .state, .upstream, .client: nil
    }
  }

  /// One sentence for the person who published.
  var sentence: String {
    switch self {
    case .framing(let refusal): refusal.explanation
    case .path(let refusal): refusal.explanation
    case .route(let refusal): refusal.explanation
    case .gateway(let refusal): refusal.explanation
    case .credential(let refusal): refusal.explanation
    case .token(let refusal): refusal.explanation
    case .publisher(let refusal): refusal.sentence(for: .client)
    case .package(let refusal): refusal.sentence(for: .client)
    case .body(let refusal): refusal.explanation
    case .spool(let refusal): refusal.explanation
    case .scope(let refusal): refusal.explanation
    case .state(let refusal): refusal.explanation
    case .upstream(let failure): failure.explanation
    case .client(let failure): failure.explanation
    }
  }

  /// The same for the audit record, which may say what a client may not hear.
  var detail: String {
    switch self {
    case .publisher(let refusal): refusal.sentence(for: .record)
    case .package(let refusal): refusal.sentence(for: .record)
    case .state(.frozen(let freeze)): "\(freeze.scope.words) is frozen: \(freeze.why)"
    case .framing, .path, .route, .gateway, .credential, .token, .body, .spool, .scope, .state, .upstream, .client: sentence
    }
  }

  /// The publisher that comes closest, if the policy refused; nil if none does.
  var nearestPublisher: PublisherID? {
    switch self {
    case .publisher(let refusal): refusal.nearest
    case .package(let refusal): refusal.nearest
    case .state(.frozen(let freeze)): freeze.scope.publisher
    case .framing, .path, .route, .gateway, .credential, .token, .body, .spool, .scope, .state, .upstream, .client: nil
    }
  }

  func forClient(_ id: RequestID) -> ClientRefusal {
    ClientRefusal(status: status, code: code.description, sentence: sentence, requestID: id.description, retryAfter: retryAfter)
  }

  /// What the record calls the request's end.
  var outcome: AuditOutcome {
    switch self {
    case .body(.incomplete), .client: .aborted(code, detail: detail)
    case .body(let refusal) where refusal.isShortage: .failed(code, detail: detail)
    case .gateway, .spool, .scope(.inspectionBusy), .scope(.unavailable), .state(.unavailable), .token(.keysUnavailable),
      .package(.existenceUnknown), .upstream:
      .failed(code, detail: detail)
    case .framing, .path, .route, .credential, .token, .publisher, .package, .body, .scope, .state: .refused(code, detail: detail)
    }
  }
}

/// The gateway itself can't serve the request at this moment.
enum GatewayRefusal: Error, Hashable, Sendable {
  /// The audit log can't be written, so that nothing may be published.
  case auditUnavailable
  /// As many connections as `connections` allows are open.
  case overloaded
  /// Another publisher would grant the upload now than the one that was entered into the store.
  case configurationChanged

  enum Code: String, CaseIterable, Sendable {
    case auditUnavailable = "audit.unavailable"
    case overloaded = "gateway.overloaded"
    case configurationChanged = "gateway.configuration-changed"
  }

  var code: Code {
    switch self {
    case .auditUnavailable: .auditUnavailable
    case .overloaded: .overloaded
    case .configurationChanged: .configurationChanged
    }
  }

  var explanation: String {
    switch self {
    case .auditUnavailable: "the gateway can't write its audit log, without which it publishes nothing; try again"
    case .configurationChanged: "the gateway's configuration changed during this upload; try again"
    case .overloaded: "the gateway serves as many connections as it may; try again"
    }
  }
}
