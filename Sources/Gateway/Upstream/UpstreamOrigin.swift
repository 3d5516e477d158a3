import NIOCore
import NIOPosix
import NIOSSL
import RegistryClient
import StrictParsers

/// Where a registry listens, and how a connection to it is made.
final class UpstreamOrigin: Sendable {
  /// What two origins must share so that a connection to one may serve the other.
  struct Key: Hashable, Sendable {
    let registry: String
    /// The path of a socket of this machine; `nil` if it is the host and port.
    let socket: String?
    let host: String
    let port: Int
    let isTLS: Bool
    let caFile: String?
    let clientCertificate: String?

    /// Enough to find the few origins of a registry: the rest is compared.
    func hash(into hasher: inout Hasher) { hasher.combine(registry) }
  }

  let key: Key
  let tls: NIOSSLContext?
  /// The value of `Host`.
  let authority: String
  let connectTimeout: TimeAmount

  init(key: Key, tls: NIOSSLContext?, authority: String, connectTimeout: TimeAmount) {
    self.key = key
    self.tls = tls
    self.authority = authority
    self.connectTimeout = connectTimeout
  }

  func connect(on eventLoop: any EventLoop) async throws(UpstreamFailure) -> ByteChannel {
    do { return try await open(on: eventLoop) } catch { throw .unreachable }
  }

  /// The same with the cause where there is no connection.
  func open(on eventLoop: any EventLoop) async throws -> ByteChannel {
    let host = key.host
    let tls = tls
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(connectTimeout)
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelOption(.writeBufferWaterMark, value: .init(low: 128 * 1024, high: 512 * 1024))
      .channelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 4096, maximum: 256 * 1024))
    // Not a name, which neither a resolver must be asked about nor TLS may send (RFC 6066, section 3).
    let address = try? SocketAddress(ipAddress: host, port: key.port)
    let serverName = address == nil ? host : nil
    let initialize: @Sendable (any Channel) -> EventLoopFuture<ByteChannel> = { channel in
      channel.eventLoop.makeCompletedFuture {
        try ByteChannel.make(on: channel, tls: try tls.map { try NIOSSLClientHandler(context: $0, serverHostname: serverName) })
      }
    }
    if let socket = key.socket { return try await bootstrap.connect(unixDomainSocketPath: socket, channelInitializer: initialize) }
    let connecting = bootstrap.channelOption(.socketOption(.tcp_nodelay), value: 1).channelOption(.socketOption(.so_keepalive), value: 1)
    if let address { return try await connecting.connect(to: address, channelInitializer: initialize) }
    return try await connecting.connect(host: host, port: key.port, channelInitializer: initialize)
  }
}
