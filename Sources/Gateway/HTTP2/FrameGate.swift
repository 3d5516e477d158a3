import NIOCore

/// Stands before what reads a connection's frames, and lets no flood of them through.
final class FrameGate: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connection: HTTP2Connection

  init(_ connection: HTTP2Connection) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if connection.mayRead(unwrapInboundIn(data)) { context.fireChannelRead(data) }
  }
}
