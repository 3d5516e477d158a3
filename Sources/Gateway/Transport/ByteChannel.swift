import NIOCore

/// A connection as bytes: an actor on the connection's own event loop, so that all code that serves it runs there. Its bytes are awaited, or taken by an
/// observer that is told when there are some.
///
/// What nobody has taken is stored, counts in the memory budget, and stops the reading from the socket once it is much: the back-pressure of all that
/// stands on it.
actor ByteChannel {
  /// So much is stored unread before the socket is not read any more.
  private static let mostStoredBytes = 16 << 10
  /// How long an orderly end may take: the last bytes, and TLS's closing words.
  private static let closeTime = TimeAmount.seconds(5)

  nonisolated let channel: any Channel
  private nonisolated let eventLoop: any EventLoop
  nonisolated let isTLS: Bool
  /// Whether it is one stream of a connection of HTTP/2.
  nonisolated let isStream: Bool
  private let transport: NIOLoopBound<any ByteTransport>
  private var received: ByteBuffer?
  private var ended = false
  private var isDisplaced = false
  private var isHandshakeComplete: Bool
  /// What ALPN agreed on.
  private(set) var negotiatedProtocol: String?
  /// Whether another handler takes what comes from now on.
  private(set) var isHandedOver = false
  private var memory: Reservation?
  /// What went wrong first with the connection, such as its handshake.
  private(set) var trouble: (any Error)?
  private var reader: CheckedContinuation<Result<Void, ChannelFailure>, Never>?
  private var observer: NIOLoopBound<any ByteChannelObserver>?
  private var writer: CheckedContinuation<Void, Never>?
  private var handshakeWaiter: CheckedContinuation<Void, Never>?
  /// Writes of which the socket has not taken all bytes.
  private var outstandingWrites = 0
  /// Whether the other side had something to say while the socket had not taken all that was written.
  private var wasInterrupted = false
  private var isReadingPaused = false
  private var isClosing = false
  private var onEnd: (@Sendable (StreamEnd) -> Void)?
  private var readTimer = DeadlineTimer()
  private var writeTimer = DeadlineTimer()
  private var closeTimer: Scheduled<Void>?

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe eventLoop.executor.asUnownedSerialExecutor() }

  private init(_ channel: any Channel, _ transport: NIOLoopBound<any ByteTransport>, isTLS: Bool, isStream: Bool = false) {
    self.channel = channel
    eventLoop = channel.eventLoop
    self.isTLS = isTLS
    self.isStream = isStream
    self.transport = transport
    isHandshakeComplete = !isTLS
  }

  /// Sets up a new channel's pipeline. Call it on the channel's event loop.
  ///
  /// - Parameters:
  ///   - tls: What speaks TLS, or puts there what does.
  ///   - onActive: Called once the connection stands; a TLS handshake is still to come.
  static func make(
    on channel: any Channel, tls: (any ChannelHandler)?, onActive: @escaping @Sendable (ByteChannel) -> Void = { _ in }
  ) throws -> ByteChannel {
    let transport = SocketTransport(channel)
    let bytes = ByteChannel(channel, NIOLoopBound(transport, eventLoop: channel.eventLoop), isTLS: tls != nil)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(transport)
    if let tls { try pipeline.addHandler(tls) }
    try pipeline.addHandler(ByteChannelHandler(bytes, onActive: onActive))
    return bytes
  }

  /// A stream of a connection of HTTP/2, whose events `transport` reports.
  init(stream: any Channel, _ transport: NIOLoopBound<any ByteTransport>) { self.init(stream, transport, isTLS: false, isStream: true) }

  /// From now on, what comes goes to the handlers behind this one. Gives what nobody has read.
  func handOver() -> ByteBuffer? {
    isHandedOver = true
    pauseReading(false)
    defer { received = nil }
    return received
  }

  /// Serves the connection by a task on its event loop.
  nonisolated func serve(_ work: @escaping @Sendable (isolated ByteChannel) async -> Void) {
    Task(executorPreference: EventLoopTaskExecutor(channel.eventLoop)) { await work(self) }
  }

  /// Runs `body` at once. The caller must be on the channel's event loop.
  ///
  /// It does what `assumeIsolated` does, but asks the event loop whether it is the caller's: to ask the runtime takes longer than most of what is done.
  @inline(__always)
  nonisolated func onLoop<Value, Failure: Error>(_ body: (isolated ByteChannel) throws(Failure) -> Value) throws(Failure) -> Value {
    eventLoop.preconditionInEventLoop()
    return try withoutActuallyEscaping(body) { body throws(Failure) in
      try unsafe unsafeBitCast(body, to: ((ByteChannel) throws(Failure) -> Value).self)(self)
    }
  }

  /// Counts what is stored unread in a budget from now on.
  func count(in memory: Reservation) {
    self.memory = memory
    guard let received else { return }
    do throws(SharedBudget.Shortage) { try memory.grow(by: received.readableBytes) } catch { abort() }
  }

  // MARK: Reading

  /// What has come, in the order of its arrival. Throws only `displaced`.
  func take() throws(ChannelFailure) -> Input {
    if isDisplaced { throw .displaced }
    guard let buffer = received else { return ended ? .ended : .nothing }
    received = nil
    memory?.shrink(by: buffer.readableBytes)
    if isReadingPaused { pauseReading(false) }
    return .bytes(buffer)
  }

  /// Returns when there are bytes to take, or the other side has ended its stream.
  func awaitInput(by deadline: NIODeadline) async throws(ChannelFailure) {
    if isDisplaced { throw .displaced }
    guard !hasInput else { return }
    readTimer.start(until: deadline, on: eventLoop, fire: readAlarm)
    defer { readTimer.stop() }
    try await withCheckedContinuation { reader = $0 }.get()
  }

  // MARK: Observing

  /// Whether bytes may still be written, or are still under way.
  var isOpen: Bool { transport.value.isOpen }

  /// Tells `observer` what happens from now on, and nobody any more if it is `nil`.
  func observe(by observer: NIOLoopBound<any ByteChannelObserver>?) { self.observer = isOpen ? observer : nil }

  /// Tells the observer when `deadline` is over; an earlier one is forgotten.
  func setDeadline(_ deadline: NIODeadline) { readTimer.start(until: deadline, on: eventLoop, fire: readAlarm) }

  func clearDeadline() { readTimer.stop() }

  /// Puts bytes back that the last `read` gave and that belong to what comes next.
  func unread(_ buffer: ByteBuffer) {
    guard buffer.readableBytes > 0 else { return }
    var later = received
    received = nil
    if let stored = later { memory?.shrink(by: stored.readableBytes) }
    guard store(buffer) else { return }
    if later != nil, let stored = later.take() { _ = store(stored) }
  }

  func didFail(_ error: any Error) { trouble = trouble ?? error }

  /// The bytes that have come and that nobody has read; `nil` if there are none.
  var unread: ByteBuffer? { received }

  /// Drops the bytes that nobody has read. A writer that they interrupted goes on.
  func dropUnread() {
    guard let buffer = received else { return }
    received = nil
    memory?.shrink(by: buffer.readableBytes)
    wasInterrupted = ended && outstandingWrites > 0
  }

  /// Whether the other side has sent bytes that nobody has read, or has ended its stream.
  var hasInput: Bool { received != nil || ended }

  /// Whether the other side has ended its stream.
  var isEnded: Bool { ended }

  /// Whether the other side has ended its stream without another byte.
  var hasEnded: Bool { received == nil && ended }

  /// What to call, on the event loop, when the other side ends its stream and when the connection closes; at once if that has happened.
  func onEnd(_ action: (@Sendable (StreamEnd) -> Void)?) {
    onEnd = action
    if !isOpen { action?(.closed) } else if ended { action?(.finished) }
  }

  /// A new request is read from here on: what displaced the one before does not concern it.
  func beginRequest() { isDisplaced = false }

  /// Ends a waiting `read`, and the next one of this request: another request needs the room.
  func displace() {
    isDisplaced = true
    resumeReader(.failure(.displaced))
    observer?.value.displaced()
  }

  private func resumeReader(_ result: Result<Void, ChannelFailure>) {
    let waiting = reader
    reader = nil
    waiting?.resume(returning: result)
  }

  private func pauseReading(_ isPaused: Bool) {
    guard isPaused != isReadingPaused, isOpen else { return }
    isReadingPaused = isPaused
    transport.value.setReading(!isPaused)
  }

  private var readAlarm: @Sendable () -> Void { { self.onLoop { $0.readAlarmWentOff() } } }

  private func readAlarmWentOff() {
    guard readTimer.isLate(on: eventLoop, fire: readAlarm) else { return }
    readTimer.stop()
    resumeReader(.failure(.timedOut))
    resumeHandshakeWaiter()
    observer?.value.deadlinePassed()
  }

  // MARK: TLS

  /// Waits for the TLS handshake. False if it did not complete in time.
  func completesHandshake(by deadline: NIODeadline) async -> Bool {
    guard !isHandshakeComplete else { return true }
    guard !ended, isOpen else { return false }
    readTimer.start(until: deadline, on: eventLoop, fire: readAlarm)
    defer { readTimer.stop() }
    await withCheckedContinuation { handshakeWaiter = $0 }
    return isHandshakeComplete
  }

  private func resumeHandshakeWaiter() {
    let waiting = handshakeWaiter
    handshakeWaiter = nil
    waiting?.resume()
  }

  // MARK: Writing

  /// Hands bytes to the socket and returns when it would take more, or as soon as the other side has something to say.
  func write(_ data: IOData, at pace: inout TransferPace) async throws(ChannelFailure) -> WriteOutcome {
    try submit(data)
    return try await awaitWritable(at: &pace)
  }

  /// Returns when the socket would take more, or as soon as the other side has something to say.
  func awaitWritable(at pace: inout TransferPace) async throws(ChannelFailure) -> WriteOutcome {
    while !channel.isWritable, !hasInput { try await progress(at: &pace) }
    return hasInput ? .inputArrived : .taken
  }

  /// Hands bytes to the socket and returns when `goal` is reached, whatever the other side says meanwhile.
  func writeAll(_ buffer: ByteBuffer, until goal: Progress, at pace: inout TransferPace) async throws(ChannelFailure) {
    try submit(.byteBuffer(buffer))
    while goal == .flushed ? outstandingWrites > 0 : !channel.isWritable { try await progress(at: &pace) }
  }

  /// Returns when the socket has taken all that was written, or as soon as the other side has something to say before that.
  func flush(at pace: inout TransferPace) async throws(ChannelFailure) -> WriteOutcome {
    while outstandingWrites > 0, !wasInterrupted { try await progress(at: &pace) }
    return wasInterrupted ? .inputArrived : .taken
  }

  /// Lets the event loop look at all its sockets, this one among them, before more is written.
  func yieldToEvents() async {
    await withCheckedContinuation { continuation in
      // A task that is due at once would run before the loop looks at a socket.
      eventLoop.scheduleTask(in: .microseconds(20)) { continuation.resume() }
    }
  }

  /// Whether the socket would take more than was written.
  var isWritable: Bool { channel.isWritable }

  /// Whether the socket has taken all that was written.
  var isFlushed: Bool { outstandingWrites == 0 }

  /// Whether the other side had something to say while the socket had not taken all that was written.
  var wasInterruptedWriting: Bool { wasInterrupted }

  /// Hands bytes to the socket. Whether it has taken them, and would take more, is told to the observer.
  func submit(_ data: IOData) throws(ChannelFailure) {
    guard isOpen else { throw .closed }
    outstandingWrites += 1
    channel.writeAndFlush(data).whenComplete { _ in self.onLoop { $0.didWrite() } }
  }

  /// Waits until something has happened that a writer may have waited for. A window in which the other side took too little ends the waiting.
  private func progress(at pace: inout TransferPace) async throws(ChannelFailure) {
    guard isOpen else { throw .closed }
    let began = NIODeadline.now()
    let before = transport.value.bufferedBytes
    writeTimer.start(until: began + pace.patience, on: eventLoop, fire: writeAlarm)
    defer { writeTimer.stop() }
    await withCheckedContinuation { writer = $0 }
    guard isOpen else { throw .closed }
    guard pace.record(bytes: before - transport.value.bufferedBytes, after: .now() - began) else { throw .timedOut }
  }

  private var writeAlarm: @Sendable () -> Void { { self.onLoop { $0.writeAlarmWentOff() } } }

  private func writeAlarmWentOff() {
    if writeTimer.isLate(on: eventLoop, fire: writeAlarm) { resumeWriter() }
  }

  private func resumeWriter() {
    let waiting = writer
    writer = nil
    waiting?.resume()
  }

  private func didWrite() {
    outstandingWrites -= 1
    guard outstandingWrites == 0 else { return }
    resumeWriter()
    observer?.value.outputTaken()
  }

  // MARK: Ending

  /// Ends the connection after what was written, or at once where that takes too long.
  func close() {
    guard !isClosing, isOpen else { return }
    isClosing = true
    closeTimer = eventLoop.scheduleTask(in: Self.closeTime) { self.onLoop { $0.abort() } }
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
  func abort() { transport.value.abort() }

  // MARK: What the channel reports

  func didReceive(_ buffer: ByteBuffer) {
    guard store(buffer) else { return }
    if reader != nil { resumeReader(.success(())) } else { noticeInput() }
  }

  func didCompleteHandshake(_ negotiated: String?) {
    isHandshakeComplete = true
    negotiatedProtocol = negotiated
    resumeHandshakeWaiter()
  }

  func didEnd() {
    guard !ended else { return }
    ended = true
    resumeReader(.success(()))
    resumeHandshakeWaiter()
    noticeInput()
    onEnd?(.finished)
  }

  func didClose() {
    didEnd()
    resumeWriter()
    readTimer.cancel()
    writeTimer.cancel()
    closeTimer?.cancel()
    onEnd?(.closed)
    onEnd = nil
    let observer = observer
    self.observer = nil
    observer?.value.connectionClosed()
  }

  func writabilityChanged() {
    guard channel.isWritable else { return }
    resumeWriter()
    observer?.value.outputTaken()
  }

  /// Keeps bytes until somebody reads them. False if there is no room for them, which ends the connection.
  private func store(_ buffer: ByteBuffer) -> Bool {
    do throws(SharedBudget.Shortage) { try memory?.grow(by: buffer.readableBytes) } catch {
      abort()
      return false
    }
    if received == nil { received = buffer } else { received?.writeImmutableBuffer(buffer) }
    if let received, received.readableBytes >= Self.mostStoredBytes { pauseReading(true) }
    return true
  }

  private func noticeInput() {
    if outstandingWrites > 0 { wasInterrupted = true }
    resumeWriter()
    observer?.value.inputArrived()
  }
}
