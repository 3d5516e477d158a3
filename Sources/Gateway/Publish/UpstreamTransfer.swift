import Configuration
import NIOCore
import RegistryClient
import RegistryProtocols
import StrictParsers

/// One request to the registry and its answer, for a publish whose driver lives on the same event loop.
final class UpstreamTransfer: ByteChannelObserver {
  private enum Phase {
    /// Nothing was sent yet, or a streamed body waits for its next piece.
    case open
    /// A task waits until the registry has taken what was sent, or until that is hashed.
    case sending
    case awaitingAnswer
    case over
  }

  let connection: UpstreamConnection
  private unowned let driver: PublishDriver
  private var phase = Phase.open
  private var method = HTTPMethod.post
  private var wasSentWhole = false
  private var head: ResponseHead?
  private var body: [UInt8] = []
  /// Bytes of a streamed body that count in memory until the registry has taken them.
  private var countedBytes = 0

  init(_ connection: UpstreamConnection, _ driver: PublishDriver) {
    self.connection = connection
    self.driver = driver
  }

  private var bytes: ByteChannel { connection.bytes }
  private var memory: Reservation { driver.machine.resources.memory }

  /// Nobody waits for the transfer any more. The connection is closed, unless the pool has it.
  func abandon() {
    phase = .over
    uncount()
    guard !connection.isGivenBack else { return }
    bytes.onLoop { bytes in
      bytes.observe(by: nil)
      bytes.clearDeadline()
    }
    connection.close()
  }

  // MARK: - The request

  func send(_ head: [UInt8], _ body: SentBody, answerTo method: HTTPMethod) -> PublishMachine.Event? {
    self.method = method
    // What came before the request is an answer to nothing.
    if connection.wasReused, bytes.onLoop({ $0.hasInput }) {
      driver.distrust(connection)
      return end(.failure(.closed))
    }
    let observer = NIOLoopBound<any ByteChannelObserver>(self, eventLoop: driver.loop.eventLoop)
    bytes.onLoop { $0.observe(by: observer) }
    switch body {
    case .none: return sendWhole(ByteBuffer(bytes: head))
    case .segments(let segments, let artifact, _):
      if let whole = segments.buffer(behind: head, artifact) { return sendWhole(whole) }
      let sender = SegmentSender(segments: segments, artifact: artifact, threads: driver.gateway.threads)
      return awaitSending { connection async throws(UpstreamFailure) in try await sender.send(behind: head, on: connection) }
    case .stream(let beginning):
      var buffer = ByteBuffer(bytes: head)
      buffer.writeImmutableBuffer(beginning)
      return sendPiece(buffer)
    }
  }

  /// A further piece of a streamed body.
  func forward(_ piece: ByteBuffer) -> PublishMachine.Event? {
    // It has begun to answer while the piece was hashed.
    guard phase == .open else { return nil }
    do throws(SharedBudget.Shortage) { try memory.grow(by: piece.readableBytes) } catch { return .bodyFailed(.noMemory(error)) }
    countedBytes += piece.readableBytes
    defer { if phase != .sending { uncount() } }
    return sendPiece(piece)
  }

  private func uncount() {
    memory.shrink(by: countedBytes)
    countedBytes = 0
  }

  /// The end of a streamed body. The registry must have taken all of it before its answer counts.
  func finishBody(isChunked: Bool) -> PublishMachine.Event? {
    guard phase == .open else { return nil }
    guard !isChunked || submit(ByteBuffer(string: "0\r\n\r\n")) else { return stopSending() }
    guard phase == .open else { return nil }
    if let isWhole = flushed {
      guard isWhole else { return stopSending() }
      phase = .sending
      return driver.finishDigest()
    }
    return awaitSending(ofStream: true) { connection async throws(UpstreamFailure) in try await connection.flush() == .taken }
  }

  private func sendWhole(_ buffer: ByteBuffer) -> PublishMachine.Event? {
    guard submit(buffer) else { return stopSending() }
    guard phase == .open else { return nil }
    if let isWhole = flushed { return isWhole ? awaitAnswer(wasSentWhole: true) : stopSending() }
    return awaitSending { connection async throws(UpstreamFailure) in try await connection.flush() == .taken }
  }

  private func sendPiece(_ piece: ByteBuffer) -> PublishMachine.Event? {
    guard submit(piece) else { return stopSending() }
    guard phase == .open else { return nil }
    let (hasInput, isWritable) = bytes.onLoop { ($0.hasInput, $0.isWritable) }
    if hasInput { return stopSending() }
    if isWritable { return .upstreamReady }
    let me = NIOLoopBound(self, eventLoop: driver.loop.eventLoop)
    phase = .sending
    return driver.later {
      do throws(UpstreamFailure) {
        let isTaken = try await me.value.connection.awaitWritable() == .taken
        return me.value.goOn(isTaken)
      } catch {
        return me.value.fail(error)
      }
    }
  }

