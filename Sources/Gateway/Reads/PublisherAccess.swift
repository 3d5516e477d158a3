import Configuration
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers

/// Finds out whether a client may make a read that is only for publishers.
struct PublisherAccess {
  /// Somebody whom the policy knows by a credential, and what it judges him by.
  struct Client {
    let authenticated: AuthenticatedPrincipal
    let inputs: PolicyInputs
  }

  let gateway: GatewayServices
  /// The one under which the request came.
  let configuration: ConfigurationSnapshot
  let registry: Registry

  func authenticate(_ presented: PresentedCredential, _ record: inout RequestRecord) async throws(Refusal) -> Client {
    let authentication = authentication(under: configuration)
    let authenticated = try await authentication.principal(of: presented, direct: registry.settings.direct, in: &record, gateway)
    return Client(authenticated: authenticated, inputs: try await authentication.inputs(for: authenticated.principal, gateway))
  }

  /// Decides by the configuration and the clock of this moment. Nothing is used up by it.
  func decide(_ client: Client, reading subject: ReadSubject, _ record: inout RequestRecord) throws(Refusal) -> ReadPermit {
    try decide(client, reading: subject, under: gateway.configuration, &record)
  }

  private func decide(
    _ client: Client, reading subject: ReadSubject, under current: ConfigurationSnapshot, _ record: inout RequestRecord
  ) throws(Refusal) -> ReadPermit {
    record.facts.granted = false
    guard current.holds(registry, of: configuration) else { throw .gateway(.configurationChanged) }
    let now = gateway.now()
    try client.authenticated.refuseExpired(at: now)
    let permit: ReadPermit
    do throws(PolicyRefusal) {
      permit = try current.policy.decide(
        client.authenticated.principal, reading: subject, of: registry.name, knowing: client.inputs, at: now)
    } catch {
      throw Refusal(error)
    }
    if let freeze = gateway.freeze(of: registry.name, permit.publisher) {
      record.facts.nearestPublisher = permit.publisher
      throw .state(.frozen(freeze))
    }
    record.facts.granted = true
    record.facts.publisher = permit.publisher
    record.facts.publisherState = permit.isPending ? .pending : .active
    return permit
  }

  private func authentication(under configuration: ConfigurationSnapshot) -> Authentication {
    Authentication(configuration: configuration, audience: registry.settings.audience)
  }

  /// The same once the registry was waited for: an upload token may have been burnt meanwhile, and a publisher pinned.
  func decideAgain(_ client: Client, reading subject: ReadSubject, _ record: inout RequestRecord) async throws(Refusal) -> ReadPermit {
    if let token = client.authenticated.uploadToken {
      let found: UploadTokenRecord?
      do throws(StateRefusal) { found = try await gateway.findUploadToken(token).get() } catch { throw .state(error) }
      guard found != nil else { throw .state(.ended) }
    }
    var current: ConfigurationSnapshot
    var inputs: PolicyInputs
    repeat {
      current = gateway.configuration
      inputs = try await authentication(under: current).inputs(for: client.authenticated.principal, gateway)
    } while current !== gateway.configuration
    return try decide(Client(authenticated: client.authenticated, inputs: inputs), reading: subject, under: current, &record)
  }
}
