import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// A listening socket, each of whose connections is served by one task on the connection's own event loop.
struct Listener {
  /// Why it does not listen.
  struct Failure: Error, CustomStringConvertible {
    let address: ListenAddress
    let cause: any Error

    var description: String {
      guard let error = cause as? IOError, let reason = unsafe strerror(error.errnoCode) else {
        return "can't listen on \(address): \(cause)"
      }
      return "can't listen on \(address): \(unsafe String(cString: reason))"
    }
  }

  let channel: any Channel

  /// `serve` is called once for each connection, in its isolation; `tls` is asked for each, so that new certificates serve new connections.
  static func bind(
    _ address: ListenAddress, on group: any EventLoopGroup, tls: @escaping @Sendable () -> NIOSSLContext?,
    serve: @escaping @Sendable (isolated ByteChannel) async -> Void
  ) async throws(Failure) -> Listener {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 * 1024, high: 256 * 1024))
      .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 8192, maximum: 256 * 1024))
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let context = tls()
          let pipeline = channel.pipeline.syncOperations
          if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
          let handler = ByteChannelHandler(ByteChannel(channel, isTLS: context != nil)) { bytes in
            Task(executorPreference: EventLoopTaskExecutor(bytes.channel.eventLoop)) { await serve(bytes) }
          }
          try pipeline.addHandler(handler)
        }
      }
    do {
      return Listener(channel: try await bootstrap.bind(host: address.host, port: address.port).get())
    } catch {
      throw Failure(address: address, cause: error)
    }
  }
}
