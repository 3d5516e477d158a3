package import Configuration
import NIOCore
import NIOPosix
import Observability
import RegistryClient
import StrictParsers

/// Asks a running gateway whether it is ready.
package enum Healthcheck {
  private static let patience = TimeAmount.seconds(5)
  private static let longestAnswer = 1 << 20

  /// Why it is not; `nil` if it is ready.
  package static func trouble(at address: ListenAddress) async -> String? {
    let host = ["0.0.0.0", "::"].contains(address.host) ? "127.0.0.1" : address.host
    let origin = UpstreamOrigin(
      key: .init(registry: "", socket: nil, host: host, port: address.port, isTLS: false, caFile: nil, clientCertificate: nil), tls: nil,
      authority: ListenAddress(host: host, port: address.port).description, connectTimeout: patience)
    do {
      let bytes = try await origin.open(on: MultiThreadedEventLoopGroup.singleton.any())
      let connection = UpstreamConnection(bytes, slot: nil, wasReused: false, limits: Limits())
      let request = "GET /ready HTTP/1.1\r\nhost: \(origin.authority)\r\nconnection: close\r\n\r\n"
      _ = try await connection.send(.byteBuffer(ByteBuffer(string: request)))
      let deadline = NIODeadline.now() + patience
      let answer = try await connection.answerHead(to: .get, by: deadline)
      if answer.status == 200 { return nil }
      let body = try await connection.collectBody(upTo: longestAnswer, by: deadline, in: nil)
      let text = String(decoding: body, as: UTF8.self).split(separator: "\n").first ?? ""
      return "\(origin.authority) answers \(answer.status) to /ready: \(text)"
    } catch is UpstreamFailure {
      return "\(origin.authority) gives no whole answer to /ready"
    } catch {
      return "the admin listener can't be reached: \(ConnectionTrouble.words(for: error, with: origin))"
    }
  }
}

extension ListenAddress {
  /// Where the examples put the admin listener.
  package static let usualAdmin = ListenAddress(host: "127.0.0.1", port: 9090)
}
