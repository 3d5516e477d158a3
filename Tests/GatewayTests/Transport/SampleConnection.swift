import NIOCore
import NIOEmbedded

@testable import Gateway

/// A connection whose other side is the test. What touches it runs on its event loop.
struct SampleConnection: Sendable {
  let channel: NIOAsyncTestingChannel
  let bytes: ByteChannel

  /// Makes a connection, and runs a test's work on its event loop.
  static func run<Value: Sendable>(_ work: @escaping @Sendable (SampleConnection) throws -> Value) async throws -> Value {
    let connection = try await open()
    return try await connection.channel.testingEventLoop.executeInContext { try work(connection) }
  }

  static func open() async throws -> SampleConnection {
    let channel = NIOAsyncTestingChannel()
    try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
    return try await channel.testingEventLoop.executeInContext {
      SampleConnection(channel: channel, bytes: try ByteChannel.make(on: channel, tls: nil))
    }
  }

  /// What the gateway wrote and nobody has read.
  func written() async throws -> String {
    var text = ""
    while let data = try await channel.readOutbound(as: IOData.self) {
      if case .byteBuffer(let buffer) = data { text += String(buffer: buffer) }
    }
    return text
  }

  // MARK: - On the event loop

  func receive(_ text: String) { channel.pipeline.syncOperations.fireChannelRead(NIOAny(ByteBuffer(string: text))) }

  /// The other side sends nothing more.
  func endInput() { channel.pipeline.syncOperations.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }

  var input: String {
    guard case .success(.bytes(let buffer)) = bytes.input else { return "" }
    return String(buffer: buffer)
  }
}
