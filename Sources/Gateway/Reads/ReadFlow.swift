import Configuration
import NIOCore
import Observability
import RegistryClient
import RegistryProtocols
import StrictParsers
import TokenVerification

/// A GET or HEAD that the registry answers, on a connection of its own: with the service credential if the policy grants it, and else with the client's.
struct ReadFlow {
  let gateway: GatewayServices
  let configuration: ConfigurationSnapshot
  let registry: Registry
  let connection: ClientConnection

  func serve(_ route: ReadRoute, _ routed: RoutedRequest, _ body: RequestBody, _ request: RequestContext) async
    -> ConnectionPersistence
  {
    if case .granted(let subject) = route.access, let end = await serve(subject, route, routed, body, request) { return end }
    do throws(Refusal) {
      return try await pass(route, routed, body.resources, request)
    } catch {
      let answer = registry.protocol.response(refusing: error.forClient(request.id), to: .read(route))
      return await connection.answer(answer, to: request, closing: true) ? .close : .abort
    }
  }

  private func pass(
    _ route: ReadRoute, _ routed: RoutedRequest, _ resources: RequestResources, _ request: RequestContext
  ) async throws(Refusal) -> ConnectionPersistence {
    let head = routed.head
    let substitute = route.substitute?(registry.localContext(for: head, configuration))
    guard registry.settings.reads == .pass else {
      guard let substitute else { throw .route(.readsRefused) }
      return await respond(substitute, to: head, request)
    }
    let limits = configuration.settings.server.limits
    let upstream: UpstreamConnection
    let watch: ClientWatch
    let answer: ResponseHead
    do throws(UpstreamFailure) {
      let connector = UpstreamConnector(gateway: gateway, registry: registry.name, share: .unverified, limits: limits)
      upstream = try await connector.connect(to: registry.openOrigin, on: connection.bytes.channel.eventLoop)
      endWithShortage(upstream, resources)
      watch = await ClientWatch(of: connection.bytes, ending: upstream.bytes, waitsForAnswer: false)
      let sent = UpstreamHead(
        reading: registry.upstreamTarget(routed.path.target), method: head.method, authority: registry.openOrigin.authority, of: head,
        forwarding: route.fields.request, asksForPlain: route.document != nil, passing: ownCredential(of: routed))
      _ = try await upstream.send(.byteBuffer(ByteBuffer(bytes: sent.bytes)))
      answer = try await upstream.answerHead(to: head.method, by: upstream.answerDeadline)
    } catch {
      // A reader can cause every other failure.
      if error == .unreachable { gateway.health.failed(error, registry.name) }
      throw .upstream(error)
    }
    gateway.health.answered(registry.name)
    gateway.metrics.countRead(registry.name, status: answer.status)
    defer { withExtendedLifetime(watch) {} }
    if let substitute, ReadRoute.isNothing(answer.status) { return await respond(substitute, to: head, request) }
    let document = (200..<300).contains(answer.status) ? documentRewrite(of: answer, route.document) : nil
    if let (rewrite, mediaType) = document, answer.framing != .none {
      return try await respond(rewrite, mediaType, answer, from: upstream, route, head, resources, request)
    }
    endClientWithShortage(resources)
    let end = await relay(answer, route.fields, hasOtherLength: document != nil, from: upstream, to: head, resources.memory, request)
    switch end {
    case .whole: return head.keepAlive && !gateway.isDraining ? .keepAlive : .close
    case .endsWithConnection: return .close
    case .incomplete: return .abort
    }
  }

  /// What the gateway says in the registry's place.
  private func respond(_ answer: LocalResponse, to head: RequestHead, _ request: RequestContext) async -> ConnectionPersistence {
    let isLast = !head.keepAlive || gateway.isDraining
    guard await connection.answer(answer, to: request, closing: isLast) else { return .abort }
    return isLast ? .close : .keepAlive
  }

