import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers

/// Sends what was granted to the registry, and judges what it answers.
struct Forwarder {
  let pipeline: PublishPipeline
  let client: AuthenticatedClient
  let target: PublishTarget

  /// Sends an upload under the consent that is given when the connection stands, immediately before the first byte.
  ///
  /// A kept connection that broke before the answer's first byte may have been closed before it was used: then, and only then, a new one is tried.
  func forward(_ body: some ForwardedBody) async throws(Refusal) -> RelayedResponse {
    if asksTheRegistryFirst { try await pipeline.refuseExisting(target, try pipeline.reauthorize(client, target)) }
    let credential = isOurs ? try await credential() : nil
    let first = try await connect()
    do throws(Refusal) {
      return try await exchange(body, credential, on: first)
    } catch {
      guard case .upstream(.closed) = error, first.wasReused, !first.hasAnswered, body.canBeSentAgain else { throw error }
      return try await exchange(body, credential, on: try await connect(anew: true))
    }
  }

  private var upstreamTarget: ExactString {
    var exchange = pipeline.route.exchange
    guard case .send(let request)? = try? exchange.next(.begin(nil)) else { return "/" }
    return request.target
  }

  private var asksTheRegistryFirst: Bool { pipeline.registry.settings.overwrite == .refuse }

  /// Whether the credential that goes upstream is ours.
  var isOurs: Bool {
    switch client {
    case .principal: true
    case .legacy: false
    }
  }

  private var origin: UpstreamOrigin { isOurs ? pipeline.registry.origin : pipeline.registry.openOrigin }

  /// A connection that carried a client's own credential carries nothing else.
  private var keepsConnections: Bool { isOurs && pipeline.registry.settings.upstream.keepAlive }

  private func credential() async throws(Refusal) -> ServiceCredential? {
    do throws(UpstreamFailure) {
      let credential = try await pipeline.registry.credential.current()
      pipeline.attempt.credential = credential
      return credential
    } catch {
      throw .upstream(error)
    }
  }

  private func exchange(
    _ body: some ForwardedBody, _ credential: ServiceCredential?, on upstream: UpstreamConnection
  ) async throws(Refusal) -> RelayedResponse {
    let watch = await ClientWatch(of: pipeline.body.connection, ending: upstream.bytes, waitsForAnswer: true)
    do throws(Refusal) {
      return try await watchedExchange(body, credential, on: upstream)
    } catch {
      guard watch.hasEndedExchange, case .upstream(.closed) = error else { throw error }
      throw .client(.gone)
    }
  }

  private func watchedExchange(
    _ body: some ForwardedBody, _ credential: ServiceCredential?, on upstream: UpstreamConnection
  ) async throws(Refusal) -> RelayedResponse {
    if asksTheRegistryFirst || !upstream.wasReused { try await pipeline.recheckToken(client) }
    let head = UpstreamHead(
      publishing: try pipeline.reauthorize(client, target), method: pipeline.head.method,
      target: pipeline.registry.upstreamTarget(upstreamTarget),
      origin: origin,
      of: pipeline.head, forwarding: pipeline.route.fields.request, contentType: body.contentType, framing: body.framing,
      keepAlive: keepsConnections,
      credential: credential)
    pipeline.attempt.beganUpstream()
    let isWhole = try await send(body, behind: head, on: upstream)
    defer { pipeline.attempt.endedUpstream() }
    return try await answer(on: upstream, wasSentWhole: isWhole)
  }

  /// The registry may have answered before it closed: what it said is read, whatever became of the sending.
  private func send(
    _ body: some ForwardedBody, behind head: UpstreamHead, on upstream: UpstreamConnection
  ) async throws(Refusal) -> Bool {
    do throws(Refusal) {
      return try await body.send(behind: head, on: upstream)
    } catch {
      guard case .upstream(.closed) = error else { throw error }
      return false
    }
  }

  // MARK: Connections and answers

  private func connect(anew: Bool = false) async throws(Refusal) -> UpstreamConnection {
    let eventLoop = pipeline.attempt.eventLoop
    let connector = pipeline.connector
    if !anew, keepsConnections, let kept = await connector.reuse(origin.key, on: eventLoop) { return kept }
    let upstream = try await Refusal.wrap(Refusal.upstream) { () async throws(UpstreamFailure) in
      try await connector.connect(to: origin, on: eventLoop)
    }
    await upstream.bytes.watchInput()
    return upstream
  }

  /// Reads and judges the registry's answer, and keeps the connection if it may serve again.
  private func answer(on upstream: UpstreamConnection, wasSentWhole: Bool) async throws(Refusal) -> RelayedResponse {
    let head: ResponseHead
    let body: [UInt8]
    let deadline = upstream.answerDeadline
    do throws(UpstreamFailure) {
      head = try await upstream.answerHead(to: pipeline.head.method, by: deadline)
      pipeline.attempt.record.upstreamStatus = head.status
      pipeline.gateway.health.answered(pipeline.registry.name)
      body = try await upstream.collectBody(
        upTo: pipeline.configuration.settings.server.limits.answer, by: deadline, in: pipeline.body.resources.memory)
    } catch {
      throw .upstream(error)
    }
    let mayBeKept = head.mayBeReused && upstream.isExactlyFramed && wasSentWhole && keepsConnections
    await end(upstream, keeping: mayBeKept)
    let judged: Result<RelayedResponse, UpstreamFailure>
    do throws(UpstreamFailure) { judged = .success(try await judge(head, body)) } catch { judged = .failure(error) }
    do throws(UpstreamFailure) {
      let answer = try await learn(from: judged)
      guard wasSentWhole || !answer.isSuccess else { throw .earlySuccess }
      return answer
    } catch {
      throw .upstream(error)
    }
  }

  private func end(_ upstream: UpstreamConnection, keeping: Bool) async {
    if keeping { return await pipeline.gateway.pool.giveBack(upstream, to: origin.key) }
    if upstream.sentSurplus { pipeline.gateway.pool.distrust(origin.key) }
  }

  /// Off the event loop where there is much to scan.
  private func judge(_ head: ResponseHead, _ body: [UInt8]) async throws(UpstreamFailure) -> RelayedResponse {
    let secrets = AnswerSecrets(
      credential: pipeline.attempt.credential?.scan ?? CredentialScan(secrets: []), address: pipeline.registry.address)
    let location = pipeline.registry.linkRewrite(for: pipeline.head, pipeline.configuration)
    let (isOurs, fields) = (isOurs, pipeline.route.fields)
    let judged: @Sendable () throws(UpstreamFailure) -> RelayedResponse = { () throws(UpstreamFailure) in
      try RelayedResponse(head, body: body, relaying: fields.response, isToOurCredential: isOurs, hiding: secrets, location: location)
    }
    if body.count <= 16 * 1024 { return try judged() }
    return try await pipeline.gateway.threads.run(orFail: UpstreamFailure.closed) { () throws(UpstreamFailure) in
      try judged()
    }
  }
}
