import Configuration
import NIOCore
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers

/// The connection on which a publish came.
protocol PublishHost: AnyObject {
  var gateway: GatewayServices { get }
  var loop: LoopServices { get }

  /// Sends the response, and goes on or ends as it says.
  func finish(_ response: WrittenResponse, _ body: RequestBody)
}

/// Does what a publish must do, on the event loop of its client, and tells its machine what happened.
final class PublishDriver {
  private let host: any PublishHost
  let body: RequestBody
  private let context: RequestContext
  private(set) var machine: PublishMachine
  /// Events that came while another one was handled.
  private var events: [PublishMachine.Event] = []
  private var isHandling = false

  // What it holds of the world.
  var spool: ArtifactSpool?
  var digest: StreamDigest?
  /// Whether the machine waits for bytes of the body.
  var wantsBody = false
  /// Whether bytes of the body are being hashed, which the machine has not seen yet.
  var isHashing = false
  var upstream: UpstreamTransfer? { didSet { oldValue?.abandon() } }
  var credential: ServiceCredential?
  /// Tells that the client has gone, once its registry had some time to answer; `nil` while the client is there.
  private var clientEnd: Scheduled<Void>?

  init(_ machine: consuming PublishMachine, _ body: RequestBody, _ context: RequestContext, _ host: any PublishHost) {
    self.machine = machine
    self.body = body
    self.context = context
    self.host = host
    if case .stream = machine.request.route.body, machine.request.registry.settings.digest == .sha256 {
      digest = StreamDigest(machine.request.route.digests, machine.resources.memory)
    }
  }

  var gateway: GatewayServices { host.gateway }
  var loop: LoopServices { host.loop }
  var request: PublishRequest { machine.request }

  func begin() { handle(.begin) }

  func handle(_ event: PublishMachine.Event) {
    guard !isHandling else { return events.append(event) }
    isHandling = true
    var next: PublishMachine.Event? = event
    while let event = next { next = perform(machine.handle(event, gateway)) ?? nextEvent }
    isHandling = false
  }

  private var nextEvent: PublishMachine.Event? { events.isEmpty ? nil : events.removeFirst() }

  /// Returns what happened, if it happened at once.
  private func perform(_ action: PublishMachine.Action) -> PublishMachine.Event? {
    switch action {
    case .fetchKeys(let credential): return fetchKeys(for: credential)
    case .lookUpToken(let hash): return later { [gateway] in .uploadToken(await gateway.findUploadToken(hash)) }
    case .recallPins(let query): return later { [gateway] in .pins(await query.ask(gateway.store)) }
    case .readBody: return readBody()
    case .spool(let bytes, let digests): return keep(bytes, hashing: digests)
    case .finishSpool(let digests): return finishSpool(hashing: digests)
    case .inspect(let inspector, let artifact): return inspect(artifact, by: inspector)
    case .probe(let subject, let target, let asker): return probe(subject, target, as: asker)
    case .reserve(let reservation):
      loop.store.reserve(reservation) { self.handle(.reserved($0)) }
      return nil
    case .loadCredential(let permit, let package, let isRenewal): return loadCredential(under: permit, for: package, isRenewal: isRenewal)
    case .connect(let isFresh): return connect(isFresh: isFresh)
    case .send(let request, let permit, let body): return send(request, under: permit, body)
    case .forward(let bytes): return upstream?.forward(bytes)
    case .finishBody: return upstream?.finishBody(isChunked: request.head.framing == .chunked)
    case .judge(let answer): return judge(answer)
    case .record(let conclusion): return record(conclusion)
    case .respond(let response): return respond(response)
    case .awaitResponse: return upstream?.awaitAnswer(wasSentWhole: true)
    case .wait: return nil
    }
  }

  /// Waits by a task, then tells what it gave.
  func later(_ work: @escaping @Sendable () async -> PublishMachine.Event?) -> PublishMachine.Event? {
    let me = NIOLoopBound(self, eventLoop: loop.eventLoop)
    Task(executorPreference: loop.executor) { if let event = await work() { me.value.handle(event) } }
    return nil
  }

  // MARK: - The client

  func clientInputArrived() {
    if wantsBody, let event = readBody() { return handle(event) }
    noticeClientEnd()
  }

  func clientDeadlinePassed() {
    guard wantsBody else { return }
    do throws(BodyRefusal) {
      try body.waitIsOver()
      awaitBody()
    } catch {
      wantsBody = false
      handle(.bodyFailed(error))
    }
  }

  /// A client that sends nothing more may still read, and a registry that has a whole upload may just be answering: it gets some time, so that the
  /// record tells what it did.
  func noticeClientEnd() {
    guard upstream != nil, clientEnd == nil, body.connection.onLoop({ $0.isEnded }) else { return }
    let me = NIOLoopBound(self, eventLoop: loop.eventLoop)
    clientEnd = loop.eventLoop.scheduleTask(in: Self.grace) {
      // Where no request is under way, the next one is given as long.
      me.value.clientEnd = nil
      me.value.handle(.clientGone)
    }
  }

  private static let grace = TimeAmount.seconds(5)

  // MARK: - The end

  private func record(_ conclusion: Conclusion) -> PublishMachine.Event? {
    wantsBody = false
    upstream = nil
    spool = nil
    clientEnd?.cancel()
    if let failure = conclusion.failure { gateway.health.failed(failure, request.registry.name) }
    // What the gateway answers itself after several requests, no answer of the registry is judged for.
    if conclusion.outcome.isSuccess, credential != nil { gateway.noteAcceptedCredential(of: request.registry) }
    conclusion.record.facts.bodySize = body.bytesReceived
    gateway.conclude(conclusion, on: loop) { self.handle(.recorded) }
    return nil
  }

  private func respond(_ response: PublishResponse) -> PublishMachine.Event? {
    let mayContinue = request.head.keepAlive && body.isComplete && !gateway.isDraining
    let written =
      switch response {
      case .relayed(let answer): ResponseWriter(to: context, keepsAlive: mayContinue).write(answer)
      case .local(let answer): ResponseWriter(to: context, keepsAlive: mayContinue).write(answer)
      case .refused(let answer): ResponseWriter(to: context, keepsAlive: false).write(answer)
      }
    host.finish(written, body)
    return nil
  }
}