  /// How a document is written anew, and its media type; `nil` for any other answer.
  func documentRewrite(of answer: ResponseHead, _ rewrite: DocumentRewrite?) -> (rewrite: DocumentRewrite, mediaType: ExactString)? {
    guard let rewrite else { return nil }
    let type = (try? answer.fields.single(named: "content-type")) ?? []
    return rewrite.mediaType(type).map { (rewrite, $0) }
  }

  /// The exchange with the registry ends if another request needs its room.
  func endWithShortage(_ upstream: UpstreamConnection, _ resources: RequestResources) {
    let giveWay: @Sendable () -> Void = { [bytes = upstream.bytes] in
      bytes.channel.eventLoop.execute { bytes.onLoop { $0.displace() } }
    }
    resources.onGiveWay(giveWay)
    upstream.slot?.onGiveWay(giveWay)
  }

  /// The answer is on its way to the client: what it has not taken is given up with its connection if another request needs the room.
  func endClientWithShortage(_ resources: RequestResources) {
    resources.onGiveWay { [bytes = connection.bytes, weak resources] in
      bytes.channel.eventLoop.execute { [weak resources] in if resources != nil { bytes.onLoop { $0.abort() } } }
    }
  }

  /// The client's own credential, unless it is one of those that are ours to judge: a JWS and an upload token never leave.
  private func ownCredential(of routed: RoutedRequest) -> PassthroughCredential? {
    do throws(CredentialRefusal) {
      _ = try registry.protocol.credential(of: routed)
      return nil
    } catch {
      return PassthroughCredential(
        of: routed.head, in: registry.protocol.credentialField(of: routed), refusedAs: error, isTaken: true)
    }
  }

  private enum RelayEnd {
    case whole
    /// The client knows the end only by that of the connection.
    case endsWithConnection
    /// The client must not take what it has for the whole.
    case incomplete
  }

  /// Passes the answer on as it comes.
  ///
  /// - Parameter hasOtherLength: Whether the length that the answer to a HEAD tells is another than a GET would be answered with.
  private func relay(
    _ answer: ResponseHead, _ fields: FieldRules, hasOtherLength: Bool, from upstream: UpstreamConnection, to head: RequestHead,
    _ memory: Reservation,
    _ request: RequestContext
  ) async -> RelayEnd {
    var written = ResponseHeadWriter(status: answer.status, reason: answer.reason)
    for field in answer.fields where fields.response.contains(field.nameText) { written.add(field.nameText, field.value) }
    if let location = try? answer.fields.single(named: "location") {
      if let rewritten = registry.linkRewrite(for: head, configuration).rewrite(location) { written.add("location", rewritten.utf8) }
    }
    let framing = hasOtherLength ? AnswerFraming.none : AnswerFraming(relaying: answer, to: head)
    framing.describe(in: &written)
    written.finish(requestID: request.id, closing: !head.keepAlive || framing == .untilClose)
    var clientPace = connection.answerPace
    var registryPace = TransferPace(bytesPerSecond: connection.limits.answerRate)
    guard await connection.write(ByteBuffer(bytes: written.bytes), until: .writable, at: &clientPace) else { return .incomplete }
    do throws(UpstreamFailure) {
      while let data = try await upstream.nextBody(at: &registryPace) {
        do throws(SharedBudget.Shortage) { try memory.grow(by: data.readableBytes) } catch { return .incomplete }
        defer { memory.shrink(by: data.readableBytes) }
        let piece = framing == .chunked ? data.asHTTPChunk : data
        guard await connection.write(piece, until: .writable, at: &clientPace) else { return .incomplete }
      }
    } catch {
      return .incomplete
    }
    guard await connection.finish(ByteBuffer(string: framing == .chunked ? "0\r\n\r\n" : "")) else { return .incomplete }
    return framing == .untilClose ? .endsWithConnection : .whole
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

  func describe(in head: inout ResponseHeadWriter) {
    switch self {
    case .none: break
    case .wouldBe(let length): head.add("content-length", length)
    case .length(let length): head.add("content-length", String(length).utf8)
    case .chunked: head.add("transfer-encoding", "chunked".utf8)
    case .untilClose: break
    }
  }
}
