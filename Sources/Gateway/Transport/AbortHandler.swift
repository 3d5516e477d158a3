import NIOCore

/// Stands next to the socket, so that a connection can be ended at once, whatever TLS still wants to say or to wait for.
final class AbortHandler: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  private var context: ChannelHandlerContext?

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func abort() { context?.close(mode: .all, promise: nil) }
}
