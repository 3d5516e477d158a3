import Configuration
import Logging
import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// A request whose head was read, under the configuration that was in force then.
struct AcceptedRequest: Sendable {
  let head: RequestHead
  let context: RequestContext
  let configuration: ConfigurationSnapshot
  let route: Result<RoutedTo, RoutingFailure>
}

/// Serves the requests that are no uploads, and refuses those that are for nothing.
struct RequestService: Sendable {
  let gateway: GatewayServices
  let connection: ClientConnection
  /// The IP address of the connection's other end.
  let peer: String?

  /// Finds whom a request is for.
  func accept(_ head: RequestHead, as id: RequestID) -> AcceptedRequest {
    let configuration = gateway.configuration
    let context = RequestContext(
      id: id, isHead: head.method == .head,
      clientAddress: configuration.settings.server.clientAddress(of: head, from: peer))
    return AcceptedRequest(
      head: head, context: context, configuration: configuration,
      route: Result { () throws(RoutingFailure) in
        let routed = try RequestRouter(registries: configuration.registries(on: head.host.name)).route(head)
        guard connection.bytes.isStream, let refusing = routed.registries.first(where: { $0.settings.http2 == .refuse }) else {
          return routed
        }
        throw RoutingFailure(refusal: .route(.http2Refused), registry: refusing)
      })
  }

  /// Serves one request. False if the connection ends with it.
  func serve(_ request: AcceptedRequest, _ resources: RequestResources, on bytes: isolated ByteChannel) async -> Bool {
    let body = RequestBody(of: request.head, on: bytes, limits: connection.limits, resources: resources)
    switch await persistence(after: request, body) {
    case .keepAlive: return true
    case .close: await connection.end(afterWholeBody: body.isComplete)
    case .abort: bytes.abort()
    }
    return false
  }

  private func persistence(after request: AcceptedRequest, _ body: RequestBody) async -> ConnectionPersistence {
    let routed: RoutedTo
    switch request.route {
    case .failure(let failure): return await refuse(failure.refusal, request, in: failure.registry) ? .close : .abort
    case .success(let found): routed = found
    }
    let (configuration, context) = (request.configuration, request.context)
    let registry = routed.registries[0]
    switch routed.route {
    case .read(let route):
      return await ReadFlow(gateway: gateway, configuration: configuration, registry: registry, connection: connection)
        .serve(route, routed.request, body, context)
    case .local(let route):
      return await LocalFlow(gateway: gateway, configuration: configuration, registry: registry, connection: connection)
        .serve(route, routed.request, body, context)
    case .token(let endpoint):
      return await ExchangeFlow(gateway: gateway, configuration: configuration, registries: routed.registries, connection: connection)
        .serve(endpoint, routed.request, body, context)
    case .publish: return .abort
    }
  }

  // MARK: Refusals before there is a registry

  /// False if the client did not take the answer.
  func refuse(_ refusal: Refusal, _ request: AcceptedRequest, in registry: Registry? = nil) async -> Bool {
    let head = request.head
    if head.method.allowsBody || head.method == .delete {
      var record = RequestRecord(.publish, request.context.id)
      record.facts.describe(request.context, head, request.configuration)
      await gateway.conclude(record, refusal.outcome)
    }
    let told = refusal.forClient(request.context.id)
    let answer = registry?.protocol.response(refusing: told, to: nil) ?? LocalResponse(refusing: told)
    return await connection.answer(answer, to: request.context, closing: true)
  }

  /// False if the client did not take the answer, or gets none.
  func refuse(_ failure: HeadFailure) async -> Bool {
    switch failure {
    case .closed: false
    case .timedOut(let mayPublish): await refuse(.body(.timedOut), mayPublish: mayPublish)
    case .malformed(let refusal, let mayPublish): await refuse(.framing(refusal), mayPublish: mayPublish)
    case .memory(let shortage, let mayPublish): await refuse(.body(.noMemory(shortage)), mayPublish: mayPublish)
    }
  }

  /// Nothing of a head that was not understood is believed: its record says no more than that there was one.
  private func refuse(_ refusal: Refusal, mayPublish: Bool) async -> Bool {
    let id = gateway.newRequestID()
    let context = RequestContext(id: id, isHead: false, clientAddress: peer)
    if mayPublish {
      var record = RequestRecord(.publish, id)
      record.facts.clientAddress = context.clientAddress
      record.facts.configuration = gateway.configuration.settings.digest
      await gateway.conclude(record, refusal.outcome)
    }
    return await connection.answer(LocalResponse(refusing: refusal.forClient(id)), to: context, closing: true)
  }
}
