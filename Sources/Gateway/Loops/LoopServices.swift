import NIOCore
import NIOPosix
import Observability
import PublisherPolicy
import RegistryClient

/// What the requests of one event loop share: what they hand to other threads is handed over once a turn of the loop, all of it together.
final class LoopServices {
  let eventLoop: any EventLoop
  let executor: EventLoopTaskExecutor
  let store: StoreBatcher
  let records: RecordBatcher
  private let clock: @Sendable () -> Timestamp
  private var randomness = PortionedRandomness()
  /// The service credentials that were looked at in this turn of the loop.
  private var credentials: [RegistryName: ServiceCredentialSource.Known] = [:]

  init(_ eventLoop: any EventLoop, _ gateway: GatewayServices) {
    self.eventLoop = eventLoop
    executor = EventLoopTaskExecutor(eventLoop)
    store = StoreBatcher(gateway.store, eventLoop)
    records = RecordBatcher(gateway.audit, eventLoop)
    clock = gateway.clock
  }

  func newRequestID() -> RequestID { RequestID(at: clock(), using: &randomness) }

  /// The credential of a registry as it is now; `nil` if it must be read. Its file is looked at once in a turn of the loop.
  func credential(of registry: Registry) -> ServiceCredentialSource.Known? {
    if let known = credentials[registry.name], known.isOf(registry.credential) { return known }
    guard let known = registry.credential.known else { return nil }
    if credentials.isEmpty {
      let me = NIOLoopBound(self, eventLoop: eventLoop)
      eventLoop.execute { me.value.credentials.removeAll(keepingCapacity: true) }
    }
    credentials[registry.name] = known
    return known
  }
}

/// Those of all event loops of a group.
struct GatewayLoops: Sendable {
  private let services: [ObjectIdentifier: NIOLoopBound<LoopServices>]

  init(_ group: MultiThreadedEventLoopGroup, _ gateway: GatewayServices) async throws {
    var services: [ObjectIdentifier: NIOLoopBound<LoopServices>] = [:]
    for eventLoop in group.makeIterator() {
      services[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
        NIOLoopBound(LoopServices(eventLoop, gateway), eventLoop: eventLoop)
      }.get()
    }
    self.services = services
  }

  /// Those of an event loop of the group, which is the caller's.
  subscript(eventLoop: any EventLoop) -> LoopServices? { services[ObjectIdentifier(eventLoop)]?.value }

  /// Returns when the store has been told all that the loops had for it.
  func drain() async {
    for services in services.values {
      await withCheckedContinuation { continuation in
        services.eventLoop.execute { services.value.store.whenIdle { continuation.resume() } }
      }
    }
  }
}
