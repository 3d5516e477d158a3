import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends one request on a connection of its own, as the tour's CI job.
struct LoopbackClient: Sendable {
  struct Answer: Sendable {
    let status: Int
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// The connection ended before the answer was whole.
  struct Incomplete: Error {}

  let group: any EventLoopGroup

  func post(_ body: [UInt8], type: String, password: String?, to port: Int, path: String) async throws -> Answer {
    var fields = HTTPHeaders([
      ("Host", "127.0.0.1:\(port)"), ("Content-Type", type), ("Content-Length", String(body.count)), ("Connection", "close"),
      ("User-Agent", "imprimatur-demo"),
    ])
    if let password { fields.add(name: "Authorization", value: "Bearer \(password)") }
    let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: fields)
    let answered = group.any().makePromise(of: Answer.self)
    let channel = try await ClientBootstrap(group: group).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        try channel.pipeline.syncOperations.addHandler(AnswerHandler(answered))
      }
    }.connect(host: "127.0.0.1", port: port).get()
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    return try await answered.futureResult.get()
  }
}

private final class AnswerHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private var promise: EventLoopPromise<LoopbackClient.Answer>?
  private var head: HTTPResponseHead?
  private var body: [UInt8] = []

  init(_ promise: EventLoopPromise<LoopbackClient.Answer>) { self.promise = promise }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body(let bytes): body.append(contentsOf: bytes.readableBytesView)
    case .end:
      guard let head else { return }
      end(with: .success(.init(status: Int(head.status.code), body: body)))
      context.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) { end(with: .failure(LoopbackClient.Incomplete())) }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(with: .failure(error))
    context.close(promise: nil)
  }

  private func end(with result: Result<LoopbackClient.Answer, any Error>) {
    promise?.completeWith(result)
    promise = nil
  }
}
