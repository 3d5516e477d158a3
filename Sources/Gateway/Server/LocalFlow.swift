import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// Answers what the gateway answers by itself.
struct LocalFlow {
  let gateway: GatewayServices
  let configuration: Configuration
  let registry: Registry
  let connection: ClientConnection

  func serve(_ route: LocalRoute, _ routed: RoutedRequest, _ body: RequestBody, _ request: RequestContext) async
    -> RequestService.ConnectionPersistence
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
    let attempt = Attempt(.publish, request.id, on: connection.bytes.channel.eventLoop)
    let presented = try Refusal.wrap(Refusal.credential) { () throws(CredentialRefusal) in try registry.protocol.credential(of: routed) }
    let client = try await Authentication(gateway: gateway, configuration: configuration, registry: registry, attempt: attempt)
      .authenticate(presented)
    _ = try Refusal.wrap(Refusal.publisher) { () throws(PublisherRefusal) in
      try configuration.policy.admit(client.principal, to: registry.name, nil, knowing: attempt.inputs, at: gateway.now())
    }
  }
}
