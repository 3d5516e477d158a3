import Configuration
import NIOCore
import Observability
import PublisherPolicy
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
    do throws(Refusal) {
      if route.caller == .authenticated { try await authenticate(routed, request) }
      let mayContinue = routed.head.keepAlive && body.isComplete && !gateway.isDraining
      let answer = route.respond(registry.localContext(for: routed.head, configuration))
      guard await connection.answer(answer, to: request, closing: !mayContinue) else { return .abort }
      return mayContinue ? .keepAlive : .close
    } catch {
      let answer = registry.protocol.response(refusing: error.forClient(request.id), to: .local(route))
      return await connection.answer(answer, to: request, closing: true) ? .close : .abort
    }
  }

  /// Some publisher of the registry stands behind the client's credential. Nothing is used up by it.
  private func authenticate(_ routed: RoutedRequest, _ request: RequestContext) async throws(Refusal) {
    var record = RequestRecord(.publish, request.id)
    let presented = try Refusal.wrap(Refusal.credential) { () throws(CredentialRefusal) in try registry.protocol.credential(of: routed) }
    let authentication = Authentication(configuration: configuration, audience: registry.settings.audience)
    let client = try await authentication.principal(of: presented, direct: registry.settings.direct, in: &record, gateway)
    let inputs = try await authentication.inputs(for: client.principal, gateway)
    _ = try Refusal.wrap(Refusal.publisher) { () throws(PublisherRefusal) in
      try configuration.policy.admit(client.principal, to: registry.name, nil, knowing: inputs, at: gateway.now())
    }
  }
}
