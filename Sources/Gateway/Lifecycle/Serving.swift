import Configuration
import Digests
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Observability
import RegistryProtocols
import ServiceLifecycle

/// Accepts connections until the shutdown begins, then lets those that run finish.
struct Serving: Service {
  let gateway: GatewayServices
  let group: MultiThreadedEventLoopGroup
  let loops: GatewayLoops
  let started: @Sendable (ListenAddress) -> Void
  private let adminConnections = OpenConnections()

  init(
    gateway: GatewayServices, group: MultiThreadedEventLoopGroup, loops: GatewayLoops, started: @escaping @Sendable (ListenAddress) -> Void
  ) {
    self.gateway = gateway
    self.group = group
    self.loops = loops
    self.started = started
  }

  func run() async throws {
    let settings = gateway.configuration.settings
    let gateway = gateway
    let loops = loops
    let listener = try await Listener.bind(settings.server.listen, on: group, tls: { gateway.configuration.tls?.handler(on: $0) }) {
      bytes in
      if let loop = loops[bytes.channel.eventLoop] { Self.accept(bytes, gateway, loop) }
    }
    var admin: Listener?
    if let address = settings.admin {
      let handler = AdminHandler(gateway: gateway)
      admin = try await Listener.bind(address, on: group, tls: { _ in nil }) { bytes in
        AdminService.accept(bytes, handler, connections: adminConnections)
      }
    }
    gateway.beginListening()
    logStart(listener, admin)
    if let address = listener.channel.localAddress { started(ListenAddress(host: address.ipAddress ?? "", port: address.port ?? 0)) }
    try await gracefulShutdown()
    gateway.log.log(.serverDraining)
    gateway.endListening()
    try? await listener.channel.close()
    await drain(within: gateway.configuration.settings.server.limits.drain)
    try? await admin?.channel.close()
  }

  /// Gives a connection a place, from before its first byte until its socket is closed.
  private static func accept(_ bytes: ByteChannel, _ gateway: GatewayServices, _ loop: LoopServices) {
    let limits = gateway.configuration.settings.server.limits
    let places = gateway.budgets.descriptors.clientConnections(upTo: limits.connections)
    guard gateway.connections.admit(bytes, limit: places) else { return refuse(bytes, gateway, limits) }
    let session = ClientSession(bytes, gateway, loop, limits)
    guard bytes.isTLS else { return session.begin() }
    let waiting = NIOLoopBound((session, loop), eventLoop: loop.eventLoop)
    bytes.serve { bytes in
      let (session, loop) = waiting.value
      let isSecure = await bytes.completesHandshake(by: .now() + .milliseconds(limits.handshakeTimeout.milliseconds))
      if isSecure, bytes.negotiatedProtocol != ListenerTLS.http2 { return session.begin() }
      do {
        guard isSecure, bytes.isOpen else { throw ChannelFailure.closed }
        try HTTP2Connection.begin(on: bytes, gateway, loop.eventLoop, limits) { ClientSession($0, gateway, loop, limits, $1) }
      } catch {
        bytes.abort()
        gateway.connections.endService(of: bytes)
      }
    }
  }

  /// Says that all places are taken, where that takes no handshake, and closes.
  private static func refuse(_ bytes: ByteChannel, _ gateway: GatewayServices, _ limits: Limits) {
    guard !bytes.isTLS else { return bytes.onLoop { $0.abort() } }
    bytes.serve { bytes in
      let id = gateway.newRequestID()
      let refusal = Refusal.gateway(.overloaded).forClient(id)
      let isTaken = await ClientConnection(bytes, limits: limits).answer(
        LocalResponse(refusing: refusal), to: RequestContext(id: id, isHead: false, clientAddress: nil), closing: true)
      if isTaken { bytes.close() } else { bytes.abort() }
    }
  }

  private func logStart(_ listener: Listener, _ admin: Listener?) {
    var metadata: Logger.Metadata = [:]
    for (name, channel) in [("server", listener.channel), ("admin", admin?.channel)] {
      guard let address = channel?.localAddress else { continue }
      metadata["\(name).address"] = "\(address.ipAddress ?? "")"
      metadata["\(name).port"] = .stringConvertible(address.port ?? 0)
    }
    metadata["config.digest"] = "sha256:\(gateway.configuration.settings.digest.hex)"
    gateway.log.log(.serverStarted, metadata)
  }

  /// Waits for the running requests, but not for longer than `limit`.
  private func drain(within limit: Milliseconds) async {
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await gateway.connections.drain() }
      tasks.addTask {
        guard (try? await Task.sleep(for: .milliseconds(limit.milliseconds))) != nil else { return }
        gateway.inspections.close()
        await gateway.connections.abortAll()
      }
      await tasks.next()
      tasks.cancelAll()
    }
  }
}
