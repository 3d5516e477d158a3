import Configuration
import NIOCore
import NIOHTTP2

/// Serves the one request of a stream of HTTP/2.
protocol StreamSession: AnyObject {
  /// The stream stands, and the request is to come.
  func begin()

  /// The request does not come: its head was refused.
  func refuse(_ failure: HeadFailure)
}

/// A client's connection of HTTP/2: bounds what its client can make the gateway hold and do, and gives each of its streams a session of its own.
final class HTTP2Connection: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  private let bytes: ByteChannel
  private let gateway: GatewayServices
  private let eventLoop: any EventLoop
  private let limits: Limits
  private let session: (ByteChannel, RefusedExchanges) -> any StreamSession
  private let refusedExchanges = RefusedExchanges()
  private var refusedRequests = 0
  private var meter = FrameMeter(at: .now())
  private var openStreams = 0
  private var lastStream = HTTP2StreamID.rootStream
  /// No stream is begun any more.
  private var isEnding = false
  private var idleTimer = DeadlineTimer()
  private var context: ChannelHandlerContext?

  private init(
    _ bytes: ByteChannel, _ gateway: GatewayServices, _ eventLoop: any EventLoop, _ limits: Limits,
    _ session: @escaping (ByteChannel, RefusedExchanges) -> any StreamSession
  ) {
    self.bytes = bytes
    self.gateway = gateway
    self.eventLoop = eventLoop
    self.session = session
    self.limits = limits
  }

  /// Serves a connection on which ALPN agreed on HTTP/2, and that has its place.
  static func begin(
    on bytes: ByteChannel, _ gateway: GatewayServices, _ eventLoop: any EventLoop, _ limits: Limits,
    _ session: @escaping (ByteChannel, RefusedExchanges) -> any StreamSession
  ) throws {
    let connection = HTTP2Connection(bytes, gateway, eventLoop, limits, session)
    let bound = NIOLoopBound(connection, eventLoop: eventLoop)
    let pipeline = bytes.channel.pipeline.syncOperations
    try pipeline.addHandler(FrameGate(connection))
    try pipeline.addHandler(
      NIOHTTP2Handler(
        mode: .server, eventLoop: eventLoop, connectionConfiguration: HTTP2Limits.connection(limits),
        streamConfiguration: HTTP2Limits.stream
      ) { stream in stream.eventLoop.makeCompletedFuture { try bound.value.accept(stream) } })
    try pipeline.addHandler(connection)
    connection.becomeIdle()
    let early = bytes.onLoop { $0.handOver() }
    guard let early, let context = try? pipeline.context(handlerType: ByteChannelHandler.self) else { return }
    context.fireChannelRead(NIOAny(early))
    context.fireChannelReadComplete()
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  // MARK: Streams

  private func accept(_ stream: any Channel) throws {
    let options = stream.syncOptions
    lastStream = try options?.getOption(HTTP2StreamChannelOptions.streamID) ?? lastStream
    try options?.setOption(.autoRead, value: false)
    openStreams += 1
    idleTimer.stop()
    gateway.connections.mark(bytes, idle: false)
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    stream.closeFuture.whenComplete { _ in bound.value.streamEnded() }
    let request = HTTP2Stream(on: stream, headerCount: limits.headerCount, connection: self)
    let bytes = ByteChannel(stream: stream, NIOLoopBound(request, eventLoop: eventLoop))
    let places = gateway.budgets.descriptors.clientConnections(upTo: limits.connections)
    guard !isEnding, openStreams <= HTTP2Limits.streams(of: places), gateway.connections.admit(bytes, limit: places) else {
      return try stream.pipeline.syncOperations.addHandler(RefusedStream())
    }
    request.serve(bytes, by: session(bytes, refusedExchanges))
    try stream.pipeline.syncOperations.addHandler(request)
  }

  private func streamEnded() {
    openStreams -= 1
    if refusedExchanges.areTooMany || refusedRequests >= HTTP2Limits.refusedRequests { goAway(.enhanceYourCalm) }
    guard openStreams == 0 else { return }
    if isEnding { context?.close(promise: nil) } else { becomeIdle() }
  }

  /// Room for what a stream's client may send ahead of what its session takes; `nil` if there is none.
  func roomAhead() -> Reservation? {
    let room = gateway.budgets.memory.reservation(for: .unverified)
    do throws(SharedBudget.Shortage) { try room.grow(by: HTTP2Limits.streamWindow) } catch { return nil }
    return room
  }

  /// A request was none. A client that sends many of them begins no more on this connection.
  func requestWasRefused() { refusedRequests += 1 }

  func dataWasSent() { meter.dataWasSent() }

  // MARK: The connection

  /// Counts what came. False if it must not be read, which ends the connection.
  func mayRead(_ buffer: ByteBuffer) -> Bool {
    do throws(FrameMeter.Flood) {
      try meter.read(buffer.readableBytesUInt8Span, at: .now())
      return true
    } catch {
      goAway(.enhanceYourCalm)
      bytes.onLoop { $0.abort() }
      return false
    }
  }

  private func becomeIdle() {
    guard !gateway.isDraining else { return end(because: .noError) }
    gateway.connections.mark(bytes, idle: true)
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    idleTimer.start(until: .now() + .milliseconds(limits.headTimeout.milliseconds), on: eventLoop) { bound.value.idleAlarm() }
  }

  private func idleAlarm() {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    if idleTimer.isLate(on: eventLoop, fire: { bound.value.idleAlarm() }) { end(because: .noError) }
  }

  /// Tells the client which streams were begun, and that there will be no others.
  private func goAway(_ code: HTTP2ErrorCode) {
    guard !isEnding else { return }
    isEnding = true
    let payload = HTTP2Frame.FramePayload.goAway(lastStreamID: lastStream, errorCode: code, opaqueData: nil)
    context?.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
  }

  private func end(because code: HTTP2ErrorCode) {
    goAway(code)
    context?.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent:
      goAway(.noError)
      if openStreams == 0 { context.close(promise: nil) }
    case ChannelEvent.inputClosed: bytes.onLoop { $0.abort() }
    default: break
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    // Of a stream, which was reset, or has ended.
    case is NIOHTTP2Errors.StreamError, is NIOHTTP2Errors.NoSuchStream, is NIOHTTP2Errors.StreamClosed: break
    // What came behind it must not be read.
    default: bytes.onLoop { $0.abort() }
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    idleTimer.cancel()
    gateway.connections.endService(of: bytes)
  }
}
