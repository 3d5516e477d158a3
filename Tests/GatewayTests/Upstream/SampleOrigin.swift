import NIOCore
import NIOSSL
import StrictParsers
import TestSupport

@testable import Gateway

extension UpstreamOrigin {
  /// A registry on loopback.
  static func sample(host: String = "127.0.0.1", port: Int = 8081, socket: String? = nil, tls: NIOSSLContext? = nil) -> UpstreamOrigin {
    UpstreamOrigin(
      key: Key(
        registry: "python", socket: socket, host: host, port: port, isTLS: tls != nil, caFile: nil, clientCertificate: nil),
      tls: tls, authority: "registry.example:\(port)", connectTimeout: .seconds(10))
  }
}
