import Configuration
import NIOCore
import Observability
import RegistryProtocols
import StrictParsers
import Synchronization

/// One client's connection, as a task writes to it and ends it.
final class ClientConnection: Sendable {
  /// How long, and for how many bytes, what still arrives after a last answer is discarded, so that the client gets to read the answer: an abrupt
  /// close would reset it away.
  private struct Linger: Sendable {
    let bytes: Int
    let time: TimeAmount

    /// A client may send all of a refused body before it reads why.
    static let body = Linger(bytes: 256 << 20, time: .seconds(30))
    /// Nothing but a head was expected.
    static let head = Linger(bytes: 256 << 10, time: .seconds(1))
  }

  let bytes: ByteChannel
  let limits: Limits
  private let refusedExchanges: RefusedExchanges

  init(_ bytes: ByteChannel, limits: Limits, refusedExchanges: RefusedExchanges = RefusedExchanges()) {
    self.bytes = bytes
    self.limits = limits
    self.refusedExchanges = refusedExchanges
  }

  /// The next request's head; `nil` if the client sends none that is well-formed in time.
  func nextHead() async -> RequestHead? {
    await bytes.beginRequest()
    var reader = HeadReader(limits)
    let deadline = NIODeadline.now() + .milliseconds(limits.headTimeout.milliseconds)
    while var buffer = try? await bytes.read(by: deadline) {
      do throws(HeadFailure) {
        guard let head = try reader.read(&buffer, nil) else { continue }
        await bytes.unread(buffer)
        return head
      } catch {
        return nil
      }
    }
    return nil
  }

  /// Writes an answer of our own. False if the client did not take all of it in time.
  func answer(_ answer: LocalResponse, to request: RequestContext, closing: Bool) async -> Bool {
    await finish(ResponseWriter(to: request, keepsAlive: !closing).write(answer).bytes)
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
    refusedExchanges.count()
    return !refusedExchanges.areTooMany
  }

  /// Ends the connection after a request. What is still to come, of its body or behind it, is discarded, so that the client gets to read its answer.
  ///
  /// A TLS client may wait for the end of an answer that only the connection's end marks, and can't be shown it but by closing.
  func end(afterWholeBody isWhole: Bool) async {
    if !bytes.canEndOneSide, isWhole, await !bytes.hasInput { return await bytes.close() }
    await lingerThenClose(isWhole ? .head : .body)
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

/// The refused exchanges, and burns, of one connection, all streams of which share it in HTTP/2.
final class RefusedExchanges: Sendable {
  /// So many are answered; a client that means well needs few.
  private static let most = 5

  private let number = Atomic(0)

  func count() { number.add(1, ordering: .relaxed) }

  var areTooMany: Bool { number.load(ordering: .relaxed) >= Self.most }
}

/// What an answer must know of the request that it answers.
struct RequestContext: Sendable {
  let id: RequestID
  let isHead: Bool
  /// Who asks, as far as that can be believed.
  let clientAddress: String?
}
