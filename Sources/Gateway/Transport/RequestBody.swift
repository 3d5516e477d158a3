import Configuration
import NIOCore
import StrictParsers

/// The body of one request, read as it is asked for.
final class RequestBody {
  /// Where the body comes from.
  let connection: ByteChannel
  private var received: ReceivedBody
  private var pace: TransferPace
  private var deadline: NIODeadline
  private let limit: Int64
  private var mustSendContinue: Bool
  /// Since when more bytes are awaited; `nil` while none are.
  private var awaitedSince: NIODeadline?
  /// What the request holds, of which a waiting body may be ended to make room for another.
  let resources: RequestResources
  private(set) var bytesReceived: Int64 = 0

  /// Whether the body's last byte was read, so that what follows is another request.
  var isComplete: Bool { received.isComplete }

  init(of head: RequestHead, on connection: ByteChannel, limits: Limits, resources: RequestResources) {
    self.connection = connection
    self.resources = resources
    received = ReceivedBody(head.framing)
    pace = TransferPace(bytesPerSecond: limits.bodyRate)
    deadline = .now() + .milliseconds(limits.bodyTimeout.milliseconds)
    limit = limits.upload
    mustSendContinue = head.expectsContinue
    resources.onGiveWay(giveWay)
  }

  /// Ends the body's reception in favour of another request; on any thread. Does nothing once the request has ended.
  var giveWay: @Sendable () -> Void {
    { [connection, weak resources] in
      connection.channel.eventLoop.execute { [weak resources] in if resources != nil { connection.onLoop { $0.displace() } } }
    }
  }

  /// What a look at the body gives.
  enum Progress {
    case data(ByteBuffer)
    /// More must come, until `waitDeadline`.
    case waiting
    /// Its last byte was taken.
    case ended
  }

  /// The next bytes of the body, of what has come.
  ///
  /// The first look that finds too little is what accepts the body: it sends the `100 Continue` that the client may be waiting for.
  func poll() throws(BodyRefusal) -> Progress {
    while true {
      if let data = try decode() { return .data(data) }
      if received.isComplete {
        // From here on the request holds what it needs to be answered.
        resources.onGiveWay(nil)
        let rest = received.takeRest()
        connection.onLoop { $0.unread(rest) }
        return .ended
      }
      try sendContinue()
      guard try receive() else { return .waiting }
    }
  }

  /// When `waitIsOver` must be called, if nothing has come until then.
  var waitDeadline: NIODeadline { min(deadline, (awaitedSince ?? .now()) + pace.patience) }

  /// Nobody waits for the client from now on: what it does not send meanwhile is not held against it.
  func stopWaiting() { awaitedSince = nil }

  /// Judges the client by what it sent while it was waited for. Throws if the waiting is over.
  func waitIsOver() throws(BodyRefusal) {
    guard let awaitedSince, NIODeadline.now() >= waitDeadline else { return }
    if NIODeadline.now() >= deadline { throw .timedOut }
    try judge(bytes: 0, awaitedSince: awaitedSince)
    self.awaitedSince = .now()
  }

  /// The next bytes of the body; `nil` after its last one.
  func next() async throws(BodyRefusal) -> ByteBuffer? {
    while true {
      switch try poll() {
      case .data(let data): return data
      case .ended: return nil
      case .waiting:
        do throws(ChannelFailure) {
          try await connection.awaitInput(by: waitDeadline)
        } catch {
          switch error {
          case .closed: throw .incomplete
          case .timedOut: try waitIsOver()
          case .displaced: throw .displaced
          }
        }
      }
    }
  }

  /// The whole of a body that may have at most `limit` bytes and take at most `time`.
  func collect(upTo limit: Int, within time: TimeAmount) async throws(BodyRefusal) -> [UInt8] {
    deadline = min(deadline, .now() + time)
    var collected: [UInt8] = []
    while let data = try await next() {
      guard data.readableBytes <= limit - collected.count else { throw .tooLarge }
      do throws(SharedBudget.Shortage) { try resources.memory.grow(by: data.readableBytes) } catch { throw .noMemory(error) }
      collected.append(contentsOf: data.readableBytesView)
    }
    return collected
  }

  private func decode() throws(BodyRefusal) -> ByteBuffer? {
    let data: ByteBuffer?
    do throws(HTTPRefusal) { data = try received.next() } catch { throw .malformed(error) }
    bytesReceived += Int64(data?.readableBytes ?? 0)
    guard bytesReceived <= limit else { throw .tooLarge }
    return data
  }

  /// Takes what has come. False if nothing has.
  private func receive() throws(BodyRefusal) -> Bool {
    switch connection.input {
    case .failure: throw .displaced
    case .success(.ended): throw .incomplete
    case .success(.nothing):
      awaitedSince = awaitedSince ?? .now()
      return false
    case .success(.bytes(let buffer)):
      received.append(buffer)
      if let awaitedSince { try judge(bytes: buffer.readableBytes, awaitedSince: awaitedSince) }
      awaitedSince = nil
      return true
    }
  }

  private func judge(bytes: Int, awaitedSince start: NIODeadline) throws(BodyRefusal) {
    guard pace.record(bytes: bytes, after: .now() - start) else { throw .tooSlow }
  }

  private func sendContinue() throws(BodyRefusal) {
    guard mustSendContinue else { return }
    mustSendContinue = false
    let response = IOData.byteBuffer(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
    do throws(ChannelFailure) {
      try connection.onLoop { bytes in Result { () throws(ChannelFailure) in try bytes.submit(response) } }.get()
    } catch {
      throw .incomplete
    }
  }
}
