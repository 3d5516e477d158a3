import NIOCore
import StrictParsers

/// The body of one request, read as it is asked for.
final class RequestBody {
  private let connection: ByteChannel
  private var received: ReceivedBody
  private var pace: BodyPace
  private let deadline: NIODeadline
  private let limit: Int64
  private var owesContinue: Bool
  private(set) var bytesReceived: Int64 = 0

  /// Whether the body's last byte was read, so that what follows is another request.
  var isComplete: Bool { received.isComplete }

  init(of head: RequestHead, on connection: ByteChannel, limits: Limits) {
    self.connection = connection
    received = ReceivedBody(head.framing)
    pace = BodyPace(bytesPerSecond: limits.bodyRate)
    deadline = .now() + .milliseconds(limits.bodyTimeout.milliseconds)
    limit = limits.upload
    owesContinue = head.expectsContinue
  }

  /// The next bytes of the body; nil after its last one.
  ///
  /// The first call is what accepts the body: it sends the `100 Continue` that the client may be waiting for.
  func next() async throws(BodyRefusal) -> ByteBuffer? {
    while true {
      if let data = try decode() { return data }
      if received.isComplete {
        await connection.unread(received.takeRest())
        return nil
      }
      try await sendContinue()
      try await receive()
    }
  }

  /// The whole of a body that may have at most `limit` bytes.
  func collect(upTo limit: Int) async throws(BodyRefusal) -> [UInt8] {
    var collected: [UInt8] = []
    while let data = try await next() {
      guard data.readableBytes <= limit - collected.count else { throw .tooLarge }
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
      }
    }
    guard pace.record(bytes: came, after: .now() - began) else { throw .tooSlow }
  }

  private func sendContinue() async throws(BodyRefusal) {
    guard owesContinue else { return }
    owesContinue = false
    do throws(ChannelFailure) {
      try await connection.writeAll(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"), by: deadline)
    } catch {
      throw .incomplete
    }
  }
}
