import NIOCore
import RegistryProtocols
import StrictParsers

/// One client's connection: requests are read from it and answered one after the other.
///
/// It lives in the isolation of its `ByteChannel`, which is its event loop.
final class ClientConnection {
  /// What is discarded at most of a refused body, so that the client gets to read why: an abrupt close would reset the answer away.
  private static let discardedBytes: Int64 = 256 << 20
  private static let discardedTime = TimeAmount.seconds(30)
  /// How long a client may take none of an answer's bytes.
  private static let answerStall = TimeAmount.seconds(60)

  let bytes: ByteChannel
  let limits: Limits

  init(_ bytes: ByteChannel, limits: Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// The next request's head; nil where the client ended the connection before it began one.
  func nextHead() async throws(HeadFailure) -> RequestHead? {
    var parser = RequestHeadParser(limits: HTTPHeadLimits(bytes: limits.headerBytes, fields: limits.headerCount))
    let deadline = NIODeadline.now() + .milliseconds(limits.headTimeout.milliseconds)
    var beginning: [UInt8] = []
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
        }
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

  /// Writes an answer of our own.
  func answer(_ answer: RegistryAnswer, to request: AnsweredRequest, closing: Bool) async {
    var head = AnswerHead(status: answer.status, reason: answer.reason.utf8)
    head.add("content-type", answer.contentType.utf8)
    for field in answer.fields { head.add(field.name, field.value.utf8) }
    head.add("content-length", String(answer.body.count).utf8)
    head.finish(requestID: request.id, closing: closing)
    var buffer = ByteBuffer(bytes: head.bytes)
    if !request.isHead { buffer.writeBytes(answer.body) }
    await write(buffer)
  }

  /// Writes a registry's answer.
  func relay(_ answer: RelayedAnswer, to request: AnsweredRequest, closing: Bool) async {
    var head = AnswerHead(status: answer.status, reason: answer.reason)
    for field in answer.fields { head.add(field.name, field.value) }
    if answer.status != 204 { head.add("content-length", String(answer.body.count).utf8) }
    head.finish(requestID: request.id, closing: closing)
    var buffer = ByteBuffer(bytes: head.bytes)
    buffer.writeBytes(answer.body)
    await write(buffer)
  }

  /// Writes bytes of an answer. What the client does not take is its own loss.
  @discardableResult
  func write(_ buffer: ByteBuffer) async -> Bool {
    do throws(ChannelFailure) {
      try await bytes.writeAll(buffer, by: .now() + Self.answerStall)
      return true
    } catch {
      return false
    }
  }

  /// Ends the connection after a request. What is still to come, of its body or behind it, is discarded, so that the client gets to read its answer.
  ///
  /// A TLS client may wait for the end of an answer that only the connection's end marks, and can't be shown it but by closing.
  func end(after body: RequestBody) async {
    if !bytes.canEndOneSide, body.isComplete, await !bytes.hasInput { await bytes.close() } else { await lingerThenClose() }
  }

  /// Ends the connection after a refusal: what still arrives is discarded within bounds, and never read as a request.
  func lingerThenClose() async {
    let deadline = NIODeadline.now() + Self.discardedTime
    var discarded: Int64 = 0
    await bytes.finishWriting()
    while discarded < Self.discardedBytes, let buffer = try? await bytes.read(by: deadline) { discarded += Int64(buffer.readableBytes) }
    await bytes.close()
  }
}

/// Why no head was read from a connection on which a request had begun.
enum HeadFailure: Error {
  case closed
  case timedOut(mayPublish: Bool)
  /// `mayPublish`: what came does not begin as a read.
  case malformed(HTTPRefusal, mayPublish: Bool)
}

/// What an answer must know of the request that it answers.
struct AnsweredRequest {
  let id: RequestID
  let isHead: Bool
  /// Who asks, as far as that can be believed.
  let clientAddress: String?
}
