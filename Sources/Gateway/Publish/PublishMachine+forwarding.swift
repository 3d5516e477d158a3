import Configuration
import Digests
import NIOCore
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers

/// Where an upload stands among the requests that it becomes.
struct Exchange {
  fileprivate var steps: any UpstreamExchange
  fileprivate var request: UpstreamRequest
  /// `nil` until there is a connection.
  fileprivate var origin: ConnectionOrigin?
  /// Whether a request was sent once more with a new token.
  fileprivate var isRenewed = false

  /// Whether an answer that never came may mean that the connection had ended before it was used.
  fileprivate var mayHaveBeenStale: Bool { origin == .pool }

  /// Whether the request's body is still there to be sent once more.
  fileprivate func canBeSentAgain(_ upload: ReservedUpload) -> Bool {
    switch request.body {
    case .none, .segments: true
    case .streamed: upload.content.artifact != nil || upload.beginning.kept != nil
    }
  }
}

extension PublishMachine {
  mutating func begin(_ upload: ReservedUpload, _ world: some PublishWorld) throws(Refusal) -> Action {
    switch upload.content {
    case .streamed: enter(.awaitingFirstBytes(upload), .readBody)
    case .inspected, .repeated: try prepare(upload, world)
    }
  }

  mutating func begin(_ upload: ReservedUpload, with bytes: ByteBuffer, _ world: some PublishWorld) throws(Refusal) -> Action {
    let piece = framed(bytes)
    try count(piece.readableBytes)
    var upload = upload
    upload.beginning.append(piece)
    return try prepare(upload, world)
  }

  mutating func begin(
    _ upload: ReservedUpload, size: Int64, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    var upload = upload
    upload.beginning.size = size
    return try prepare(upload, world)
  }

  /// The client sends the first bytes later.
  mutating func wait(for upload: ReservedUpload) -> Action {
    var upload = upload
    upload.hasWaited = true
    return enter(.awaitingFirstBytes(upload), .wait)
  }

  // MARK: Before the first byte

  /// The registry is asked once more for the file, since no other upload of it can run now.
  private mutating func prepare(_ upload: ReservedUpload, _ world: some PublishWorld) throws(Refusal) -> Action {
    guard request.refusesExistingFiles else { return loadCredential(upload) }
    let permit = try reauthorize(upload, world)
    var upload = upload
    upload.hasWaited = true
    return enter(.probingFileAgain(upload), .probe(.file, upload.content.target, permit.asker))
  }

  mutating func connect(_ upload: ReservedUpload) -> Action {
    var steps = request.route.exchange
    let first: UpstreamRequest
    switch upload.content {
    case .inspected(let inspected, _): first = steps.begin(inspected)
    case .repeated, .streamed: first = steps.begin(nil)
    }
    return enter(.connecting(upload, Exchange(steps: steps, request: first)), .connect(isFresh: false))
  }

  /// Asks the store once more if anything was waited for since its word: an upload token may have been burnt or revoked.
  mutating func recheck(
    _ upload: ReservedUpload, _ exchange: Exchange, _ result: Result<ConnectionOrigin, UpstreamFailure>, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    var exchange = exchange
    do throws(UpstreamFailure) { exchange.origin = try result.get() } catch { throw .upstream(error) }
    guard exchange.origin == .new || upload.hasWaited, case .principal(let client) = upload.client,
      let token = client.uploadToken
    else { return try send(upload, exchange, world) }
    return enter(.rechecking(upload, exchange), .lookUpToken(token))
  }

  mutating func send(
    _ upload: ReservedUpload, _ exchange: Exchange, ifLive found: Result<UploadTokenRecord?, StateRefusal>, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    let token: UploadTokenRecord?
    do throws(StateRefusal) { token = try found.get() } catch { throw .state(error) }
    guard token != nil else { throw .state(.ended) }
    return try send(upload, exchange, world)
  }

  /// Decides once more, immediately before the first byte: on the very word that was entered into the store.
  private mutating func reauthorize(_ upload: ReservedUpload, _ world: some PublishWorld) throws(Refusal) -> UpstreamPermit {
    guard world.configuration.holds(request.registry, of: request.configuration) else { throw .gateway(.configurationChanged) }
    guard case .permitted(let permit) = try decide(upload.client, upload.content.target, reports: false, world) else {
      throw .package(.existenceUnknown(package: upload.content.target.package.canonical))
    }
    let use = intent?.upload.use
    guard permit.grant?.key == use?.key, permit.grant?.newPin == use?.newPin else { throw .gateway(.configurationChanged) }
    return permit
  }

  private mutating func send(_ upload: ReservedUpload, _ exchange: Exchange, _ world: some PublishWorld) throws(Refusal) -> Action {
    let permit = try reauthorize(upload, world)
    record.beganUpstream()
    switch (exchange.request.body, upload.content) {
    case (.none, _): return enter(.awaitingResponse(upload, exchange), .send(exchange.request, permit, .none))
    case (.segments(let segments, let contentType), _):
      return enter(
        .awaitingResponse(upload, exchange),
        .send(exchange.request, permit, .segments(segments, upload.content.artifact, contentType: contentType)))
    case (.streamed, .repeated(_, let artifact)), (.streamed, .inspected(_, let artifact)):
      let contentType = request.contentType.flatMap { ExactString(utf8: $0) }
      return enter(
        .awaitingResponse(upload, exchange),
        .send(exchange.request, permit, .segments([.artifact], artifact, contentType: contentType ?? "")))
    case (.streamed, .streamed):
      return enter(
        .streaming(upload, exchange), .send(exchange.request, permit, .stream(upload.beginning.kept ?? ByteBuffer())))
    }
  }

