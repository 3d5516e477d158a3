import NIOCore
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// Serves the admin listener's connections, by the same grammar as the public one's.
struct AdminService {
  let handler: AdminHandler
  let connection: ClientConnection

  func run() async {
    while let head = try? await connection.nextHead() {
      let answer = await handler.answer(method: ExactString(head.method.rawValue), target: ExactString(head.target.text))
      let body = RequestBody(of: head, on: connection.bytes, limits: connection.limits)
      let mayContinue = head.keepAlive && body.isComplete
      var written = AnswerHead(status: answer.status, reason: "".utf8)
      written.add("content-type", answer.contentType.utf8)
      written.add("content-length", String(answer.body.count).utf8)
      if let allow = answer.allow { written.add("allow", allow.utf8) }
      written.finish(closing: !mayContinue)
      await connection.write(ByteBuffer(bytes: head.method == .head ? written.bytes : written.bytes + answer.body))
      guard mayContinue else { return await connection.end(after: body) }
    }
    await connection.bytes.close()
  }
}

extension AdminHandler {
  init(gateway: GatewayServices) {
    self.init(readiness: { await gateway.readiness() }, metrics: { gateway.exposition() })
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
    metrics.stateAvailable.set(isStateAvailable ? 1 : 0)
    return Readiness(
      configuration: configuration.settings.digest, isListening: isListening, isStateAvailable: isStateAvailable,
      isAuditWritable: audit.ensureWritable(),
      issuers: configuration.settings.issuers.compactMap { issuer in configuration.issuers[issuer.url].map { (issuer.name, $0.keys.state) }
      },
      registries: configuration.registries.map { ($0.name, registryState(of: $0.name)) })
  }

  /// The numbers, after those that are only read here were set.
  func exposition() -> [UInt8] {
    metrics.connections.set(Int64(connections.count))
    metrics.spoolBytes.set(spoolBudget.bytesInUse)
    metrics.auditWritable.set(audit.ensureWritable() ? 1 : 0)
    return metrics.exposition()
  }
}
