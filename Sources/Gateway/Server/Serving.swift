import Digests
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import RegistryProtocols
import ServiceLifecycle

/// Accepts connections until the shutdown begins, then lets those that run finish.
struct Serving: Service {
  let gateway: GatewayServices
  let group: MultiThreadedEventLoopGroup
  let started: @Sendable (ListenAddress) -> Void

  func run() async throws {
    let settings = gateway.configuration.settings
    let listener = try await Listener.bind(settings.server.listen, on: group, tls: { [gateway] in gateway.configuration.tls }) {
      [gateway] bytes in
      await Self.serve(bytes, gateway)
    }
    var admin: Listener?
    if let address = settings.admin {
      let handler = AdminHandler(gateway: gateway)
      admin = try await Listener.bind(address, on: group, tls: { nil }) { bytes in
        await AdminService(handler: handler, connection: ClientConnection(bytes, limits: Limits())).run()
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

  private static func serve(_ bytes: isolated ByteChannel, _ gateway: GatewayServices) async {
    let limits = gateway.configuration.settings.server.limits
    let connection = ClientConnection(bytes, limits: limits)
    guard gateway.connections.admit(bytes, limit: limits.connections) else {
      let id = gateway.newRequestID()
      let refusal = Refusal.gateway(.overloaded).forClient(id)
      await connection.answer(
        RegistryAnswer(refusing: refusal), to: AnsweredRequest(id: id, isHead: false, clientAddress: nil), closing: true)
      return bytes.close()
    }
    await RequestService(gateway: gateway, connection: connection, peer: bytes.channel.remoteAddress).run()
    gateway.connections.remove(bytes)
  }

  private func logStart(_ listener: Listener, _ admin: Listener?) {
    var metadata: Logger.Metadata = [:]
    for (name, channel) in [("server", listener.channel), ("admin", admin?.channel)] {
      guard let address = channel?.localAddress else { continue }
      metadata["\(name).address"] = "\(address.ipAddress ?? "")"
      metadata["\(name).port"] = "\(address.port ?? 0)"
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
        await gateway.connections.abortAll()
      }
      await tasks.next()
      tasks.cancelAll()
    }
  }
}
