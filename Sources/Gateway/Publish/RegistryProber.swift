import NIOCore
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

/// Asks the registry whether it has a package or a file, on a connection of its own. Nothing of its answers reaches a client.
struct RegistryProber {
  /// For the whole of an answer, however fast its parts: clients wait for five seconds and more.
  private static let patience = TimeAmount.seconds(10)
  /// For all the questions that follow from one.
  private static let wholePatience = TimeAmount.seconds(30)

  /// With whose credential it is asked.
  enum Asker {
    case policy(ProbePermit)
    case client(PassthroughCredential)
  }

  let gateway: GatewayServices
  let registry: Registry
  let request: RoutedRequest
  let connector: UpstreamConnector
  /// What long answers count in.
  let memory: Reservation
  let eventLoop: any EventLoop

  /// A package that was there is believed to be there for a minute; everything else is asked anew. Thrown is only that our credential is refused.
  func existence(
    of subject: ExistenceProbe.Subject, _ target: PublishTarget, as asker: Asker
  ) async throws(UpstreamFailure) -> Existence {
    if subject == .package, gateway.knownPackages.contains(target) { return .exists }
    var found = Existence.absent
    for probe in registry.protocol.probes(subject, target, for: request) {
      do throws(UpstreamFailure) {
        found = found || (try await existence(by: probe, as: asker))
      } catch {
        if error == .unreachable { gateway.health.failed(error, registry.name) }
        if error == .credentialRefused { throw error }
        found = found || .unknown
      }
      if found == .exists { break }
    }
    if subject == .package, found == .exists { gateway.knownPackages.note(target) }
    return found
  }

  private func existence(by probe: ExistenceProbe, as asker: Asker) async throws(UpstreamFailure) -> Existence {
    let deadline = NIODeadline.now() + Self.wholePatience
    return try await probe.existence(while: { NIODeadline.now() < deadline }) { probe throws(UpstreamFailure) in
      try await answer(to: probe, as: asker)
    }
  }

  private func answer(
    to probe: ExistenceProbe, as asker: Asker, isRenewal: Bool = false
  ) async throws(UpstreamFailure) -> ExistenceProbe.Reading {
    let target = registry.upstreamTarget(probe.path)
    let head: UpstreamHead
    let origin: UpstreamOrigin
    var credential: ServiceCredential?
    switch asker {
    case .policy(let inquiry):
      origin = registry.origin
      credential = try await registry.credential(
        for: .package(inquiry.target.package), request, under: .probe(inquiry), connector, on: eventLoop)
      head = UpstreamHead(asking: inquiry, probe.method, target, authority: origin.authority, credential: credential)
    case .client(let pass):
      origin = registry.openOrigin
      head = UpstreamHead(asking: pass, probe.method, target, authority: origin.authority)
    }
    let upstream = try await connector.connect(to: origin, on: eventLoop)
    let answer = try await self.answer(to: probe, head, on: upstream, origin)
    if answer.status == 401, !isRenewal, registry.forgetToken(credential) {
      return try await self.answer(to: probe, as: asker, isRenewal: true)
    }
    // Reads may be guarded by themselves: a publish of nothing tells whether it is the credential.
    if answer.status == 401, let credential, await registry.refuses(credential, connector, on: eventLoop) {
      gateway.noteRefusedCredential(of: registry, status: answer.status)
      throw .credentialRefused
    }
    // A page may be long, and is searched where nobody waits for the thread.
    return try await gateway.threads.run(orFail: UpstreamFailure.closed) { () throws(UpstreamFailure) in probe.reading(answer) }
  }

  private func answer(
    to probe: ExistenceProbe, _ head: UpstreamHead, on upstream: UpstreamConnection, _ origin: UpstreamOrigin
  ) async throws(UpstreamFailure) -> ExistenceProbe.Answer {
    let deadline = NIODeadline.now() + Self.patience
    _ = try await upstream.send(.byteBuffer(ByteBuffer(bytes: head.bytes)))
    let answer = try await upstream.answerHead(to: probe.method, by: deadline)
    gateway.health.answered(registry.name)
    guard answer.fields.values(named: "content-encoding").allSatisfy({ ASCII.equalIgnoringCase($0, "identity".utf8) }) else {
      throw .encodedAnswer
    }
    let isRead = probe.method == .get && probe.bodyLimit > 0 && (200..<300).contains(answer.status)
    let body = isRead ? try await upstream.collectBody(upTo: probe.bodyLimit, by: deadline, in: memory) : []
    let location = (try? answer.fields.single(named: "location")).flatMap { $0.flatMap { ExactString(utf8: $0) } }
    return .init(status: answer.status, location: location, authority: origin.authority, body: body)
  }
}
