import NIOCore
import NIOSSL
import StrictParsers

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

extension RequestHead {
  /// The head of a request with these field lines beside its Host.
  static func sample(_ line: String, _ fields: [String] = [], host: String = "upload.example.com") throws -> RequestHead {
    var parser = RequestHeadParser()
    let text = ([line + " HTTP/1.1", "Host: \(host)"] + fields + ["", ""]).joined(separator: "\r\n")
    switch try parser.feed(Array(text.utf8).span) {
    case .head(let head, _): return head
    case .needMore: throw HTTPRefusal.truncatedBody
    }
  }
}