  private func goOn(_ isTaken: Bool) -> PublishMachine.Event? {
    guard phase == .sending else { return nil }
    phase = .open
    uncount()
    return isTaken && bytes.onLoop({ !$0.hasInput }) ? .upstreamReady : stopSending()
  }

  /// False if the connection is gone: what the registry said before is read all the same.
  private func submit(_ buffer: ByteBuffer) -> Bool {
    bytes.onLoop { bytes in
      do throws(ChannelFailure) {
        try bytes.submit(.byteBuffer(buffer))
        return true
      } catch {
        return false
      }
    }
  }

  /// Whether the registry has taken everything before it said something; `nil` if it has not taken everything yet.
  private var flushed: Bool? {
    bytes.onLoop { bytes in
      if bytes.wasInterruptedWriting || !bytes.channel.isActive { return false }
      return bytes.isFlushed ? true : nil
    }
  }

  /// Waits by a task until the registry has taken everything that `work` sends, or has answered before.
  private func awaitSending(
    ofStream isStream: Bool = false, _ work: @escaping @Sendable (UpstreamConnection) async throws(UpstreamFailure) -> Bool
  ) -> PublishMachine.Event? {
    phase = .sending
    let me = NIOLoopBound(self, eventLoop: driver.loop.eventLoop)
    return driver.later {
      do throws(UpstreamFailure) {
        let isWhole = try await work(me.value.connection)
        guard me.value.phase == .sending else { return nil }
        guard isWhole else { return me.value.stopSending() }
        return isStream ? me.value.driver.finishDigest() : me.value.awaitAnswer(wasSentWhole: true)
      } catch {
        return me.value.fail(error)
      }
    }
  }

  /// The registry may have answered before it closed: what it said is read, whatever became of the sending.
  private func fail(_ failure: UpstreamFailure) -> PublishMachine.Event? {
    guard phase == .sending else { return nil }
    return failure == .closed ? stopSending() : end(.failure(failure))
  }

  /// The registry has something to say, or is gone, before it was sent everything: nothing more is sent.
  private func stopSending() -> PublishMachine.Event? {
    driver.stopAwaitingBody()
    return awaitAnswer(wasSentWhole: false)
  }

  // MARK: - The answer

  func awaitAnswer(wasSentWhole: Bool) -> PublishMachine.Event? {
    guard phase != .over else { return nil }
    self.wasSentWhole = wasSentWhole
    phase = .awaitingAnswer
    let deadline = connection.answerDeadline
    bytes.onLoop { $0.setDeadline(deadline) }
    return readAnswer()
  }

  /// Reads what has come. `nil` if more must come.
  private func readAnswer() -> PublishMachine.Event? {
    do throws(UpstreamFailure) {
      if head == nil {
        head = try connection.pollHead(answering: method)
        if head != nil { driver.gateway.health.answered(driver.request.registry.name) }
      }
      guard let head else { return nil }
      while true {
        switch try connection.pollBody() {
        case .waiting: return nil
        case .ended:
          let answer = UpstreamAnswer(head: head, body: body)
          driver.giveBack(connection, after: head, wasSentWhole: wasSentWhole)
          return end(.success(answer))
        case .data(let data):
          guard data.readableBytes <= driver.request.limits.answer - body.count else { throw .answerTooLarge }
          do throws(SharedBudget.Shortage) { try memory.grow(by: data.readableBytes) } catch { throw .busy }
          body.append(contentsOf: data.readableBytesView)
        }
      }
    } catch {
      return end(.failure(error))
    }
  }

  private func end(_ result: Result<UpstreamAnswer, UpstreamFailure>) -> PublishMachine.Event? {
    let outcome = UpstreamOutcome(result: result, hasAnswered: connection.hasAnswered, wasSentWhole: wasSentWhole)
    driver.upstream = nil
    return .response(outcome)
  }

  // MARK: - What happens on the connection

  func inputArrived() {
    let event: PublishMachine.Event?
    switch phase {
    case .open where connection.passInterimAnswers(to: method), .sending where connection.passInterimAnswers(to: method): event = nil
    // What is being hashed was taken from the client already: it is sent, or kept for another try, before the answer is looked at.
    case .open: event = driver.isHashing ? nil : stopSending()
    case .awaitingAnswer: event = readAnswer()
    case .sending, .over: event = nil
    }
    if let event { driver.handle(event) }
  }

  func outputTaken() {}

  func deadlinePassed() {
    guard phase == .awaitingAnswer, let event = end(.failure(.timedOut)) else { return }
    driver.handle(event)
  }

  func displaced() {
    guard phase != .over, let event = end(.failure(.busy)) else { return }
    driver.handle(event)
  }

  func connectionClosed() { inputArrived() }
}
