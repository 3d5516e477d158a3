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
      connection.channel.eventLoop.execute { [weak resources] in if resources != nil { connection.assumeIsolated { $0.displace() } } }
    }
  }

  /// The next bytes of the body; `nil` after its last one.
  ///
  /// The first call is what accepts the body: it sends the `100 Continue` that the client may be waiting for.
  func next() async throws(BodyRefusal) -> ByteBuffer? {
    while true {
      if let data = try decode() { return data }
      if received.isComplete {
        // From here on the request holds what it needs to be answered.
        resources.onGiveWay(nil)
        await connection.unread(received.takeRest())
        return nil
      }
      try await sendContinue()
      try await receive()
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

  private func receive() async throws(BodyRefusal) {
    let began = NIODeadline.now()
    var came = 0
    do throws(ChannelFailure) {
      guard let buffer = try await connection.read(by: min(deadline, began + pace.patience)) else { throw .closed }
      came = buffer.readableBytes
      received.append(buffer)
    } catch {
      switch error {
      case .closed: throw .incomplete
      case .timedOut: if NIODeadline.now() >= deadline { throw .timedOut }
      case .displaced: throw .displaced
      }
    }
    guard pace.record(bytes: came, after: .now() - began) else { throw .tooSlow }
  }

  private func sendContinue() async throws(BodyRefusal) {
    guard mustSendContinue else { return }
    mustSendContinue = false
    var pace = TransferPace(bytesPerSecond: 1)
    do throws(ChannelFailure) {
      try await connection.writeAll(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"), until: .writable, at: &pace)
    } catch {
      throw .incomplete
    }
  }
}
