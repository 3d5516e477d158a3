import Configuration
import NIOCore
import NIOPosix
import TestSupport

@testable import Gateway

/// Connections on loopback, both ends of which a test holds.
struct Loopback {
  struct Connection {
    /// The end that was accepted, as a client's connection is.
    let accepted: ByteChannel
    /// The end that connected, as a connection to a registry does.
    let connected: ByteChannel
  }

  private let listener: Listener
  private var accepted: AsyncStream<ByteChannel>.AsyncIterator

  static func with(_ body: (inout Loopback) async throws -> Void) async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: ByteChannel.self)
    let listener = try await Listener.bind(
      ListenAddress(host: "127.0.0.1", port: 0), on: MultiThreadedEventLoopGroup.singleton, tls: { _ in nil }
    ) { continuation.yield($0) }
    var loopback = Loopback(listener: listener, accepted: stream.makeAsyncIterator())
    do { try await body(&loopback) } catch {
      try await listener.channel.close()
      throw error
    }
    try await listener.channel.close()
  }

  var port: Int { listener.channel.localAddress?.port ?? 0 }

  mutating func connect(on loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next()) async throws -> Connection {
    let connected = try await UpstreamOrigin.sample(port: port).connect(on: loop)
    guard let accepted = await accepted.next(isolation: #isolation) else { throw ChannelError.ioOnClosedChannel }
    return Connection(accepted: accepted, connected: connected)
  }

  static func withConnection(_ body: (Connection) async throws -> Void) async throws {
    try await with { loopback in
      let connection = try await loopback.connect()
      do { try await body(connection) } catch {
        await connection.end()
        throw error
      }
      await connection.end()
    }
  }
}

extension Loopback.Connection {
  fileprivate func end() async {
    await accepted.abort()
    await connected.abort()
    try? await accepted.channel.closeFuture.get()
    try? await connected.channel.closeFuture.get()
  }
}

extension ByteChannel {
  /// Sends a text whole.
  func say(_ text: String) async throws {
    var pace = TransferPace.patient
    try await writeAll(ByteBuffer(string: text), until: .flushed, at: &pace)
  }

  /// The next `count` bytes; fewer at the end of the stream.
  func hear(_ count: Int) async throws -> String {
    var heard = ByteBuffer()
    while heard.readableBytes < count, let bytes = try await read(by: .soon) { heard.writeImmutableBuffer(bytes) }
    let text = heard.readString(length: min(count, heard.readableBytes)) ?? ""
    unread(heard)
    return text
  }

  /// Does something on the event loop.
  func run(_ work: @Sendable (isolated ByteChannel) -> Void) { work(self) }

  /// Returns when there is input that nobody has read.
  func inputArrives() async {
    try? await awaitInput(by: .soon)
  }
}

extension TransferPace {
  /// Waits for as long as a test may take.
  static var patient: TransferPace { TransferPace(bytesPerSecond: 0, window: .minutes(10)) }
}

extension NIODeadline {
  /// A time that no test reaches unless it fails, however many others run beside it.
  static var soon: NIODeadline { .now() + .minutes(10) }
}
