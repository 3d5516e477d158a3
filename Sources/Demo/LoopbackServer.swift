import NIOCore
import NIOHTTP1
import NIOPosix
import StrictParsers

/// A small HTTP server on a free port of loopback, which keeps requests and answers in memory.
struct LoopbackServer: Sendable {
  struct Request: Sendable {
    let method: String
    /// Percent-encoded, without the query.
    let path: String
    let query: [String: String]
    fileprivate let fields: HTTPHeaders
    let body: [UInt8]

    func values(named name: String) -> [String] { fields[name] }

    func accepts(_ type: String) -> Bool { values(named: "accept").contains { $0.contains(type) } }
  }

  struct Response: Sendable {
    let status: Int
    let contentType: String
    let body: [UInt8]
    var fields: [(String, String)] = []

    static func text(_ status: Int, _ text: String) -> Response {
      Response(status: status, contentType: "text/plain; charset=utf-8", body: Array("\(text)\n".utf8))
    }

    static func json(_ object: JSONObject) -> Response { Response(status: 200, contentType: "application/json", body: object.encoded()) }
  }

  private let channel: any Channel
  let url: String

  /// `answer` is given the server's own URL as well.
  static func start(
    on group: any EventLoopGroup, answer: @escaping @Sendable (Request, _ url: String) -> Response
  ) async throws -> LoopbackServer {
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 64)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          try channel.pipeline.syncOperations.addHandler(LoopbackHandler { answer($0, url(of: channel.localAddress)) })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return LoopbackServer(channel: channel, url: url(of: channel.localAddress))
  }

  private static func url(of address: SocketAddress?) -> String { "http://127.0.0.1:\(address?.port ?? 0)" }
}

/// Gathers a request, and writes what it is answered.
private final class LoopbackHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let answer: (LoopbackServer.Request) -> LoopbackServer.Response
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(answer: @escaping (LoopbackServer.Request) -> LoopbackServer.Response) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let bytes): body.append(contentsOf: bytes.readableBytesView)
    case .end:
      guard let head else { return }
      write(answer(LoopbackServer.Request(head, body)), to: head, context)
    }
  }

  private func write(_ response: LoopbackServer.Response, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
    var fields = HTTPHeaders(response.fields)
    fields.add(name: "Content-Type", value: response.contentType)
    fields.add(name: "Content-Length", value: String(response.body.count))
    let head = HTTPResponseHead(version: request.version, status: .init(statusCode: response.status), headers: fields)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}

extension LoopbackServer.Request {
  fileprivate init(_ head: HTTPRequestHead, _ body: [UInt8]) {
    let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let pairs = parts.count < 2 ? [] : parts[1].split(separator: "&").map { $0.split(separator: "=", maxSplits: 1) }
    self.init(
      method: head.method.rawValue, path: String(parts[0]),
      query: Dictionary(pairs.map { (String($0[0]), $0.count < 2 ? "" : String($0[1])) }) { first, _ in first }, fields: head.headers,
      body: body)
  }
}
