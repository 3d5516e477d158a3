import Configuration
import NIOCore
import NIOPosix
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

/// A gateway on loopback before a scripted registry. Its issuer's keys are a file.
struct SampleServing {
  let gateway: SampleGateway
  let registry: ScriptedRegistry
  let port: Int
  private let listener: any Channel

  /// A gateway before a registry, which is started.
  static func gateway(before registry: ScriptedRegistry, _ change: (inout SettingsSample) -> Void) async throws -> SampleGateway {
    let keys = try TemporaryFolder()
    let path = keys.write(String(decoding: try PublishSample.jwks(), as: UTF8.self), to: "keys.json")
    var settings = SampleUpload.streamed.settings
    settings.issuers = "{github: {provider: github, jwks_file: \"\(path)\"}}"
    settings.files[path] = ""
    settings.upstream = "{url: \"http://127.0.0.1:\(try await registry.start())/\", credential: {bearer: {env: SECRET}}}"
    change(&settings)
    let gateway = try SampleGateway(settings)
    for issuer in gateway.services.configuration.issuers.values { await issuer.keys.refresh() }
    return gateway
  }

  static func start(
    _ registry: ScriptedRegistry, on eventLoop: any EventLoop = MultiThreadedEventLoopGroup.singleton.any(),
    _ change: (inout SettingsSample) -> Void = { _ in }
  ) async throws -> SampleServing {
    let gateway = try await gateway(before: registry, change)
    let services = gateway.services
    let loop = try await eventLoop.submit { NIOLoopBound(LoopServices(eventLoop, services), eventLoop: eventLoop) }.get()
    let listener = try await Listener.bind(ListenAddress(host: "127.0.0.1", port: 0), on: eventLoop, tls: { _ in nil }) { bytes in
      _ = services.connections.admit(bytes, limit: 100)
      ClientSession(bytes, services, loop.value, services.configuration.settings.server.limits).begin()
    }
    return SampleServing(
      gateway: gateway, registry: registry, port: listener.channel.localAddress?.port ?? 0, listener: listener.channel)
  }

  func stop() async throws {
    try await listener.close()
    registry.stop()
  }

  func client() async throws -> RawClient { try await RawClient.connect(to: port) }

  /// What the record of each request says, once all are served: its outcome, and the reason if there is one. No other request is served after it.
  func outcomes() async throws -> [String] {
    await gateway.services.connections.drain()
    return try gateway.records().map { record in
      [record["outcome"]?.string?.text, record["reason"]?.string?.text].compactMap { $0 }.joined(separator: " ")
    }
  }

  // MARK: - What clients send

  static func put(
    _ body: [UInt8], to file: String = "w.whl", chunked: Bool = false, token: String? = nil, _ fields: String...
  ) throws -> [UInt8] {
    let lines =
      [
        "PUT /acme-widgets/1.0/\(file) HTTP/1.1", "Host: upload.example.com", "Authorization: Bearer \(try token ?? PublishSample.token())",
        chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)",
      ] + fields
    let head = Array(lines.map { "\($0)\r\n" }.joined().utf8) + Array("\r\n".utf8)
    guard chunked else { return head + body }
    var framed: [UInt8] = []
    for start in stride(from: 0, to: body.count, by: 10_000) {
      let piece = body[start..<min(start + 10_000, body.count)]
      framed += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
    }
    return head + framed + Array("0\r\n\r\n".utf8)
  }
}
