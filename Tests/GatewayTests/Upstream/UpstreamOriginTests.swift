import NIOCore
import NIOPosix
import RegistryClient
import TestSupport
import Testing

@testable import Gateway

@Suite("A connection to a registry", .timeLimit(.minutes(10))) struct UpstreamOriginTests {
  private static let loop = MultiThreadedEventLoopGroup.singleton.next()

  /// Speaks first.
  private final class Greeting: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    func channelActive(context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "hello")), promise: nil)
    }
  }

  @Test("is made to an address, to a name and to a socket of this machine", arguments: ["127.0.0.1", "localhost", "a socket"])
  func connects(to place: String) async throws {
    let folder = try TemporaryFolder()
    let socket = place == "a socket" ? "\(folder.path)/registry" : nil
    let bootstrap = ServerBootstrap(group: Self.loop).childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Greeting()) }
    }
    let server =
      if let socket { try await bootstrap.bind(unixDomainSocketPath: socket).get() } else {
        try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
      }
    let origin = UpstreamOrigin.sample(host: socket == nil ? place : "", port: server.localAddress?.port ?? 0, socket: socket)
    let bytes = try await origin.connect(on: Self.loop)
    #expect(bytes.channel.eventLoop === Self.loop)
    #expect(!bytes.isTLS)
    #expect(try await bytes.hear(5) == "hello")
    await bytes.abort()
    try await server.close()
  }

  @Test("can't be made where nobody listens")
  func refused() async throws {
    let server = try await ServerBootstrap(group: Self.loop).bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(server.localAddress?.port)
    try await server.close()
    await #expect(throws: UpstreamFailure.unreachable) { _ = try await UpstreamOrigin.sample(port: port).connect(on: Self.loop) }
    await #expect(throws: UpstreamFailure.unreachable) {
      _ = try await UpstreamOrigin.sample(socket: "/nonexistent/registry").connect(on: Self.loop)
    }
    await #expect(throws: (any Error).self) { _ = try await UpstreamOrigin.sample(port: port).open(on: Self.loop) }
  }
}
