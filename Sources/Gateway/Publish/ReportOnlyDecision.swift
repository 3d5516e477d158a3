import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers

/// What the policy would have said of an upload that the client's own credential sends (`mode: report`). Nothing hangs on it but its record.
struct ReportOnlyDecision {
  /// Where the OIDC token stands, beside the client's own credential.
  private static let field: ExactString = "x-imprimatur-token"

  private let principal: Result<Principal, Refusal>
  /// `nil` if it would have been granted, or while nothing was judged.
  private(set) var refusal: Refusal?

  init(of principal: Result<Principal, Refusal>) {
    self.principal = principal
    if case .failure(let refusal) = principal { self.refusal = refusal }
  }

  /// The token that is to be judged; `nil` if the client sent none.
  static func token(in head: RequestHead) -> Result<[UInt8], Refusal>? {
    guard !head.fields.values(named: field).isEmpty else { return nil }
    guard let token = try? head.fields.single(named: field) else { return .failure(.credential(.repeated)) }
    return .success(Array(token))
  }

  /// Returns what the registry must be asked first, if the decision hangs on it.
  mutating func judge(
    _ target: PublishTarget, knowing inputs: PolicyInputs, in record: inout RequestRecord, _ world: some PublishWorld
  ) -> ProbePermit? {
    record.facts.granted = false
    guard case .success(let principal) = principal else { return nil }
    do throws(PolicyRefusal) {
      refusal = nil
      switch try world.configuration.policy.decide(principal, target, knowing: inputs, at: world.now()) {
      case .granted(let grant):
        if let freeze = world.freeze(of: target.registry, grant.publisher) {
          refusal = .state(.frozen(freeze))
        } else {
          record.facts.describe(grant)
        }
        return nil
      case .hangsOnExistence(let leave):
        refusal = .package(.existenceUnknown(package: leave.target.package.canonical))
        return leave
      }
    } catch {
      refusal = Refusal(error)
      return nil
    }
  }

  /// The end of an upload that the registry took.
  var outcome: AuditOutcome { .reported(refusal?.code, detail: refusal?.detail) }
}
