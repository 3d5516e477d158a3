import Observability
import RegistryProtocols

extension GatewayServices {
  /// Refuses a request that is no upload in the words of its ecosystem, and leaves its record.
  func refuse(
    _ request: RequestContext, to route: Route, of registry: Registry, on connection: ClientConnection, _ refusal: Refusal,
    _ record: RequestRecord
  ) async -> ConnectionPersistence {
    var record = record
    if let nearest = refusal.nearestPublisher { record.facts.nearestPublisher = nearest }
    await conclude(record, refusal.outcome)
    let answer = registry.protocol.response(refusing: refusal.forClient(request.id), to: route)
    return await connection.answer(answer, to: request, closing: true) ? .close : .abort
  }
}