  // MARK: A streamed body

  mutating func readOn(_ upload: ReservedUpload, _ exchange: Exchange) -> Action { upload.beginning.size == nil ? .readBody : .finishBody }

  mutating func forward(_ bytes: ByteBuffer, _ upload: ReservedUpload, _ exchange: Exchange) throws(Refusal) -> Action {
    let piece = framed(bytes)
    var upload = upload
    if let kept = upload.beginning.kept {
      if kept.readableBytes + piece.readableBytes <= request.limits.spoolMemory {
        try count(piece.readableBytes)
        upload.beginning.append(piece)
      } else {
        resources.memory.shrink(by: upload.beginning.forget())
      }
    }
    return enter(.streaming(upload, exchange), .forward(piece))
  }

  /// A piece of a streamed body as the registry will see it.
  private func framed(_ bytes: ByteBuffer) -> ByteBuffer { request.head.framing == .chunked ? bytes.asHTTPChunk : bytes }

  mutating func end(_ upload: ReservedUpload, _ exchange: Exchange, size: Int64) -> Action {
    var upload = upload
    upload.beginning.size = size
    return enter(.streaming(upload, exchange), .finishBody)
  }

  /// Whatever comes now, the registry may have the file.
  mutating func awaitDigest() -> Action {
    intent?.outcome = .streamed(nil)
    return .wait
  }

  mutating func awaitResponse(_ upload: ReservedUpload, _ exchange: Exchange, _ digests: ArtifactDigests?) -> Action {
    record.facts.artifactSize = upload.beginning.size
    record.facts.artifactDigest = digests?.sha256
    intent?.outcome = .streamed(digests)
    return enter(.awaitingResponse(upload, exchange), .awaitResponse)
  }

  // MARK: The registry's answer

  mutating func use(_ outcome: UpstreamOutcome, _ upload: ReservedUpload, _ exchange: Exchange) throws(Refusal) -> Action {
    record.endedUpstream()
    let answer: UpstreamAnswer
    do throws(UpstreamFailure) {
      answer = try outcome.result.get()
    } catch {
      guard error == .closed, exchange.mayHaveBeenStale, !outcome.hasAnswered, exchange.canBeSentAgain(upload) else {
        throw .upstream(error)
      }
      return enter(.connecting(upload, exchange), .connect(isFresh: true))
    }
    record.facts.upstreamStatus = answer.head.status
    if answer.head.status == 401, let renewed = renewable(exchange, of: upload) { return load(for: upload, renewed) }
    let judging = State.judging(upload, wasSentWhole: outcome.wasSentWhole)
    guard outcome.wasSentWhole, ![401, 407].contains(answer.head.status) else { return enter(judging, .judge(answer)) }
    return try goOn(upload, exchange, after: answer, judging)
  }

  /// A request that is sent once more with a new token, of which the registry was sent no byte of a body; `nil` if it must not be.
  private func renewable(_ exchange: Exchange, of upload: ReservedUpload) -> Exchange? {
    guard upload.client.isOurs, request.registry.tokens != nil, !exchange.isRenewed, case .none = exchange.request.body else { return nil }
    var exchange = exchange
    exchange.isRenewed = true
    return exchange
  }

  private mutating func goOn(
    _ upload: ReservedUpload, _ exchange: Exchange, after answer: UpstreamAnswer, _ judging: State
  ) throws(Refusal) -> Action {
    var exchange = exchange
    let step: UpstreamStep
    do throws(UnexpectedResponse) {
      step = try exchange.steps.next(
        after: UpstreamResponse(
          status: answer.head.status, fields: answer.head.fields, body: answer.body,
          links: request.registry.linkRewrite(for: request.head, request.configuration), isToOwnCredential: !upload.client.isOurs))
    } catch {
      throw .upstream(error.failure)
    }
    switch step {
    case .relay: return enter(judging, .judge(answer))
    case .relayAs(let body): return enter(judging, .judge(UpstreamAnswer(head: answer.head, body: body)))
    case .refuse(let status): return enter(judging, .judge(UpstreamAnswer(head: answer.head.counting(as: status), body: answer.body)))
    case .respond(let response): return conclude(.success(.local(response)))
    case .send(let next):
      exchange.request = next
      var upload = upload
      upload.hasWaited = true
      return enter(.connecting(upload, exchange), .connect(isFresh: false))
    }
  }

  mutating func finish(
    _ result: Result<RelayedResponse, UpstreamFailure>, wasSentWhole: Bool, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    let answer: RelayedResponse
    do throws(UpstreamFailure) {
      answer = try result.get()
    } catch {
      if case .conflict = error, let response = responseToRepeat(world) { return conclude(.success(.local(response))) }
      throw .upstream(error)
    }
    if answer.status == 409, let response = responseToRepeat(world) { return conclude(.success(.local(response))) }
    guard wasSentWhole || !answer.isSuccess else {
      // It claims to have taken a file of which it was not sent the end: nobody knows what it has.
      if case .released? = intent?.outcome { intent?.outcome = .streamed(nil) }
      throw .upstream(.earlySuccess)
    }
    return conclude(.success(.relayed(answer)))
  }
}

extension UnexpectedResponse {
  fileprivate var failure: UpstreamFailure {
    switch cause {
    case .malformed: .malformedAnswer
    case .unreadable: .unreadableDocument
    case .elsewhere: .uploadsElsewhere
    case .notTaken: .uploadNotTaken
    }
  }
}
