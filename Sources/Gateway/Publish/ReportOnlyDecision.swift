import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// What the policy would have said of an upload that the client's own credential sends (`mode: report`). Nothing hangs on it but its record.
final class ReportOnlyDecision {
  /// Where the OIDC token stands, beside the client's own credential.
  private static let field: ExactString = "x-imprimatur-token"

  private let principal: Result<Principal, Refusal>
  /// `nil` if it would have been granted, or while nothing was judged.
  private(set) var refusal: Refusal?

  /// `nil` if the client sent no token.
  init?(of head: RequestHead, _ authentication: Authentication) async {
    guard !head.fields.values(named: Self.field).isEmpty else { return nil }
    do throws(Refusal) {
      guard let token = try? head.fields.single(named: Self.field) else { throw .credential(.repeated) }
      let identity = try await authentication.identity(ofToken: Array(token), audience: authentication.registry.settings.audience)
      let principal = Principal(identity: identity, scope: nil)
      try await authentication.recall(principal)
      self.principal = .success(principal)
    } catch {
      principal = .failure(error)
      refusal = error
    }
  }

  /// Returns what the registry must be asked first, if the decision hangs on it.
  func judge(_ target: PublishTarget, _ pipeline: PublishPipeline) -> ProbePermit? {
    pipeline.attempt.record.granted = false
    guard case .success(let principal) = principal else { return nil }
    do throws(PolicyRefusal) {
      refusal = nil
      let decision = try pipeline.gateway.configuration.policy.decide(
        principal, target, knowing: pipeline.attempt.inputs, at: pipeline.gateway.now())
      switch decision {
      case .granted(let grant):
        if let freeze = pipeline.gateway.freeze(of: target.registry, grant.publisher) {
          refusal = .state(.frozen(freeze))
        } else {
          pipeline.attempt.record.describe(grant)
        }
        return nil
      case .hangsOnExistence(let inquiry):
        refusal = .package(.existenceUnknown(package: inquiry.target.package.canonical))
        return inquiry
      }
    } catch {
      refusal = Refusal(error)
      return nil
    }
  }

  /// The end of an upload that the registry took.
  var outcome: AuditOutcome { .reported(refusal?.code, detail: refusal?.detail) }
}
