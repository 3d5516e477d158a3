import Configuration
import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// Serves one client's connection on its event loop: requests are read from it and answered one after the other.
///
/// Publishes are served here, without a task; what is seldom or slow is served by one.
final class ClientSession: ByteChannelObserver, PublishHost, StreamSession {
  private enum State {
    case reading(HeadReader)
    case publishing(PublishDriver)
    /// A task serves a request or ends the connection.
    case elsewhere
    case ended
  }

  let gateway: GatewayServices
  let loop: LoopServices
  let connection: ClientConnection
  /// The IP address of the other end.
  private let peer: String?
  private let bytes: ByteChannel
  private let limits: Limits
  /// What the connection itself buffers: a head that is not whole yet, and bytes that nobody has read.
  private let memory: Reservation
  private var state = State.elsewhere

  init(
    _ bytes: ByteChannel, _ gateway: GatewayServices, _ loop: LoopServices, _ limits: Limits,
    _ refusedExchanges: RefusedExchanges = RefusedExchanges()
  ) {
    self.bytes = bytes
    self.gateway = gateway
    self.loop = loop
    self.limits = limits
    connection = ClientConnection(bytes, limits: limits, refusedExchanges: refusedExchanges)
    peer = bytes.channel.remoteAddress?.ipAddress
    memory = gateway.budgets.memory.reservation(for: .unverified)
  }

  /// Serves the connection from its first byte.
  func begin() {
    let memory = memory
    bytes.onLoop { $0.count(in: memory) }
    readNextHead()
  }

  // MARK: - Heads

  private func readNextHead() {
    guard !gateway.isDraining else { return end { $0.close() } }
    state = .reading(HeadReader(limits))
    let observer = NIOLoopBound<any ByteChannelObserver>(self, eventLoop: loop.eventLoop)
    let deadline = NIODeadline.now() + .milliseconds(limits.headTimeout.milliseconds)
    let isOpen = bytes.onLoop { bytes in
      bytes.beginRequest()
      bytes.observe(by: observer)
      bytes.setDeadline(deadline)
      return bytes.channel.isActive
    }
    if isOpen { readHead() } else { end { $0.close() } }
  }

  private func readHead() {
    guard case .reading(var reader) = state else { return }
    do throws(HeadFailure) {
      while true {
        switch bytes.input {
        case .failure: throw .memory(.displaced, mayPublish: reader.mayPublish)
        case .success(.nothing): return state = .reading(reader)
        case .success(.ended):
          if reader.hasBegun { throw .closed }
          return end { $0.close() }
        case .success(.bytes(var buffer)):
          guard let head = try reader.read(&buffer, memory) else { continue }
          reader.release(memory)
          state = .elsewhere
          let rest = buffer
          let isOpen = bytes.onLoop { bytes in
            bytes.unread(rest)
            bytes.clearDeadline()
            return bytes.channel.isActive
          }
          // There may have been no room for the rest.
          guard isOpen else { return end { $0.abort() } }
          gateway.connections.mark(bytes, idle: false)
          return serve(head)
        }
      }
    } catch {
      refuse(error, reader)
    }
  }

  private func refuse(_ failure: HeadFailure, _ reader: HeadReader) {
    reader.release(memory)
    let service = RequestService(gateway: gateway, connection: connection, peer: peer)
    end { bytes in if await service.refuse(failure) { await service.connection.endAfterRefusedHead() } else { bytes.abort() } }
  }

  /// Refuses the request that was to come, whose head was refused before it came here.
  func refuse(_ failure: HeadFailure) {
    if case .reading(let reader) = state { refuse(failure, reader) }
  }

  // MARK: - Requests

