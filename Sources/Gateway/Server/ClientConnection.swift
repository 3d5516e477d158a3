import NIOCore
import Observability
import RegistryProtocols
import StrictParsers

/// One client's connection: requests are read from it and answered one after the other.
///
/// It lives in the isolation of its `ByteChannel`, which is its event loop.
final class ClientConnection {
  /// How long, and for how many bytes, what still arrives after a last answer is discarded, so that the client gets to read the answer: an abrupt
  /// close would reset it away.
  private struct Linger {
    let bytes: Int
    let time: TimeAmount

    /// A client may send all of a refused body before it reads why.
    static let body = Linger(bytes: 256 << 20, time: .seconds(30))
    /// Nothing but a head was expected.
    static let head = Linger(bytes: 256 << 10, time: .seconds(1))
  }

  /// What a head may take before it counts as buffered memory; most are smaller.
  private static let uncountedHeadBytes = 4 << 10

  /// So many refused exchanges, and burns, are answered on one connection; a client that means well needs few.
  private static let mostRefusedExchanges = 5

  let bytes: ByteChannel
  let limits: Limits
  private var refusedExchanges = 0

  /// What the connection itself buffers: a head that is not whole yet, and bytes that nobody has read.
  private let memory: Reservation?

  init(_ bytes: ByteChannel, limits: Limits, memory: Reservation?) {
    self.bytes = bytes
    self.limits = limits
    self.memory = memory
  }

  /// The next request's head; `nil` if the client ended the connection before it began one.
  func nextHead() async throws(HeadFailure) -> RequestHead? {
    await bytes.beginRequest()
    var parser = RequestHeadParser(limits: HTTPHeadLimits(bytes: limits.headerBytes, fields: limits.headerCount))
    let deadline = NIODeadline.now() + .milliseconds(limits.headTimeout.milliseconds)
    var beginning: [UInt8] = []
    var headBytes = 0
    var isCounted = false
    defer { if isCounted { memory?.shrink(by: limits.headerBytes) } }
    var mayPublish: Bool { !beginning.starts(with: "GET ".utf8) && !beginning.starts(with: "HEAD ".utf8) }
    while true {
      var buffer: ByteBuffer
      do throws(ChannelFailure) {
        guard let next = try await bytes.read(by: deadline) else { throw .closed }
        buffer = next
      } catch {
        guard !beginning.isEmpty else { return nil }
        switch error {
        case .closed: throw .closed
        case .timedOut: throw .timedOut(mayPublish: mayPublish)
        case .displaced: throw .memory(.displaced, mayPublish: mayPublish)
        }
      }
      headBytes += buffer.readableBytes
      if headBytes > Self.uncountedHeadBytes, !isCounted {
        do throws(SharedBudget.Shortage) { try memory?.grow(by: limits.headerBytes) } catch { throw .memory(error, mayPublish: mayPublish) }
        isCounted = true
      }
      if beginning.count < 5 { beginning.append(contentsOf: buffer.readableBytesView.prefix(5)) }
      do throws(HTTPRefusal) {
        guard case .head(let head, let consumed) = try parser.feed(buffer.readableBytesUInt8Span) else { continue }
        buffer.moveReaderIndex(forwardBy: consumed)
        await bytes.unread(buffer)
        return head
      } catch {
        throw .malformed(error, mayPublish: mayPublish)
      }
    }
  }

  /// Writes an answer of our own. False if the client did not take all of it in time.
  func answer(_ answer: LocalResponse, to request: RequestContext, closing: Bool) async -> Bool {
    var head = ResponseHeadWriter(status: answer.status, reason: answer.reason.utf8)
    head.add("content-type", answer.contentType.utf8)
    for field in answer.fields { head.add(field.name, field.value.utf8) }
    head.add("content-length", String(answer.body.count).utf8)
    head.finish(requestID: request.id, closing: closing)
    var buffer = ByteBuffer(bytes: head.bytes)
    if !request.isHead { buffer.writeBytes(answer.body) }
    return await finish(buffer)
  }

  /// Writes a registry's answer. False if the client did not take all of it in time.
  func relay(_ answer: RelayedResponse, to request: RequestContext, closing: Bool) async -> Bool {
    var head = ResponseHeadWriter(status: answer.status, reason: answer.reason)
    for field in answer.fields { head.add(field.name, field.value) }
    if answer.status != 204 { head.add("content-length", String(answer.body.count).utf8) }
    head.finish(requestID: request.id, closing: closing)
    var buffer = ByteBuffer(bytes: head.bytes)
    buffer.writeBytes(answer.body)
    return await finish(buffer)
  }

  /// Writes the last bytes of an answer, and waits until the client has taken them. False if it did not in time.
  func finish(_ buffer: ByteBuffer) async -> Bool {
    var pace = answerPace
    return await write(buffer, until: .flushed, at: &pace)
  }

  /// At least so fast must a client take an answer.
  var answerPace: TransferPace { TransferPace(bytesPerSecond: limits.answerRate) }

  /// Writes bytes of an answer. False if the client does not take them in time.
  func write(_ buffer: ByteBuffer, until goal: ByteChannel.Progress, at pace: inout TransferPace) async -> Bool {
    do throws(ChannelFailure) {
      try await bytes.writeAll(buffer, until: goal, at: &pace)
      return true
    } catch {
      return false
    }
  }

  /// Counts a refused exchange or a burn. False if the connection is to end with it.
  func mayGoOnAfterRefusedExchange() -> Bool {
    refusedExchanges += 1
    return refusedExchanges < Self.mostRefusedExchanges
  }

  /// Ends the connection after a request. What is still to come, of its body or behind it, is discarded, so that the client gets to read its answer.
  ///
  /// A TLS client may wait for the end of an answer that only the connection's end marks, and can't be shown it but by closing.
  func end(after body: RequestBody) async {
    if !bytes.canEndOneSide, body.isComplete, await !bytes.hasInput { return await bytes.close() }
    await lingerThenClose(body.isComplete ? .head : .body)
  }

  /// Ends the connection after the refusal of a head.
  func endAfterRefusedHead() async { await lingerThenClose(.head) }

  /// Discards what still arrives, within bounds and never reading it as a request, then closes.
  private func lingerThenClose(_ linger: Linger) async {
    let deadline = NIODeadline.now() + linger.time
    var discarded = 0
    await bytes.finishWriting()
    while discarded < linger.bytes, let buffer = try? await bytes.read(by: deadline) { discarded += buffer.readableBytes }
    await bytes.close()
  }
}

/// Why no head was read from a connection on which a request had begun.
enum HeadFailure: Error {
  case closed
  case timedOut(mayPublish: Bool)
  /// `mayPublish`: what came does not begin as a read.
  case malformed(HTTPRefusal, mayPublish: Bool)
  /// The gateway has no room for so large a head at this moment.
  case memory(SharedBudget.Shortage, mayPublish: Bool)
}

/// What an answer must know of the request that it answers.
struct RequestContext {
  let id: RequestID
  let isHead: Bool
  /// Who asks, as far as that can be believed.
  let clientAddress: String?
}
