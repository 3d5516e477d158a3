import NIOCore
import RegistryProtocols
import StrictParsers
import TokenVerification

/// A GET or HEAD that the registry answers: never with the service credential, and on a connection of its own.
struct ReadFlow {
  /// What of a registry's answer to a read a client may see. Its challenge is among them, since the client's own credential is passed on.
  private static let relayedFields: Set<String> = [
    "content-type", "content-encoding", "content-range", "content-disposition", "accept-ranges", "etag", "last-modified", "cache-control",
    "expires", "vary", "link", "www-authenticate", "retry-after",
  ]

  let gateway: GatewayServices
  let configuration: Configuration
  let registry: Registry
  let connection: ClientConnection

  func serve(_ head: RequestHead, _ path: RoutedPath, _ request: AnsweredRequest) async -> RequestService.Fate {
    do throws(Refusal) {
      return try await pass(head, path, request)
    } catch {
      await connection.answer(registry.dialect.answer(refusing: error.forClient(request.id)), to: request, closing: true)
      return .close
    }
  }

  private func pass(_ head: RequestHead, _ path: RoutedPath, _ request: AnsweredRequest) async throws(Refusal) -> RequestService.Fate {
    guard registry.settings.reads == .pass else { throw .route(.readsRefused) }
    let limits = configuration.settings.server.limits
    let upstream: UpstreamConnection
    let answer: ResponseHead
    do throws(UpstreamFailure) {
      let bytes = try await registry.openOrigin.connect(on: connection.bytes.channel.eventLoop)
      await gateway.connections.noteUpstream(bytes)
      upstream = UpstreamConnection(bytes, wasReused: false, stall: .milliseconds(limits.upstreamTimeout.milliseconds))
      let sent = UpstreamHead(
        reading: registry.readTarget(for: path), method: head.method, origin: registry.openOrigin, of: head,
        authorization: authorization(of: head))
      _ = try await upstream.send(.byteBuffer(ByteBuffer(bytes: sent.bytes)))
      answer = try await upstream.answerHead(to: head.method)
    } catch {
      throw .upstream(error)
    }
    gateway.metrics.countRead(registry.name, status: answer.status)
    let isWhole = await relay(answer, from: upstream, to: head, request)
    await upstream.bytes.abort()
    return isWhole && head.keepAlive && !gateway.isDraining ? .keepAlive : .close
  }

  /// The client's own credential, unless it is one of those that are ours to judge: a JWS and an upload token never leave.
  private func authorization(of head: RequestHead) -> ArraySlice<UInt8>? {
    do throws(CredentialRefusal) {
      _ = try registry.dialect.credential(in: head)
      return nil
    } catch {
      guard error == .notAccepted else { return nil }
      return try? head.fields.single(named: "authorization")
    }
  }

  /// Passes the answer on as it comes. False where its end was not reached, or is marked by the connection's.
  private func relay(_ answer: ResponseHead, from upstream: UpstreamConnection, to head: RequestHead, _ request: AnsweredRequest) async
    -> Bool
  {
    var written = AnswerHead(status: answer.status, reason: answer.reason)
    for field in answer.fields where Self.relayedFields.contains(field.nameText) { written.add(field.nameText, field.value) }
    if let location = try? answer.fields.single(named: "location") {
      if let rewritten = registry.locationRewrite(for: head, configuration).rewrite(location) { written.add("location", rewritten.utf8) }
    }
    let framing = AnswerFraming(relaying: answer, to: head)
    framing.describe(in: &written)
    written.finish(requestID: request.id, closing: !head.keepAlive || framing == .untilClose)
    guard await connection.write(ByteBuffer(bytes: written.bytes)) else { return false }
    do throws(UpstreamFailure) {
      while let data = try await upstream.nextBody() {
        guard await connection.write(framing == .chunked ? data.asHTTPChunk : data) else { return false }
      }
    } catch {
      return false
    }
    if framing == .chunked { return await connection.write(ByteBuffer(string: "0\r\n\r\n")) }
    return framing != .untilClose
  }
}

/// How the end of a relayed answer is marked towards the client.
enum AnswerFraming: Hashable {
  case none
  /// No body, and a length that is that of a GET's (RFC 9110, section 9.3.2).
  case wouldBe(ArraySlice<UInt8>)
  case length(Int64)
  case chunked
  case untilClose

  init(relaying answer: ResponseHead, to request: RequestHead) {
    switch answer.framing {
    case .none:
      let length = request.method == .head && answer.status != 204 ? try? answer.fields.single(named: "content-length") : nil
      self = length.map { .wouldBe($0) } ?? .none
    case .length(let length): self = .length(length)
    case .chunked, .untilClose: self = request.version == .http11 ? .chunked : .untilClose
    }
  }

  func describe(in head: inout AnswerHead) {
    switch self {
    case .none: break
    case .wouldBe(let length): head.add("content-length", length)
    case .length(let length): head.add("content-length", String(length).utf8)
    case .chunked: head.add("transfer-encoding", "chunked".utf8)
    case .untilClose: break
    }
  }
}
