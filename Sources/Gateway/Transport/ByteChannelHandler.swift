import NIOCore
import NIOTLS

/// Reports a channel's events to its `ByteChannel`, in the isolation that both share: the event loop, and passes them on.
final class ByteChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

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
    guard !bytes.onLoop({ $0.isHandedOver }) else { return context.fireChannelRead(data) }
    let buffer = unwrapInboundIn(data)
    bytes.onLoop { $0.didReceive(buffer) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.inputClosed) = event as? ChannelEvent { bytes.onLoop { $0.didEnd() } }
    if case .some(.handshakeCompleted(let negotiated)) = event as? TLSUserEvent { bytes.onLoop { $0.didCompleteHandshake(negotiated) } }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    bytes.onLoop { $0.didClose() }
    context.fireChannelInactive()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    bytes.onLoop { $0.writabilityChanged() }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    bytes.onLoop { $0.didFail(error) }
    context.close(promise: nil)
  }
}
