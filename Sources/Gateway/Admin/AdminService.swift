import Configuration
import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// Serves the admin listener's connections, by the same grammar as the public one's.
struct AdminService {
  private static let mostConnections = 64

  let handler: AdminHandler
  let connection: ClientConnection

  /// Gives a connection one of the admin listener's own places; without one it is closed.
  static func accept(_ bytes: ByteChannel, _ handler: AdminHandler, connections: OpenConnections) {
    guard connections.admit(bytes, limit: mostConnections) else { return bytes.onLoop { $0.abort() } }
    bytes.serve { bytes in
      await AdminService(handler: handler, connection: ClientConnection(bytes, limits: Limits())).run()
      connections.endService(of: bytes)
    }
  }

  private func run() async {
    while let head = await connection.nextHead() {
      let answer = await handler.answer(method: ExactString(head.method.rawValue), target: ExactString(head.target.text))
      let mayContinue = head.keepAlive && !head.announcesBody
      var written = ResponseHeadWriter(status: answer.status, reason: "".utf8)
      written.add("content-type", answer.contentType.utf8)
      written.add("content-length", String(answer.body.count).utf8)
      if let allow = answer.allow { written.add("allow", allow.utf8) }
      written.finish(closing: !mayContinue)
      guard await connection.finish(ByteBuffer(bytes: head.method == .head ? written.bytes : written.bytes + answer.body)) else {
        return await connection.bytes.abort()
      }
      guard mayContinue else { return await connection.endAfterRefusedHead() }
    }
    await connection.bytes.close()
  }
}

extension AdminHandler {
  init(gateway: GatewayServices) {
    self.init(readiness: { await gateway.readiness() }, metrics: { await gateway.exposition() })
  }
}

extension GatewayServices {
  /// What `/ready` tells of this moment. The state store is asked, the others are not.
  func readiness() async -> Readiness {
    let configuration = configuration
    let isStateAvailable: Bool
    do throws(StateRefusal) {
      try await store.probe()
      isStateAvailable = true
    } catch {
      isStateAvailable = false
    }
    // It is tried first.
    let mayBeRecorded = audit.ensureWritable()
    return Readiness(
      configuration: configuration.settings.digest, isListening: isListening, isStateAvailable: isStateAvailable,
      isAuditWritable: audit.isWritable, mayBeRecorded: mayBeRecorded,
      issuers: configuration.settings.issuers.compactMap { issuer in configuration.issuers[issuer.url].map { (issuer.name, $0.keys.state) }
      },
      registries: configuration.registries.map { ($0.name, health.state(of: $0.name)) },
      credentials: configuration.registries.map { ($0.name, $0.standing.isAccepted) },
      frozen: frozen.map(\.scope.words))
  }
}
