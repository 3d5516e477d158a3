import NIOCore

/// What a `ByteChannel` asks of what carries its bytes, and that a channel has no way to say. It lives on the channel's event loop.
protocol ByteTransport: AnyObject {
  /// Whether bytes may still be written, or are still under way.
  var isOpen: Bool { get }

  /// What was written and the other side, or the system, has not taken.
  var bufferedBytes: Int { get }

  /// Whether more bytes are to come.
  func setReading(_ isReading: Bool)

  /// Ends it at once.
  func abort()
}

/// Stands next to the socket, so that a connection can be ended at once, whatever TLS still wants to say or to wait for.
final class SocketTransport: ChannelOutboundHandler, ByteTransport {
  typealias OutboundIn = ByteBuffer

  private let channel: any Channel
  private var context: ChannelHandlerContext?

  init(_ channel: any Channel) { self.channel = channel }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  var isOpen: Bool { channel.isActive }

  var bufferedBytes: Int {
    guard let options = channel.syncOptions, let count = try? options.getOption(.bufferedWritableBytes) else { return 0 }
    return count
  }

  func setReading(_ isReading: Bool) { try? channel.syncOptions?.setOption(.autoRead, value: isReading) }

  func abort() { context?.close(mode: .all, promise: nil) }
}
