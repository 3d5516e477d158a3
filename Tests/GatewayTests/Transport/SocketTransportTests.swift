import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

@Suite("The end of a connection at once") struct SocketTransportTests {
  /// As TLS, which says goodbye and waits before it lets the socket close.
  private final class Reluctant: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {}
  }

  @Test("does not ask those that stand further from the socket")
  func abort() throws {
    let channel = EmbeddedChannel()
    let transport = SocketTransport(channel)
    try channel.pipeline.syncOperations.addHandlers([transport, Reluctant()])
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    channel.close(promise: nil)
    #expect(channel.isActive)
    transport.abort()
    #expect(!channel.isActive)
    // It has left the pipeline with the channel.
    transport.abort()
  }
}
