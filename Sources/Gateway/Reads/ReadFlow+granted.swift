import Configuration
import NIOCore
import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

/// Reads with the service credential: what a client asks before it uploads.
extension ReadFlow {
  /// The largest answer, in bytes.
  private static let largestGranted = 4 << 20
  /// An answer of so many bytes does not wait behind inspections.
  private static let quicklySearched = 16 << 10
  /// How many copies of an answer are there at a time while it is searched: with escapes resolved, and as runs of digits.
  private static let copiesOfScan = 4

  /// Serves a read with the service credential if the client may publish the subject. A refusal leaves a record.
  ///
  /// `nil` if the client presents no credential that is the policy's to judge: then it reads with its own.
  func serve(
    _ subject: ReadSubject, _ route: ReadRoute, _ routed: RoutedRequest, _ body: RequestBody, _ request: RequestContext
  ) async -> ConnectionPersistence? {
    var record = RequestRecord(.read, request.id)
    record.facts.describe(request, routed.head, configuration)
    record.facts.describe(registry)
    record.facts.describe(subject, of: registry)
    let access = PublisherAccess(gateway: gateway, configuration: configuration, registry: registry)
    do throws(Refusal) {
      guard let presented = try judgedCredential(of: routed) else { return nil }
      guard gateway.canRecord else { throw .gateway(.auditUnavailable) }
      let client = try await access.authenticate(presented, &record)
      let permit = try access.decide(client, reading: subject, &record)
      do throws(SharedBudget.Shortage) { try body.resources.move(to: .publisher(permit.publisher)) } catch { throw .body(.noMemory(error)) }
      let read = GrantedRead(
        subject: subject, client: client, access: access, route: route, routed: routed, resources: body.resources,
        connector: UpstreamConnector(
          gateway: gateway, registry: registry.name, share: .publisher(permit.publisher), limits: configuration.settings.server.limits))
      let answer = try await answer(to: read, under: permit, &record)
      gateway.metrics.count(record.facts, .completed())
      endClientWithShortage(body.resources)
      return await send(answer, to: routed.head, request)
    } catch {
      return await gateway.refuse(request, to: .read(route), of: registry, on: connection, error, record)
    }
  }

  private func judgedCredential(of routed: RoutedRequest) throws(Refusal) -> PresentedCredential? {
    do throws(CredentialRefusal) {
      return try registry.protocol.credential(of: routed)
    } catch {
      switch error {
      case .missing, .notAccepted, .unknownScheme: return nil
      case .repeated, .malformed, .malformedUploadToken, .directTokenRefused, .unknownUploadToken, .malformedExchange,
        .missingExchangeMember, .exchangeMediaType:
        throw .credential(error)
      }
    }
  }

  // MARK: The registry's answer

  private struct GrantedAnswer {
    let read: RelayedRead
    let body: [UInt8]
    let framing: AnswerFraming
  }

  private struct GrantedRead {
    let subject: ReadSubject
    let client: PublisherAccess.Client
    let access: PublisherAccess
    let route: ReadRoute
    let routed: RoutedRequest
    let resources: RequestResources
    let connector: UpstreamConnector
  }

  private func answer(
    to read: GrantedRead, under permit: ReadPermit, isRenewal: Bool = false, _ record: inout RequestRecord
  ) async throws(Refusal) -> GrantedAnswer {
    let (credential, upstream) = try await Refusal.wrap(Refusal.upstream) { () async throws(UpstreamFailure) in
      try await connect(read, under: permit)
    }
    let watch = await ClientWatch(of: connection.bytes, ending: upstream.bytes, waitsForAnswer: false)
    let permit = try await read.access.decideAgain(read.client, reading: read.subject, &record)
    record.beganUpstream()
    let answer: GrantedAnswer?
    do throws(UpstreamFailure) {
      answer = try await send(read, under: permit, credential, on: upstream, isRenewal: isRenewal, &record)
    } catch {
      record.endedUpstream()
      if watch.hasEndedExchange { throw .client(.gone) }
      throw .upstream(error)
    }
    record.endedUpstream()
    if let answer { return answer }
    return try await self.answer(to: read, under: permit, isRenewal: true, &record)
  }

