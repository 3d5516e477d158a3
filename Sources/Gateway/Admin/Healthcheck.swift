import NIOCore
import NIOPosix
import StrictParsers

/// Asks a running gateway whether it is ready.
package enum Healthcheck {
  private static let patience = TimeAmount.seconds(5)

  package static func isReady(at address: ListenAddress) async -> Bool {
    let host = ["0.0.0.0", "::"].contains(address.host) ? "127.0.0.1" : address.host
    let origin = UpstreamOrigin(
      key: .init(registry: "", socket: nil, host: host, port: address.port, isTLS: false, caFile: nil, clientCertificate: nil), tls: nil,
      authority: ListenAddress(host: host, port: address.port).description, connectTimeout: patience)
    do throws(UpstreamFailure) {
      let bytes = try await origin.connect(on: MultiThreadedEventLoopGroup.singleton.any())
      let connection = UpstreamConnection(bytes, slot: nil, wasReused: false, limits: Limits())
      let request = "GET /ready HTTP/1.1\r\nhost: \(origin.authority)\r\nconnection: close\r\n\r\n"
      _ = try await connection.send(.byteBuffer(ByteBuffer(string: request)))
      let answer = try await connection.answerHead(to: .get, by: .now() + patience)
      return answer.status == 200
    } catch {
      return false
    }
  }
}

extension ListenAddress {
  /// Where the examples put the admin listener.
  package static let usualAdmin = ListenAddress(host: "127.0.0.1", port: 9090)
}