  private func serve(_ head: RequestHead) {
    let service = RequestService(gateway: gateway, connection: connection, peer: peer)
    let request = service.accept(head, as: loop.newRequestID())
    let resources: RequestResources
    do throws(SharedBudget.Shortage) {
      resources = try RequestResources(gateway.budgets, headBytes: head.byteCount)
    } catch {
      return end { bytes in
        if await service.refuse(.gateway(.overloaded), request) { await service.connection.endAfterRefusedHead() } else { bytes.abort() }
      }
    }
    if case .success(let routed) = request.route, case .publish(let route) = routed.route {
      return publish(route, routed, request, resources)
    }
    serveByTask { bytes in await service.serve(request, resources, on: bytes) }
  }

  private func publish(_ route: PublishRoute, _ routed: RoutedTo, _ request: AcceptedRequest, _ resources: RequestResources) {
    let body = RequestBody(of: request.head, on: bytes, limits: limits, resources: resources)
    let publish = PublishRequest(
      configuration: request.configuration, registry: routed.registries[0], routed: routed.request, route: route)
    var record = RequestRecord(.publish, request.context.id)
    record.facts.describe(request.context, request.head, request.configuration)
    record.facts.describe(publish.registry)
    record.facts.action = route.action
    record.facts.reservation = route.reservation
    let driver = PublishDriver(PublishMachine(publish, resources, record), body, request.context, self)
    state = .publishing(driver)
    driver.begin()
  }

  /// The end of a publish.
  func finish(_ response: WrittenResponse, _ body: RequestBody) {
    let isTaken = bytes.onLoop { bytes in
      bytes.clearDeadline()
      guard (try? bytes.submit(.byteBuffer(response.bytes))) != nil else { return false }
      return bytes.isFlushed
    }
    if isTaken, response.persistence == .keepAlive { return goOn() }
    let (connection, isComplete) = (connection, body.isComplete)
    serveByTask { bytes in
      // Written already: what is still to be taken is awaited.
      guard await connection.finish(ByteBuffer()) else {
        bytes.abort()
        return false
      }
      if response.persistence == .keepAlive { return true }
      await connection.end(afterWholeBody: isComplete)
      return false
    }
  }

  // MARK: - Tasks

  /// Serves a request by a task. `work` tells whether another request may follow.
  private func serveByTask(_ work: @escaping @Sendable (isolated ByteChannel) async -> Bool) {
    state = .elsewhere
    bytes.onLoop { bytes in
      bytes.observe(by: nil)
      bytes.clearDeadline()
    }
    let session = NIOLoopBound(self, eventLoop: loop.eventLoop)
    Task(executorPreference: loop.executor) { [bytes] in
      let goesOn = await work(bytes)
      if goesOn { session.value.goOn() } else { session.value.finish() }
    }
  }

  private func goOn() {
    gateway.connections.mark(bytes, idle: true)
    readNextHead()
  }

  private func end(_ work: @escaping @Sendable (isolated ByteChannel) async -> Void) {
    serveByTask { bytes in
      await work(bytes)
      return false
    }
  }

  private func finish() {
    state = .ended
    gateway.connections.endService(of: bytes)
  }

  // MARK: - What happens on the connection

  func inputArrived() {
    switch state {
    case .reading: readHead()
    case .publishing(let driver): driver.clientInputArrived()
    case .elsewhere, .ended: break
    }
  }

  func outputTaken() {}

  func deadlinePassed() {
    switch state {
    case .reading(let reader):
      if reader.hasBegun { refuse(.timedOut(mayPublish: reader.mayPublish), reader) } else { end { $0.close() } }
    case .publishing(let driver): driver.clientDeadlinePassed()
    case .elsewhere, .ended: break
    }
  }

  func displaced() {
    switch state {
    case .reading: readHead()
    case .publishing(let driver): driver.clientInputArrived()
    case .elsewhere, .ended: break
    }
  }

  func connectionClosed() {
    switch state {
    case .reading: finish()
    case .publishing(let driver): driver.clientInputArrived()
    case .elsewhere, .ended: break
    }
  }
}

extension ByteChannel {
  /// What has come, for what runs on its event loop.
  nonisolated var input: Result<Input, ChannelFailure> {
    onLoop { bytes in Result { () throws(ChannelFailure) in try bytes.take() } }
  }
}
