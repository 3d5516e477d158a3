import Configuration
import Glibc
import NIOCore
import NIOPosix
import Observability

/// A listening socket.
struct Listener {
  /// What one turn of an event loop handles of one body: thousands of tiny parts of a form take a few milliseconds.
  private static let mostBytesOfRead = 128 << 10

  /// Why it does not listen.
  struct Failure: Error, CustomStringConvertible {
    let address: ListenAddress
    let cause: any Error

    var description: String {
      let reason =
        switch cause {
        case let error as IOError: SystemError.words(error.errnoCode)
        case is SocketAddressError.UnknownHost: "the name is not known"
        default: "it is not an address of this machine"
        }
      return "can't listen on \(address): \(reason)"
    }
  }

  let channel: any Channel

  /// - Parameters:
  ///   - tls: What speaks TLS on a new connection, if anything does. Asked for each connection, so that new certificates serve new connections.
  ///   - accept: Called once for each connection, on its event loop, before anything is read.
  static func bind(
    _ address: ListenAddress, on group: any EventLoopGroup, tls: @escaping @Sendable (any Channel) -> (any ChannelHandler)?,
    accept: @escaping @Sendable (ByteChannel) -> Void
  ) async throws(Failure) -> Listener {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 * 1024, high: 256 * 1024))
      .childChannelOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 8192, maximum: Self.mostBytesOfRead)
      )
      .noticingDeadClients()
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          _ = try ByteChannel.make(on: channel, tls: tls(channel), onActive: accept)
        }
      }
    do {
      return Listener(channel: try await bootstrap.bind(host: address.host, port: address.port).get())
    } catch {
      throw Failure(address: address, cause: error)
    }
  }
}

extension ServerBootstrap {
  /// TCP keep-alive: a client that vanished without a word is found out after 60 s of silence and 5 probes.
  fileprivate func noticingDeadClients() -> ServerBootstrap {
    childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE)), value: 60)
      .childChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL)), value: 10)
      .childChannelOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPCNT)), value: 5)
  }
}
