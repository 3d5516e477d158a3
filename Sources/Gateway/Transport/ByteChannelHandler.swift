import NIOCore
import NIOTLS

/// Reports a channel's events to its `ByteChannel`, in the isolation that both share: the event loop.
final class ByteChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let bytes: ByteChannel
  private let onActive: @Sendable (ByteChannel) -> Void

  init(_ bytes: ByteChannel, onActive: @escaping @Sendable (ByteChannel) -> Void) {
    self.bytes = bytes
    self.onActive = onActive
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { onActive(bytes) }
  }

  func channelActive(context: ChannelHandlerContext) { onActive(bytes) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    bytes.onLoop { $0.didReceive(buffer) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {}

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.inputClosed) = event as? ChannelEvent { bytes.onLoop { $0.didEnd() } }
    if case .some(.handshakeCompleted) = event as? TLSUserEvent { bytes.onLoop { $0.didCompleteHandshake() } }
  }

  func channelInactive(context: ChannelHandlerContext) {
    bytes.onLoop { $0.didClose() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) { bytes.onLoop { $0.writabilityChanged() } }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    bytes.onLoop { $0.didFail(error) }
    context.close(promise: nil)
  }
}
