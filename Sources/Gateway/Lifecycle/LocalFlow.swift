import Configuration
import NIOCore
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

/// Answers what the gateway answers by itself.
struct LocalFlow {
  let gateway: GatewayServices
  let configuration: ConfigurationSnapshot
  let registry: Registry
  let connection: ClientConnection

  func serve(_ route: LocalRoute, _ routed: RoutedRequest, _ body: RequestBody, _ request: RequestContext) async
    -> ConnectionPersistence
  {
    var record = RequestRecord(.read, request.id)
    record.facts.describe(request, routed.head, configuration)
    record.facts.describe(registry)
    record.facts.action = route.action
    do throws(Refusal) {
      let publisher = try await publisher(behind: route, routed, &record)
      let mayContinue = routed.head.keepAlive && body.isComplete && !gateway.isDraining
      let answer = route.respond(registry.localContext(for: routed.head, configuration, of: publisher))
      guard await connection.answer(answer, to: request, closing: !mayContinue) else { return .abort }
      return mayContinue ? .keepAlive : .close
    } catch {
      return await gateway.refuse(request, to: .local(route), of: registry, on: connection, error, record)
    }
  }

  /// Some publisher of the registry stands behind the client's credential, where the route wants that. Nothing is used up by it.
  private func publisher(
    behind route: LocalRoute, _ routed: RoutedRequest, _ record: inout RequestRecord
  ) async throws(Refusal) -> PublisherID? {
    guard route.caller == .authenticated else { return nil }
    let presented: PresentedCredential
    do throws(CredentialRefusal) {
      presented = try registry.protocol.credential(of: routed)
    } catch {
      let isTaken = registry.settings.legacyCredentials == .pass
      let field = registry.protocol.credentialField(of: routed)
      guard PassthroughCredential(of: routed.head, in: field, refusedAs: error, isTaken: isTaken) == nil else { return nil }
      throw .credential(error)
    }
    let access = PublisherAccess(gateway: gateway, configuration: configuration, registry: registry)
    let client = try await access.authenticate(presented, &record)
    let publisher = try access.decide(client, reading: .registry, &record).publisher
    gateway.metrics.count(record.facts, .completed())
    return publisher
  }
}
