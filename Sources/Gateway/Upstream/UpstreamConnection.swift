import Configuration
import NIOCore
import RegistryClient
import StrictParsers

/// One request to a registry and its answer, on a connection that nobody else uses meanwhile.
///
/// The connection is closed with the last reference to this object, unless the pool has taken it back.
final class UpstreamConnection {
  private static let mostInterimResponses = 8

  let bytes: ByteChannel
  /// Its place among the connections to its registry; `nil` for a command's own connection.
  let slot: Reservation?
  /// It served a request before, so that the registry may have closed it in the meantime.
  let wasReused: Bool
  private let limits: Limits
  /// Whether the pool has it, which watches it from then on.
  private(set) var isGivenBack = false
  /// `nil` until the head of the final answer was read.
  private var body: ReceivedBody?
  private var endsWithStream = false
  private(set) var hasAnswered = false
  private var headParser: ResponseHeadParser?
  private var interimResponses = 0
  /// What came behind the heads read so far.
  private var pending = ByteBuffer()
  private var sendingPace: TransferPace

  init(_ bytes: ByteChannel, slot: Reservation?, wasReused: Bool, limits: Limits) {
    self.bytes = bytes
    self.slot = slot
    self.wasReused = wasReused
    self.limits = limits
    sendingPace = TransferPace(bytesPerSecond: limits.bodyRate, window: .milliseconds(limits.upstreamTimeout.milliseconds))
  }

  deinit { close() }

  /// Closes the connection, unless the pool has it.
  func close() {
    guard !isGivenBack else { return }
    bytes.channel.eventLoop.execute { [bytes] in bytes.onLoop { $0.abort() } }
  }

  /// The pool has the connection from now on.
  func giveBack() { isGivenBack = true }

  /// By when the registry must have answered what was sent until now.
  var answerDeadline: NIODeadline { .now() + .milliseconds(limits.upstreamTimeout.milliseconds) }

  // MARK: The request

  /// Sends a piece of the request. `.inputArrived` means that the registry has answered, or gone, before it was sent everything: send no more and read.
  func send(_ data: IOData) async throws(UpstreamFailure) -> ByteChannel.WriteOutcome {
    var pace = sendingPace
    defer { sendingPace = pace }
    do throws(ChannelFailure) {
      return try await bytes.write(data, at: &pace)
    } catch {
      throw UpstreamFailure(error)
    }
  }

  /// Waits until the socket would take more.
  func awaitWritable() async throws(UpstreamFailure) -> ByteChannel.WriteOutcome {
    var pace = sendingPace
    defer { sendingPace = pace }
    do throws(ChannelFailure) {
      return try await bytes.awaitWritable(at: &pace)
    } catch {
      throw UpstreamFailure(error)
    }
  }

  /// Waits until the socket has taken everything that was sent.
  func flush() async throws(UpstreamFailure) -> ByteChannel.WriteOutcome {
    var pace = sendingPace
    defer { sendingPace = pace }
    do throws(ChannelFailure) {
      return try await bytes.flush(at: &pace)
    } catch {
      throw UpstreamFailure(error)
    }
  }

  // MARK: The answer

  /// The head of the final answer, of what has come; interim ones (1xx) are passed over. `nil` if more must come. Call it on the event loop.
  func pollHead(answering method: HTTPMethod) throws(UpstreamFailure) -> ResponseHead? {
    try pollHead(answering: method) { () throws(UpstreamFailure) in try take() }
  }

  /// Passes over interim answers (1xx) that come while the request is still being sent, which goes on then. False, and nothing is taken, if anything
  /// else has come. Call it on the event loop.
  func passInterimAnswers(to method: HTTPMethod) -> Bool {
    guard headParser == nil, pending.readableBytes == 0, var rest = bytes.onLoop({ $0.unread }) else { return false }
    var count = interimResponses
    while rest.readableBytes > 0 {
      var parser = ResponseHeadParser(answering: method)
      guard case .head(let head, let consumed)? = try? parser.feed(rest.readableBytesUInt8Span), head.isInterim else { return false }
      count += 1
      rest.moveReaderIndex(forwardBy: consumed)
    }
    guard count <= Self.mostInterimResponses else { return false }
    bytes.onLoop { $0.dropUnread() }
    hasAnswered = true
    interimResponses = count
    return true
  }

  private func pollHead(
    answering method: HTTPMethod, _ take: () throws(UpstreamFailure) -> ByteChannel.Input
  ) throws(UpstreamFailure) -> ResponseHead? {
    while let head = try pollAnyHead(answering: method, take) {
      guard head.isInterim else {
        body = ReceivedBody(head.framing, beginning: pending)
        endsWithStream = head.framing == .untilClose
        return head
      }
      interimResponses += 1
      guard interimResponses <= Self.mostInterimResponses else { throw .malformedAnswer }
    }
    return nil
  }

