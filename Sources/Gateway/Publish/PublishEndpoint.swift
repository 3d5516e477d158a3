import NIOCore
import Observability
import RegistryProtocols
import StateStore
import StrictParsers

/// Has an upload carried out, records it once, and only then answers.
struct PublishEndpoint {
  let gateway: GatewayServices
  let configuration: Configuration
  let registry: Registry
  let connection: ClientConnection

  func serve(
    _ route: PublishRoute, _ routed: RoutedRequest, _ body: RequestBody, _ request: RequestContext
  ) async -> RequestService.ConnectionPersistence {
    let attempt = Attempt(.publish, request.id, on: connection.bytes.channel.eventLoop)
    attempt.record.describe(request, routed.head, configuration)
    attempt.record.describe(registry)
    attempt.record.action = route.action
    let pipeline = PublishPipeline(
      gateway: gateway, configuration: configuration, registry: registry, request: routed, route: route, body: body, attempt: attempt)
    let result: Result<RelayedResponse, Refusal>
    do throws(Refusal) { result = .success(try await pipeline.run()) } catch { result = .failure(error) }
    note(result, attempt)
    attempt.record.bodySize = body.bytesReceived
    await gateway.conclude(attempt, outcome(of: result, attempt))

    let mayContinue = routed.head.keepAlive && body.isComplete && !gateway.isDraining
    switch result {
    case .success(let answer):
      guard await connection.relay(answer, to: request, closing: !mayContinue) else { return .abort }
      return mayContinue ? .keepAlive : .close
    case .failure(let refusal):
      let answer = registry.protocol.response(refusing: refusal.forClient(request.id), to: .publish(route))
      return await connection.answer(answer, to: request, closing: true) ? .close : .abort
    }
  }

  /// What a refusal tells of publishers, and of the registry.
  private func note(_ result: Result<RelayedResponse, Refusal>, _ attempt: Attempt) {
    switch result {
    case .success: attempt.record.nearestPublisher = attempt.reportOnly?.refusal?.nearestPublisher
    case .failure(let refusal):
      if let nearest = refusal.nearestPublisher { attempt.record.nearestPublisher = nearest }
      if case .upstream(let failure) = refusal { gateway.health.failed(failure, registry.name) }
    }
  }

  private func outcome(of result: Result<RelayedResponse, Refusal>, _ attempt: Attempt) -> AuditOutcome {
    switch result {
    case .success(let answer) where answer.isSuccess: attempt.reportOnly?.outcome ?? .published
    case .success(let answer): Refusal.upstream(.refused(status: answer.status)).outcome
    case .failure(let refusal): refusal.outcome
    }
  }
}
