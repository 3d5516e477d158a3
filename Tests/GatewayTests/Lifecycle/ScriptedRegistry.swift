import NIOCore
import NIOPosix
import StrictParsers
import Synchronization

@testable import Gateway

/// A registry on a free port of loopback that does with each request what a test's script says next.
final class ScriptedRegistry: Sendable {
  enum Step: Sendable {
    /// Answers once the whole request is there.
    case answer(String)
    /// Answers once the head is there, and reads on.
    case answerEarly(String)
    /// Ends the connection before a byte of an answer.
    case closeAfterHead, closeAfterBody
    /// Ends the connection in the middle of its answer.
    case answerHalf
    /// Takes the request, and says nothing.
    case silence

    static let created = answer(response(201, "created"))
  }

  static func response(_ status: Int, _ body: String, _ fields: String = "") -> String {
    "HTTP/1.1 \(status) Said\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
  }

  struct Request: Sendable, Equatable {
    var head: String
    /// Without its framing.
    var body: [UInt8]
  }

  fileprivate struct State {
    var script: [Step]
    var requests: [Request] = []
    var connections = 0
    var channels: [any Channel] = []
    /// Of the bodies of all requests.
    var bodyBytes = 0
    var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state: Mutex<State>
  private let listener = Mutex<(any Channel)?>(nil)

  /// After the last step, every request is taken.
  init(_ script: Step...) { state = Mutex(State(script: script)) }

  /// Returns its port.
  func start() async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          self.state.withLock { state in
            state.connections += 1
            state.channels.append(channel)
          }
          try channel.pipeline.syncOperations.addHandler(RegistryHandler(self))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    listener.withLock { $0 = channel }
    return channel.localAddress?.port ?? 0
  }

  func stop() {
    listener.withLock { $0 }?.close(promise: nil)
    for channel in state.withLock({ $0.channels }) { channel.close(promise: nil) }
  }

  /// Ends the connections that it has.
  func endConnections() async throws { for channel in state.withLock({ $0.channels }) { try? await channel.close() } }

  /// Returns once so many bytes of bodies have come.
  func received(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.bodyBytes < count { state.waiting.append((count, continuation)) }
        return state.bodyBytes >= count
      }
      if isThere { continuation.resume() }
    }
  }

  fileprivate func noteBody(_ bytes: Int) {
    let ready = state.withLock { state in
      state.bodyBytes += bytes
      let count = state.bodyBytes
      defer { state.waiting.removeAll { $0.count <= count } }
      return state.waiting.filter { $0.count <= count }
    }
    for waiting in ready { waiting.continuation.resume() }
  }

  /// Those that came whole.
  var requests: [Request] { state.withLock { $0.requests } }
  var connections: Int { state.withLock { $0.connections } }

  fileprivate func nextStep() -> Step { state.withLock { $0.script.isEmpty ? .created : $0.script.removeFirst() } }
  fileprivate func note(_ request: Request) { state.withLock { $0.requests.append(request) } }
}

/// Reads requests one after the other.
private final class RegistryHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let registry: ScriptedRegistry
  private var received = ByteBuffer()
  private var step: ScriptedRegistry.Step?
  private var request: ScriptedRegistry.Request?
  private var reader: ReceivedBody?

  init(_ registry: ScriptedRegistry) { self.registry = registry }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    received.writeBuffer(&bytes)
    if request == nil { readHead(context) }
    readBody(context)
  }

  private func readHead(_ context: ChannelHandlerContext) {
    let end = Array("\r\n\r\n".utf8)
    let view = received.readableBytesView
    guard let start = view.indices.first(where: { view[$0...].starts(with: end) }) else { return }
    let head = received.readString(length: start - view.startIndex + 4) ?? ""
    request = .init(head: head, body: [])
    let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }?.dropFirst(16)
    let isChunked = head.lowercased().contains("transfer-encoding: chunked")
    reader = ReceivedBody(isChunked ? .chunked : length.flatMap { Int64($0) }.map { .length($0) } ?? .none)
    let step = registry.nextStep()
    self.step = step
    switch step {
    case .answerEarly(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    case .closeAfterHead: context.close(promise: nil)
    case .answer, .closeAfterBody, .answerHalf, .silence: break
    }
  }

  private func readBody(_ context: ChannelHandlerContext) {
    guard request != nil, var reader else { return }
    reader.append(received)
    received.clear()
    while let data = try? reader.next() {
      request?.body += data.readableBytesView
      registry.noteBody(data.readableBytes)
    }
    self.reader = reader
    guard reader.isComplete, let request, let step else { return }
    registry.note(request)
    received = reader.takeRest()
    (self.request, self.reader, self.step) = (nil, nil, nil)
    switch step {
    case .answer(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    case .answerHalf:
      let beginning = ByteBuffer(string: "HTTP/1.1 201 Said\r\nContent-Length: 9\r\n\r\nhal")
      context.writeAndFlush(wrapOutboundOut(beginning), promise: nil)
      context.close(promise: nil)
    case .closeAfterBody: context.close(promise: nil)
    case .answerEarly, .closeAfterHead, .silence: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
