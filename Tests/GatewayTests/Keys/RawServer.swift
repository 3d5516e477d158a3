import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport

/// A server on a free port of loopback that answers a request's head with whatever bytes a test wants, over TLS or not.
final class RawServer: Sendable {
  enum Answer: Sendable {
    /// These bytes, then the connection's end.
    case bytes([UInt8])
    /// Nothing, and no end.
    case silence
    /// The first bytes, then the others again and again for as long as somebody takes them.
    case endless(_ start: String, then: [UInt8], pause: TimeAmount = .zero)
    /// As a proxy that agrees, and is the server behind itself over TLS.
    case tunnel

    static func text(_ text: String) -> Answer { .bytes(Array(text.utf8)) }

    static func document(_ body: [UInt8], _ fields: String = "") -> Answer {
      .bytes(Array("HTTP/1.1 200 OK\r\ncontent-length: \(body.count)\r\n\(fields)\r\n".utf8) + body)
    }
  }

  /// What came in.
  fileprivate final class Log: Sendable {
    let heads = Mutex<[String]>([])
    /// Nil when the server has stopped.
    let channels = Mutex<[any Channel]?>([])
  }

  let port: Int
  private let listener: any Channel
  private let log: Log

  /// Each connection is given its answer when the head of its request is there.
  static func start(
    tls certificate: TestCertificate? = nil, newest: TLSVersion = .tlsv13, answer: @escaping @Sendable (String) -> Answer
  ) async throws -> RawServer {
    let log = Log()
    let context = try certificate?.serverContext(newest: newest)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard log.channels.withLock({ $0?.append(channel) }) != nil else { throw ChannelError.ioOnClosedChannel }
          if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
          try channel.pipeline.syncOperations.addHandler(RawHandler(log, answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return RawServer(listener, log)
  }

  private init(_ listener: any Channel, _ log: Log) {
    self.listener = listener
    self.log = log
    port = listener.localAddress?.port ?? 0
  }

  /// Ends all connections, too, so that nobody waits for them.
  @discardableResult func stop() -> EventLoopFuture<Void> {
    let channels = log.channels.withLock { channels in
      defer { channels = nil }
      return channels
    }
    for channel in channels ?? [] { channel.close(promise: nil) }
    return listener.close()
  }

  /// The heads of all requests, in the order in which they came.
  var heads: [String] { log.heads.withLock { $0 } }
  var connections: Int { log.channels.withLock { $0?.count ?? 0 } }

  func url(_ path: String = "/", host: String = "127.0.0.1", scheme: String = "http") -> String { "\(scheme)://\(host):\(port)\(path)" }
}

private final class RawHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let log: RawServer.Log
  private let answer: @Sendable (String) -> RawServer.Answer
  private var head: [UInt8] = []

  init(_ log: RawServer.Log, _ answer: @escaping @Sendable (String) -> RawServer.Answer) {
    self.log = log
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    head += unwrapInboundIn(data).readableBytesView
    guard head.suffix(4).elementsEqual("\r\n\r\n".utf8) else { return }
    let text = String(decoding: head, as: UTF8.self)
    head = []
    log.heads.withLock { $0.append(text) }
    let channel = context.channel
    switch answer(text) {
    case .bytes(let bytes):
      channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenComplete { _ in channel.close(promise: nil) }
    case .silence: break
    case .endless(let start, let bytes, let pause):
      channel.writeAndFlush(ByteBuffer(string: start), promise: nil)
      Self.pour(ByteBuffer(bytes: bytes), into: channel, pause)
    case .tunnel:
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n")), promise: nil)
      do {
        try context.pipeline.syncOperations.addHandler(
          NIOSSLServerHandler(context: TestCertificate.known().serverContext()), position: .first)
      } catch {
        context.close(promise: nil)
      }
    }
  }

  private static func pour(_ bytes: ByteBuffer, into channel: any Channel, _ pause: TimeAmount) {
    channel.writeAndFlush(bytes).whenSuccess {
      channel.eventLoop.scheduleTask(in: pause) { pour(bytes, into: channel, pause) }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
