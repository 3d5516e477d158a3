import Logging
import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// Serves one connection's requests: finds whom each is for, and has it carried out.
struct RequestService {
  let gateway: GatewayServices
  let connection: ClientConnection
  let peer: SocketAddress?

  /// What becomes of the connection after a request.
  enum ConnectionPersistence {
    case keepAlive
    case close
    /// The client did not take its answer: nothing more is owed to it.
    case abort
  }

  func run() async {
    connection.bytes.preconditionIsolated()
    while !gateway.isDraining {
      let head: RequestHead?
      do throws(HeadFailure) {
        head = try await connection.nextHead()
      } catch {
        return await refuse(error)
      }
      guard let head else { break }
      gateway.connections.mark(connection.bytes, idle: false)
      guard await serve(head) else { return }
      gateway.connections.mark(connection.bytes, idle: true)
    }
    await connection.bytes.close()
  }

  /// Serves one request. False if the connection ends with it.
  private func serve(_ head: RequestHead) async -> Bool {
    let configuration = gateway.configuration
    let request = RequestContext(
      id: gateway.newRequestID(), isHead: head.method == .head,
      clientAddress: configuration.settings.server.clientAddress(of: head, from: peer))
    let resources: RequestResources
    do throws(SharedBudget.Shortage) {
      resources = try RequestResources(gateway.budgets, headBytes: head.byteCount)
    } catch {
      if await refuse(.gateway(.overloaded), head, request, configuration) { await connection.endAfterRefusedHead() }
      return false
    }
    let body = RequestBody(of: head, on: connection.bytes, limits: connection.limits, resources: resources)
    switch await serve(head, body, request, configuration) {
    case .keepAlive: return true
    case .close: await connection.end(after: body)
    case .abort: await connection.bytes.abort()
    }
    return false
  }

  private func serve(
    _ head: RequestHead, _ body: RequestBody, _ request: RequestContext, _ configuration: Configuration
  ) async -> ConnectionPersistence {
    do throws(Refusal) {
      return try await route(head, body, request, configuration)
    } catch {
      return await refuse(error, head, request, configuration) ? .close : .abort
    }
  }

  private func route(
    _ head: RequestHead, _ body: RequestBody, _ request: RequestContext, _ configuration: Configuration
  ) async throws(Refusal) -> ConnectionPersistence {
    let (route, routed, meant) = try RequestRouter(registries: configuration.registries(on: head.host.name)).route(head)
    let registry = meant[0]
    switch route {
    case .read(let route):
      return await ReadFlow(gateway: gateway, configuration: configuration, registry: registry, connection: connection)
        .serve(route, routed, body, request)
    case .local(let route):
      return await LocalFlow(gateway: gateway, configuration: configuration, registry: registry, connection: connection)
        .serve(route, routed, body, request)
    case .token(let endpoint):
      return await ExchangeFlow(gateway: gateway, configuration: configuration, registries: meant, connection: connection)
        .serve(endpoint, routed, body, request)
    case .publish(let route):
      return await PublishEndpoint(gateway: gateway, configuration: configuration, registry: registry, connection: connection)
        .serve(route, routed, body, request)
    }
  }

  // MARK: Refusals before there is a registry

  /// False if the client did not take the answer.
  private func refuse(_ refusal: Refusal, _ head: RequestHead, _ request: RequestContext, _ configuration: Configuration) async -> Bool {
    if head.method.allowsBody || head.method == .delete {
      let attempt = Attempt(.publish, request.id, on: connection.bytes.channel.eventLoop)
      attempt.record.describe(request, head, configuration)
      await gateway.conclude(attempt, refusal.outcome)
    }
    return await connection.answer(LocalResponse(refusing: refusal.forClient(request.id)), to: request, closing: true)
  }

  private func refuse(_ failure: HeadFailure) async {
    let isTaken =
      switch failure {
      case .closed: false
      case .timedOut(let mayPublish): await refuse(.body(.timedOut), mayPublish: mayPublish)
      case .malformed(let refusal, let mayPublish): await refuse(.framing(refusal), mayPublish: mayPublish)
      case .memory(let shortage, let mayPublish): await refuse(.body(.noMemory(shortage)), mayPublish: mayPublish)
      }
    if isTaken { await connection.endAfterRefusedHead() } else { await connection.bytes.abort() }
  }

  /// Nothing of a head that was not understood is believed: its record says no more than that there was one.
  private func refuse(_ refusal: Refusal, mayPublish: Bool) async -> Bool {
    let configuration = gateway.configuration
    let id = gateway.newRequestID()
    let request = RequestContext(id: id, isHead: false, clientAddress: peer?.ipAddress)
    if mayPublish {
      let attempt = Attempt(.publish, id, on: connection.bytes.channel.eventLoop)
      attempt.record.clientAddress = request.clientAddress
      attempt.record.configuration = configuration.settings.digest
      await gateway.conclude(attempt, refusal.outcome)
    }
    return await connection.answer(LocalResponse(refusing: refusal.forClient(id)), to: request, closing: true)
  }
}
