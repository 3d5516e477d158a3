import NIOCore

/// Why a connection gave no more bytes, or took none.
enum ChannelFailure: Error, Hashable, Sendable {
  /// The other side, or the network, ended the connection.
  case closed
  /// Nothing moved until the deadline.
  case timedOut
}

/// A connection as bytes that are awaited: an actor on the connection's own event loop, so that all code that serves it runs there.
///
/// Nothing is read from the socket that nobody asked for, which is the back-pressure of all that stands on it.
actor ByteChannel {
  nonisolated let channel: any Channel
  private let isTLS: Bool
  private var received: ByteBuffer?
  private var ended = false
  private var reader: CheckedContinuation<Result<ByteBuffer?, ChannelFailure>, Never>?
  /// Told whether it was too late.
  private var writer: CheckedContinuation<Bool, Never>?
  /// Writes of which the socket has not taken all bytes.
  private var outstandingWrites = 0
  /// Whether the other side had something to say while the socket had not taken all that was written.
  private var wasInterrupted = false
  private var isReadOutstanding = false
  private var onSurprise: (@Sendable () -> Void)?
  private var readTimer = DeadlineTimer()
  private var writeTimer = DeadlineTimer()

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe channel.eventLoop.executor.asUnownedSerialExecutor() }

  init(_ channel: any Channel, isTLS: Bool) {
    self.channel = channel
    self.isTLS = isTLS
  }

  // MARK: Reading

  /// The next bytes, in the order of their arrival; nil once the other side has ended its stream.
  func read(by deadline: NIODeadline) async throws(ChannelFailure) -> ByteBuffer? {
    if let buffer = received {
      received = nil
      return buffer
    }
    if ended { return nil }
    readTimer.start(until: deadline, on: channel.eventLoop, ring: readAlarm)
    defer { readTimer.stop() }
    return try await withCheckedContinuation { continuation in
      reader = continuation
      requestRead()
    }.get()
  }

  /// Puts bytes back that the last `read` gave and that belong to what comes next.
  func unread(_ buffer: ByteBuffer) {
    guard buffer.readableBytes > 0 else { return }
    var buffer = buffer
    if var later = received { buffer.writeBuffer(&later) }
    received = buffer
  }

  /// Whether the other side has sent bytes that nobody has read, or has ended its stream.
  var hasInput: Bool { received != nil || ended }

  /// Whether the other side has ended its stream without another byte.
  var hasEnded: Bool { received == nil && ended }

  /// From now on input is noticed as it comes: it ends a waiting `write`, and calls what `surprised` was given.
  func watchInput() { requestRead() }

  /// What to call, once, when bytes or the end arrive while nobody reads.
  func surprised(_ action: (@Sendable () -> Void)?) { onSurprise = action }

  private func requestRead() {
    guard !isReadOutstanding, !ended else { return }
    isReadOutstanding = true
    channel.read()
  }

  private var readAlarm: @Sendable () -> Void { { self.assumeIsolated { $0.readAlarmWentOff() } } }

  private func readAlarmWentOff() {
    guard readTimer.isLate(on: channel.eventLoop, ring: readAlarm) else { return }
    reader?.resume(returning: .failure(.timedOut))
    reader = nil
  }

  // MARK: Writing

  enum WriteOutcome {
    case taken
    /// The other side has said something, or ended its stream, before the socket had taken everything.
    case inputArrived
  }

  /// Hands bytes to the socket and returns when it would take more, or as soon as the other side has something to say.
  func write(_ data: IOData, by deadline: NIODeadline) async throws(ChannelFailure) -> WriteOutcome {
    try submit(data)
    while !channel.isWritable, !hasInput { try await progress(by: deadline) }
    return hasInput ? .inputArrived : .taken
  }

  /// Hands bytes to the socket and returns when it would take more, whatever the other side says meanwhile.
  func writeAll(_ buffer: ByteBuffer, by deadline: NIODeadline) async throws(ChannelFailure) {
    try submit(.byteBuffer(buffer))
    while !channel.isWritable { try await progress(by: deadline) }
  }

  /// Returns when the socket has taken all that was written, or as soon as the other side has something to say before that.
  func flush(by deadline: NIODeadline) async throws(ChannelFailure) -> WriteOutcome {
    while outstandingWrites > 0, !wasInterrupted { try await progress(by: deadline) }
    return wasInterrupted ? .inputArrived : .taken
  }

  private func submit(_ data: IOData) throws(ChannelFailure) {
    guard channel.isActive else { throw .closed }
    outstandingWrites += 1
    channel.writeAndFlush(data).whenComplete { _ in self.assumeIsolated { $0.didWrite() } }
  }

  /// Waits until something has happened that a writer may have waited for.
  private func progress(by deadline: NIODeadline) async throws(ChannelFailure) {
    guard channel.isActive else { throw .closed }
    writeTimer.start(until: deadline, on: channel.eventLoop, ring: writeAlarm)
    defer { writeTimer.stop() }
    let isLate = await withCheckedContinuation { writer = $0 }
    guard !isLate else { throw .timedOut }
    guard channel.isActive else { throw .closed }
  }

  private var writeAlarm: @Sendable () -> Void { { self.assumeIsolated { $0.writeAlarmWentOff() } } }

  private func writeAlarmWentOff() {
    if writeTimer.isLate(on: channel.eventLoop, ring: writeAlarm) { resumeWriter(isLate: true) }
  }

  private func resumeWriter(isLate: Bool = false) {
    let waiting = writer
    writer = nil
    waiting?.resume(returning: isLate)
  }

  private func didWrite() {
    outstandingWrites -= 1
    if outstandingWrites == 0 { resumeWriter() }
  }

  // MARK: Ending

  /// Ends the connection after what was written.
  func close() {
    channel.writeAndFlush(IOData.byteBuffer(ByteBuffer())).whenComplete { [channel] _ in channel.close(promise: nil) }
  }

  /// Whether the other side can be shown that nothing more will come while it may still send.
  nonisolated var canEndOneSide: Bool { !isTLS }

  /// Ends our side of the connection, so that the other one knows that nothing more will come; it may still send.
  ///
  /// TLS knows no such half: there it says nothing.
  func finishWriting() {
    guard canEndOneSide else { return }
    channel.writeAndFlush(IOData.byteBuffer(ByteBuffer())).whenComplete { [channel] _ in channel.close(mode: .output, promise: nil) }
  }

  /// Ends the connection at once, with a reset where bytes are still under way.
  func abort() { channel.close(promise: nil) }

  // MARK: What the channel reports

  fileprivate func didReceive(_ buffer: ByteBuffer) {
    isReadOutstanding = false
    if let reader {
      self.reader = nil
      reader.resume(returning: .success(buffer))
    } else {
      unreadBehind(buffer)
      noticeInput()
    }
  }

  fileprivate func didEnd() {
    guard !ended else { return }
    ended = true
    if let reader {
      self.reader = nil
      reader.resume(returning: .success(nil))
    }
    noticeInput()
  }

  fileprivate func didClose() {
    didEnd()
    resumeWriter()
    readTimer.cancel()
    writeTimer.cancel()
  }

  fileprivate func writabilityChanged() {
    if channel.isWritable { resumeWriter() }
  }

  private func unreadBehind(_ buffer: ByteBuffer) {
    var buffer = buffer
    if received == nil { received = buffer } else { received?.writeBuffer(&buffer) }
  }

  private func noticeInput() {
    if outstandingWrites > 0 { wasInterrupted = true }
    resumeWriter()
    let action = onSurprise
    onSurprise = nil
    action?()
  }
}

/// Reports a channel's events to its `ByteChannel`, in the isolation that both share: the event loop.
final class ByteChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let bytes: ByteChannel
  private let onActive: @Sendable (ByteChannel) -> Void

  init(_ bytes: ByteChannel, onActive: @escaping @Sendable (ByteChannel) -> Void = { _ in }) {
    self.bytes = bytes
    self.onActive = onActive
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { onActive(bytes) }
  }

  func channelActive(context: ChannelHandlerContext) { onActive(bytes) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    bytes.assumeIsolated { $0.didReceive(buffer) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {}

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.inputClosed) = event as? ChannelEvent { bytes.assumeIsolated { $0.didEnd() } }
  }

  func channelInactive(context: ChannelHandlerContext) {
    bytes.assumeIsolated { $0.didClose() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) { bytes.assumeIsolated { $0.writabilityChanged() } }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