  private func pollAnyHead(
    answering method: HTTPMethod, _ take: () throws(UpstreamFailure) -> ByteChannel.Input
  ) throws(UpstreamFailure) -> ResponseHead? {
    var parser = headParser ?? ResponseHeadParser(answering: method)
    while true {
      if pending.readableBytes == 0 {
        switch try take() {
        case .bytes(let buffer):
          hasAnswered = true
          pending = buffer
        case .nothing:
          headParser = parser
          return nil
        case .ended: throw .closed
        }
      }
      do throws(HTTPRefusal) {
        let bytes = pending
        switch try parser.feed(bytes.readableBytesUInt8Span) {
        case .needMore: pending.clear()
        case .head(let head, let consumed):
          pending.moveReaderIndex(forwardBy: consumed)
          headParser = nil
          return head
        }
      } catch {
        throw .malformedAnswer
      }
    }
  }

  /// What a look at the answer's body gives.
  enum BodyProgress {
    case data(ByteBuffer)
    /// More must come.
    case waiting
    case ended
  }

  /// The next bytes of the answer's body, of what has come. Call it on the event loop.
  func pollBody() throws(UpstreamFailure) -> BodyProgress {
    try pollBody { () throws(UpstreamFailure) in try take() }
  }

  private func pollBody(_ take: () throws(UpstreamFailure) -> ByteChannel.Input) throws(UpstreamFailure) -> BodyProgress {
    while body?.isComplete == false {
      if let data = try decode() { return .data(data) }
      guard body?.isComplete == false else { break }
      switch try take() {
      case .bytes(let buffer): body?.append(buffer)
      case .nothing: return .waiting
      case .ended:
        guard endsWithStream else { throw .closed }
        return .ended
      }
    }
    return .ended
  }

  /// The head of the final answer.
  func answerHead(to method: HTTPMethod, by deadline: NIODeadline) async throws(UpstreamFailure) -> ResponseHead {
    var input = ByteChannel.Input.nothing
    while true {
      if let head = try pollHead(answering: method, { () throws(UpstreamFailure) in input.take() }) { return head }
      input = try await awaitInput(by: deadline)
    }
  }

  /// The next bytes of the answer's body; `nil` after its last one.
  func nextBody(by deadline: NIODeadline) async throws(UpstreamFailure) -> ByteBuffer? {
    var input = ByteChannel.Input.nothing
    while true {
      switch try pollBody({ () throws(UpstreamFailure) in input.take() }) {
      case .data(let data): return data
      case .ended: return nil
      case .waiting: input = try await awaitInput(by: deadline)
      }
    }
  }

  /// The next bytes of the answer's body, of which the registry must send enough in each window of `pace`; `nil` after its last one.
  func nextBody(at pace: inout TransferPace) async throws(UpstreamFailure) -> ByteBuffer? {
    let began = NIODeadline.now()
    let data = try await nextBody(by: began + pace.patience)
    guard pace.record(bytes: data?.readableBytes ?? 0, after: .now() - began) || data == nil else { throw .timedOut }
    return data
  }

  /// The whole body of an answer, which may have at most `limit` bytes.
  ///
  /// - Parameter memory: What the bytes count in until the request has ended.
  func collectBody(upTo limit: Int, by deadline: NIODeadline, in memory: Reservation?) async throws(UpstreamFailure) -> [UInt8] {
    var collected: [UInt8] = []
    while let data = try await nextBody(by: deadline) {
      guard data.readableBytes <= limit - collected.count else { throw .answerTooLarge }
      do throws(SharedBudget.Shortage) { try memory?.grow(by: data.readableBytes) } catch { throw .busy }
      collected.append(contentsOf: data.readableBytesView)
    }
    return collected
  }

  /// Whether the answer was read to its exact end, and not a byte more came.
  var isExactlyFramed: Bool { body?.isComplete == true && !sentSurplus }

  /// Whether bytes came behind the answer's end, which are an answer to nothing.
  var sentSurplus: Bool { body.map { $0.isComplete && $0.pending.readableBytes > 0 } ?? false }

  private func decode() throws(UpstreamFailure) -> ByteBuffer? {
    do throws(HTTPRefusal) { return try body?.next() } catch { throw .malformedAnswer }
  }

  private func take() throws(UpstreamFailure) -> ByteChannel.Input {
    do throws(ChannelFailure) { return try bytes.input.get() } catch {
      throw UpstreamFailure(error)
    }
  }

  private func awaitInput(by deadline: NIODeadline) async throws(UpstreamFailure) -> ByteChannel.Input {
    do throws(ChannelFailure) {
      guard let buffer = try await bytes.read(by: deadline) else { return .ended }
      return .bytes(buffer)
    } catch {
      throw UpstreamFailure(error)
    }
  }
}

extension UpstreamFailure {
  init(_ failure: ChannelFailure) {
    switch failure {
    case .closed: self = .closed
    case .timedOut: self = .timedOut
    case .displaced: self = .busy
    }
  }
}