  /// `nil` if the registry does not take the token of its own service any more, of which another is to be had.
  private func send(
    _ read: GrantedRead, under permit: ReadPermit, _ credential: ServiceCredential?, on upstream: UpstreamConnection, isRenewal: Bool,
    _ record: inout RequestRecord
  ) async throws(UpstreamFailure) -> GrantedAnswer? {
    let head = read.routed.head
    let sent = UpstreamHead(
      reading: registry.upstreamTarget(read.routed.path.target), under: permit, method: head.method, authority: registry.origin.authority,
      of: head, forwarding: read.route.fields.request, credential: credential)
    _ = try await upstream.send(.byteBuffer(ByteBuffer(bytes: sent.bytes)))
    let answer = try await upstream.answerHead(to: head.method, by: upstream.answerDeadline)
    gateway.health.answered(registry.name)
    if answer.status == 401, registry.forgetToken(credential), !isRenewal { return nil }
    gateway.metrics.countRead(registry.name, status: answer.status)
    record.facts.upstreamStatus = answer.status
    if answer.status == 401, let credential, await registry.refuses(credential, read.connector, on: connection.bytes.channel.eventLoop) {
      gateway.noteRefusedCredential(of: registry, status: answer.status)
    }
    let body = try await upstream.collectBody(upTo: Self.largestGranted, by: upstream.answerDeadline, in: read.resources.memory)
    return try await judge(answer, body, credential, read)
  }

  private func connect(
    _ read: GrantedRead, under permit: ReadPermit
  ) async throws(UpstreamFailure) -> (ServiceCredential?, UpstreamConnection) {
    let eventLoop = connection.bytes.channel.eventLoop
    do throws(UpstreamFailure) {
      let credential = try await registry.credential(for: read.subject, read.routed, under: .read(permit), read.connector, on: eventLoop)
      let upstream = try await read.connector.connect(to: registry.origin, on: eventLoop)
      endWithShortage(upstream, read.resources)
      return (credential, upstream)
    } catch {
      if error == .unreachable { gateway.health.failed(error, registry.name) }
      throw error
    }
  }

  /// Scans the answer, and writes a document anew whose links would lead past the gateway. Where uploads are inspected, if it is large: both may be slow.
  private func judge(
    _ answer: ResponseHead, _ body: [UInt8], _ credential: ServiceCredential?, _ read: GrantedRead
  ) async throws(UpstreamFailure) -> GrantedAnswer {
    let (route, head, memory) = (read.route, read.routed.head, read.resources.memory)
    let scanned = Self.copiesOfScan * body.count
    do throws(SharedBudget.Shortage) { try memory.grow(by: scanned) } catch { throw .busy }
    defer { memory.shrink(by: scanned) }
    let secrets = AnswerSecrets(credential, registry.address)
    let links = registry.linkRewrite(for: head, configuration)
    let rewrite = (200..<300).contains(answer.status) ? documentRewrite(of: answer, route.document) : nil
    if rewrite != nil { do throws(SharedBudget.Shortage) { try memory.grow(by: body.count) } catch { throw .busy } }
    let framing = AnswerFraming(relaying: answer, to: head)
    let judged: @Sendable (WorkBudget) throws(UpstreamFailure) -> GrantedAnswer = { budget throws(UpstreamFailure) in
      let read = try RelayedRead(
        answer, body: body, relaying: route.fields.response, hiding: secrets, location: links, within: budget)
      guard let (rewrite, mediaType) = rewrite else { return GrantedAnswer(read: read, body: read.body, framing: framing) }
      guard answer.framing != .none else { return GrantedAnswer(read: read, body: [], framing: .none) }
      guard answer.status != 206, let written = rewrite.rewrite(.init(mediaType: mediaType, body: body), links) else {
        throw .unreadableDocument
      }
      return GrantedAnswer(read: read, body: written, framing: framing)
    }
    if body.count <= Self.quicklySearched {
      return try await gateway.threads.run(orFail: UpstreamFailure.closed) { () throws(UpstreamFailure) in
        try judged(WorkBudget { false })
      }
    }
    let result: Result<GrantedAnswer, UpstreamFailure>
    do throws(UploadRefusal) {
      result = try await gateway.inspections.run(for: read.connector.share, within: read.connector.limits.inspectionTimeout) { budget in
        Result { () throws(UpstreamFailure) in try judged(budget) }
      }
    } catch {
      throw error == .inspectionBusy ? .busy : .closed
    }
    return try result.get()
  }

  // MARK: To the client

  private func send(_ answer: GrantedAnswer, to head: RequestHead, _ request: RequestContext) async -> ConnectionPersistence {
    let isLast = !head.keepAlive || gateway.isDraining
    var written = ResponseHeadWriter(status: answer.read.status, reason: answer.read.reason)
    for field in answer.read.fields { written.add(field.name, field.value) }
    switch answer.framing {
    case .none, .wouldBe: answer.framing.describe(in: &written)
    case .length, .chunked, .untilClose: AnswerFraming.length(Int64(answer.body.count)).describe(in: &written)
    }
    written.finish(requestID: request.id, closing: isLast)
    guard await connection.finish(ByteBuffer(bytes: written.bytes + answer.body)) else { return .abort }
    return isLast ? .close : .keepAlive
  }
}

extension AuditRecord {
  fileprivate mutating func describe(_ subject: ReadSubject, of registry: Registry) {
    action = .read
    guard case .package(let package) = subject else { return }
    target = PublishTarget(registry: registry.name, package: package, version: nil, file: "")
  }
}
