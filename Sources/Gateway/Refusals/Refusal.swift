import Observability
import PublisherPolicy
import RegistryClient
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
  case upload(UploadRefusal)
  case state(StateRefusal)
  case upstream(UpstreamFailure)
  case client(ClientFailure)

  init(_ refusal: PolicyRefusal) {
    switch refusal {
    case .publisher(let refusal): self = .publisher(refusal)
    case .scope(let refusal): self = .package(refusal)
    }
  }

  /// The publisher that comes closest, if the policy refused; `nil` if none does.
  var nearestPublisher: PublisherID? {
    switch self {
    case .publisher(let refusal): refusal.nearest
    case .package(let refusal): refusal.nearest
    case .state(.frozen(let freeze)): freeze.scope.publisher
    case .framing, .path, .route, .gateway, .credential, .token, .body, .spool, .upload, .state, .upstream, .client: nil
    }
  }

  func forClient(_ id: RequestID) -> ClientRefusal {
    let facts = facts
    return ClientRefusal(
      status: facts.status, code: facts.code.description, sentence: facts.sentence, requestID: id.description, retryAfter: facts.retryAfter)
  }

  var code: ReasonCode { facts.code }
  /// For the audit record, which may say what a client may not hear.
  var detail: String { facts.detail }

  /// What the record calls the request's end.
  var outcome: AuditOutcome {
    let facts = facts
    return switch facts.end {
    case .refused: .refused(facts.code, detail: facts.detail)
    case .failed: .failed(facts.code, detail: facts.detail)
    case .aborted: .aborted(facts.code, detail: facts.detail)
    }
  }
}
