import NIOCore

/// Stands before what reads a connection's frames, and lets no flood of them through. What comes after the first that is refused is not read either: with a
/// gap in it, it would say something else.
final class FrameGate: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connection: HTTP2Connection
  private var isShut = false

  init(_ connection: HTTP2Connection) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isShut, connection.mayRead(unwrapInboundIn(data)) else { return isShut = true }
    context.fireChannelRead(data)
  }
}
