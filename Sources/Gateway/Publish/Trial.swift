import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// What the policy would have said of an upload that the client's own credential sends (`mode: report`). Nothing hangs on it but its record.
final class Trial {
  /// Where the OIDC token stands, beside the client's own credential.
  private static let field: ExactString = "x-imprimatur-token"

  private let claimant: Result<Claimant, Refusal>
  /// Nil where it would have been granted, or while nothing was judged.
  private(set) var refusal: Refusal?

  /// Nil where the client sent no token.
  init?(of head: RequestHead, _ authentication: Authentication) async {
    guard !head.fields.values(named: Self.field).isEmpty else { return nil }
    do throws(Refusal) {
      guard let token = try? head.fields.single(named: Self.field) else { throw .credential(.repeated) }
      let identity = try await authentication.identity(ofToken: Array(token), audience: authentication.registry.settings.audience)
      let claimant = Claimant(identity: identity, scope: nil)
      try await authentication.recall(claimant)
      self.claimant = .success(claimant)
    } catch {
      claimant = .failure(error)
      refusal = error
    }
  }

  /// Returns what the registry must be asked first, if the decision hangs on it.
  func judge(_ target: PublishTarget, _ flow: PublishFlow) -> Inquiry? {
    flow.attempt.record.granted = false
    guard case .success(let claimant) = claimant else { return nil }
    do throws(PolicyRefusal) {
      refusal = nil
      let decision = try flow.gateway.configuration.policy.decide(
        claimant, target, knowing: flow.attempt.knowledge, at: flow.gateway.now())
      switch decision {
      case .granted(let grant):
        if let freeze = flow.gateway.freeze(of: target.registry, grant.publisher) {
          refusal = .state(.frozen(freeze))
        } else {
          flow.attempt.record.describe(grant)
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
