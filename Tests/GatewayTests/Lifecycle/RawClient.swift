import NIOCore
import NIOPosix
import Synchronization

/// A client's connection as bytes.
final class RawClient: Sendable {
  fileprivate struct State {
    var received: [UInt8] = []
    var isEnded = false
    var waiting: [(isEnough: @Sendable (String) -> Bool, continuation: CheckedContinuation<String, Never>)] = []
  }

  private let channel: any Channel
  private let handler: ClientHandler

  private init(_ channel: any Channel, _ handler: ClientHandler) {
    self.channel = channel
    self.handler = handler
  }

  static func connect(to port: Int) async throws -> RawClient {
    let handler = ClientHandler()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in channel.pipeline.addHandler(handler) }
      .connect(host: "127.0.0.1", port: port).get()
    return RawClient(channel, handler)
  }

  func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
  /// Returns once the system has all of it.
  func sendWhole(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }
  func send(_ text: String) { send(Array(text.utf8)) }

  func endInput() { channel.close(mode: .output, promise: nil) }
  func close() async { try? await channel.close() }

  /// What has come, once it is enough or nothing more will come.
  func read(until isEnough: @escaping @Sendable (String) -> Bool) async -> String { await handler.read(until: isEnough) }

  /// What has come, once there are so many status lines with their bodies.
  func responses(_ count: Int) async -> [String] {
    let text = await read { Self.responses(in: $0).count >= count }
    return Self.responses(in: text)
  }

  /// Status and body of each whole response.
  private static func responses(in text: String) -> [String] {
    var rest = text[...]
    var found: [String] = []
    while let end = rest.firstRange(of: "\r\n\r\n") {
      let head = rest[..<end.lowerBound]
      let lines = head.split(separator: "\r\n")
      let length = lines.first { $0.lowercased().hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
      let body = rest[end.upperBound...].utf8.prefix(length)
      guard body.count == length, let status = lines.first?.split(separator: " ").dropFirst().first else { break }
      if status != "100" { found.append("\(status) \(String(decoding: body, as: UTF8.self))") }
      rest = Substring(String(decoding: rest[end.upperBound...].utf8.dropFirst(length), as: UTF8.self))
    }
    return found
  }
}

private final class ClientHandler: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let state = Mutex(RawClient.State())

  func read(until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
    await withCheckedContinuation { continuation in
      let text = state.withLock { state -> String? in
        let text = String(decoding: state.received, as: UTF8.self)
        guard !state.isEnded, !isEnough(text) else { return text }
        state.waiting.append((isEnough, continuation))
        return nil
      }
      if let text { continuation.resume(returning: text) }
    }
  }

  private func update(_ change: (inout RawClient.State) -> Void) {
    let (text, ready) = state.withLock { state in
      change(&state)
      let text = String(decoding: state.received, as: UTF8.self)
      let ready = state.waiting.filter { state.isEnded || $0.isEnough(text) }
      state.waiting.removeAll { state.isEnded || $0.isEnough(text) }
      return (text, ready.map(\.continuation))
    }
    for continuation in ready { continuation.resume(returning: text) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    update { $0.received += bytes.readableBytesView }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.inputClosed) = event as? ChannelEvent { update { $0.isEnded = true } }
  }

  func channelInactive(context: ChannelHandlerContext) { update { $0.isEnded = true } }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
