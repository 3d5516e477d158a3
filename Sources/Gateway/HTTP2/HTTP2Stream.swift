import NIOCore
import NIOHPACK
import NIOHTTP2
import StrictParsers

/// One request of HTTP/2 and its answer, as the session that serves them knows them: the bytes of a connection of HTTP/1.1 that carries no other request.
///
/// A session is told from an event of its own that its connection has ended, never from within what it does itself.
final class HTTP2Stream: ChannelDuplexHandler, ByteTransport {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias OutboundIn = IOData
  typealias OutboundOut = HTTP2Frame.FramePayload

  private let stream: any Channel
  private let connection: HTTP2Connection
  private var request: RequestBytes
  private var response = ResponseFrames(answering: .get)
  private var bytes: ByteChannel?
  private var session: (any StreamSession)?
  private var context: ChannelHandlerContext?
  private var hasBegun = false
  private var isReading = true
  /// Whether the head was refused, so that the stream ends as a wrong one.
  private var isMalformed = false
  /// Nothing more of the request is wanted: it was answered, or the stream ends.
  private var isOver = false
  /// The stream has ended.
  private var isClosed = false
  private var framesUnderWay = 0
  /// For what the client sends ahead of what the session takes.
  private var room: Reservation?
  private var waiting: [EventLoopPromise<Void>] = []

  private(set) var bufferedBytes = 0
  private(set) var isOpen = true

  init(on stream: any Channel, headerCount: Int, connection: HTTP2Connection) {
    self.stream = stream
    self.connection = connection
    request = RequestBytes(headerCount: headerCount)
  }

  /// Says whose bytes these are, and who serves them from the moment at which the stream stands.
  func serve(_ bytes: ByteChannel, by session: any StreamSession) {
    self.bytes = bytes
    self.session = session
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  // MARK: What the session asks for

  func setReading(_ isReading: Bool) {
    self.isReading = isReading
    if isReading { later { $0.context?.read() } }
  }

  func abort() {
    isOver = true
    context?.close(mode: .all, promise: nil)
  }

  // MARK: The request

  func channelActive(context: ChannelHandlerContext) {
    beginSession()
    context.read()
  }

  private func beginSession() {
    guard !hasBegun else { return }
    hasBegun = true
    session?.begin()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    do throws(RequestBytes.Failure) {
      switch unwrapInboundIn(data) {
      case .headers(let block): try receive(block)
      case .data(let data):
        guard case .byteBuffer(let buffer) = data.data else { return }
        if !isOver { deliver(try request.data(buffer, isEnd: data.endStream)) }
      default: break
      }
    } catch {
      refuse(error, context)
    }
  }

  private func receive(_ block: HTTP2Frame.FramePayload.Headers) throws(RequestBytes.Failure) {
    guard !isOver else { return }
    let fields = block.headers.map { HTTP2Field(name: $0.name, value: $0.value) }
    guard request.isAwaited else { return deliver(try request.trailers(fields, isEnd: block.endStream)) }
    let (method, head) = try request.head(fields, isEnd: block.endStream)
    response = ResponseFrames(answering: method)
    if !block.endStream {
      room = connection.roomAhead()
      guard room != nil else { return refuse() }
    }
    deliver(head)
  }

  /// Nothing of the request was looked at: the client may try again.
  private func refuse() {
    isOver = true
    later { stream in if let context = stream.context { stream.reset(.refusedStream, context) } }
  }

  private func deliver(_ buffer: ByteBuffer?) {
    guard let buffer, buffer.readableBytes > 0 else { return }
    bytes?.onLoop { $0.didReceive(buffer) }
  }

  private func refuse(_ failure: RequestBytes.Failure, _ context: ChannelHandlerContext) {
    isMalformed = true
    connection.requestWasRefused()
    switch failure {
    case .head(let refusal, let mayPublish): session?.refuse(.malformed(refusal, mayPublish: mayPublish))
    case .body: reset(.protocolError, context)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if isReading { context.read() }
  }

  // MARK: The answer

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .byteBuffer(let buffer) = unwrapOutboundIn(data) else { return reset(.internalError, context) }
    if let promise { waiting.append(promise) }
    defer { settle() }
    guard buffer.readableBytes > 0, !isOver else { return }
    do throws(HTTPRefusal) {
      let frames = try response.read(buffer)
      if response.isComplete { answered() }
      for frame in frames { write(frame, context) }
    } catch {
      reset(.internalError, context)
    }
  }

  private func write(_ frame: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
    var size = 0
    if case .data(let data) = frame {
      size = data.data.readableBytes
      connection.dataWasSent()
    }
    framesUnderWay += 1
    bufferedBytes += size
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { _ in
      self.framesUnderWay -= 1
      self.bufferedBytes -= size
      self.settle()
    }
    context.write(wrapOutboundOut(frame), promise: promise)
  }

  /// The whole answer is written: what the client still sends is not wanted, and there is no other request.
  private func answered() {
    stopReceiving()
    later { stream in stream.bytes?.onLoop { $0.didEnd() } }
  }

  private func settle() {
    guard framesUnderWay == 0 else { return }
    for promise in waiting { promise.succeed() }
    waiting = []
    if isClosed { end() }
  }

  // MARK: The end

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if mode != .input, response.endsWithConnection, !isOver {
      let frame = response.end()
      answered()
      write(frame, context)
      context.flush()
    }
    guard mode == .all else { return promise?.succeed() ?? () }
    if !isClosed { reset(isMalformed ? .protocolError : response.isComplete ? .noError : .internalError, context) }
    context.close(mode: .all, promise: promise)
  }

  /// What comes is dropped from now on.
  private func stopReceiving() {
    isOver = true
    room = nil
    if !isReading { setReading(true) }
  }

  private func reset(_ code: HTTP2ErrorCode, _ context: ChannelHandlerContext) {
    stopReceiving()
    context.writeAndFlush(wrapOutboundOut(.rstStream(code)), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { bytes?.onLoop { $0.didFail(error) } }

  func channelWritabilityChanged(context: ChannelHandlerContext) { bytes?.onLoop { $0.writabilityChanged() } }

  func channelInactive(context: ChannelHandlerContext) {
    isClosed = true
    isOver = true
    room = nil
    settle()
  }

  private func end() {
    later { stream in
      guard let bytes = stream.bytes else { return }
      stream.isOpen = false
      // A stream that never stood has a place to give back, too.
      stream.beginSession()
      stream.bytes = nil
      stream.session = nil
      bytes.onLoop { $0.didClose() }
    }
  }

  private func later(_ action: @escaping @Sendable (HTTP2Stream) -> Void) {
    let bound = NIOLoopBound(self, eventLoop: stream.eventLoop)
    stream.eventLoop.execute { action(bound.value) }
  }
}
