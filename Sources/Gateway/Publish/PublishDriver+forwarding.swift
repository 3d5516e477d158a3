import Configuration
import NIOCore
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

/// What goes to the registry and comes from it.
extension PublishDriver {
  private var registry: Registry { request.registry }
  private var origin: UpstreamOrigin { machine.isOurs ? registry.origin : registry.openOrigin }

  /// A connection that carried a client's own credential carries nothing else.
  private var keepsConnections: Bool { machine.isOurs && registry.settings.upstream.keepAlive }

  /// Opens the upload's connections to the registry, on the account that the upload has by then.
  private var connector: UpstreamConnector {
    UpstreamConnector(gateway: gateway, registry: registry.name, share: machine.share, limits: request.limits)
  }

  func probe(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, as asker: RegistryProber.Asker) -> PublishMachine.Event? {
    let prober = RegistryProber(
      gateway: gateway, registry: registry, request: request.routed, connector: connector, memory: machine.resources.memory,
      eventLoop: loop.eventLoop)
    return later {
      do throws(UpstreamFailure) {
        return .probed(.success(try await prober.existence(of: subject, target, as: asker)))
      } catch {
        return .probed(.failure(error))
      }
    }
  }

  func loadCredential(
    under permit: UpstreamPermit, for package: PublishTarget.Package, isRenewal: Bool
  ) -> PublishMachine.Event? {
    guard let grant = permit.grant else { return .credentialLoaded(.success(())) }
    if registry.tokens == nil, let known = loop.credential(of: registry) {
      credential = known.credential
      return .credentialLoaded(.success(()))
    }
    if isRenewal { _ = registry.forgetToken(credential) }
    let (registry, routed, connector) = (registry, request.routed, connector)
    let me = NIOLoopBound(self, eventLoop: loop.eventLoop)
    return later {
      do throws(UpstreamFailure) {
        me.value.credential = try await registry.credential(
          for: .package(package), routed, under: .publish(grant), connector, on: me.eventLoop)
        return .credentialLoaded(.success(()))
      } catch {
        return .credentialLoaded(.failure(error))
      }
    }
  }

  // MARK: - Requests

  func connect(isFresh: Bool) -> PublishMachine.Event? {
    stopAwaitingBody()
    upstream = nil
    let (connector, origin) = (connector, origin)
    if !isFresh, keepsConnections, let kept = connector.reuse(origin.key, on: loop.eventLoop) {
      upstream = UpstreamTransfer(kept, self)
      return .connected(.success(.pool))
    }
    let me = NIOLoopBound(self, eventLoop: loop.eventLoop)
    return later {
      do throws(UpstreamFailure) {
        let connection = try await connector.connect(to: origin, on: me.eventLoop)
        me.value.upstream = UpstreamTransfer(connection, me.value)
        return .connected(.success(.new))
      } catch {
        return .connected(.failure(error))
      }
    }
  }

  func send(_ sent: UpstreamRequest, under permit: UpstreamPermit, _ body: SentBody) -> PublishMachine.Event? {
    noticeClientEnd()
    let (contentType, framing): (ArraySlice<UInt8>?, BodyFraming) =
      switch body {
      case .none: (nil, .none)
      case .stream: (request.contentType, request.head.framing)
      case .segments(let segments, let artifact, let type):
        (type.isEmpty ? nil : ArraySlice(type.utf8), .length(segments.reduce(0) { $0 + $1.count(artifact) }))
      }
    let head = UpstreamHead(
      publishing: permit, method: sent.method, target: registry.upstreamTarget(sent.target), authority: origin.authority, of: request.head,
      forwarding: request.route.fields.forwarded(under: permit), contentType: contentType, framing: framing, keepAlive: keepsConnections,
      credential: credential)
    return upstream?.send(head.bytes, body, answerTo: sent.method)
  }

  // MARK: - Answers

  /// The connection had something to say before it was asked anything.
  func distrust(_ connection: UpstreamConnection) {
    if connection.bytes.onLoop({ !$0.hasEnded }) { gateway.pool.distrust(origin.key) }
  }

  /// The connection is kept if it may serve again.
  func giveBack(_ connection: UpstreamConnection, after head: ResponseHead, wasSentWhole: Bool) {
    if head.mayBeReused, connection.isExactlyFramed, wasSentWhole, keepsConnections {
      gateway.pool.giveBack(connection, to: origin.key)
    } else if connection.sentSurplus {
      gateway.pool.distrust(origin.key)
    }
  }

  /// Off the event loop where there is much to scan.
  func judge(_ answer: UpstreamAnswer) -> PublishMachine.Event? {
    let secrets = AnswerSecrets(credential, registry.address)
    let (request, isOurs) = (request, machine.isOurs)
    let judged: @Sendable () throws(UpstreamFailure) -> RelayedResponse = { () throws(UpstreamFailure) in
      try RelayedResponse(
        answer.head, body: answer.body, relaying: request.route.fields.response, isToOurCredential: isOurs, hiding: secrets,
        location: request.registry.linkRewrite(for: request.head, request.configuration))
    }
    if answer.body.count <= 16 << 10 {
      return learn(from: Result { () throws(UpstreamFailure) in try judged() }, status: answer.head.status)
    }
    let (threads, me) = (gateway.threads, NIOLoopBound(self, eventLoop: loop.eventLoop))
    return later {
      let result: Result<RelayedResponse, UpstreamFailure>
      do throws(UpstreamFailure) {
        result = .success(try await threads.run(orFail: UpstreamFailure.closed) { () throws(UpstreamFailure) in try judged() })
      } catch {
        result = .failure(error)
      }
      return .judged(await me.value.learned(from: result, status: answer.head.status))
    }
  }

  /// Notes what a registry's answer tells of the service credential. A 403 may be of the file, too: then the registry is asked.
  private func learn(from judged: Result<RelayedResponse, UpstreamFailure>, status: Int) -> PublishMachine.Event? {
    if note(judged, status: status) { return .judged(judged) }
    let me = NIOLoopBound(self, eventLoop: loop.eventLoop)
    return later { .judged(await me.value.learned(from: judged, status: status)) }
  }

  private func learned(from judged: Result<RelayedResponse, UpstreamFailure>, status: Int) async -> Result<RelayedResponse, UpstreamFailure>
  {
    guard !note(judged, status: status), let credential, await registry.refuses(credential, connector, on: loop.eventLoop) else {
      return judged
    }
    gateway.noteRefusedCredential(of: registry, status: status)
    return .failure(.credentialRefused)
  }

  /// False if the registry must be asked.
  private func note(_ judged: Result<RelayedResponse, UpstreamFailure>, status: Int) -> Bool {
    guard machine.isOurs, credential != nil else { return true }
    switch judged {
    case .success(let answer):
      if answer.isSuccess { gateway.noteAcceptedCredential(of: registry) }
      return answer.status != 403
    case .failure(let failure):
      if case .conflict = failure { gateway.noteAcceptedCredential(of: registry) }
      if failure == .credentialRefused {
        _ = registry.forgetToken(credential)
        gateway.noteRefusedCredential(of: registry, status: status)
      }
      return true
    }
  }
}

extension FieldRules {
  /// What of an upload's head goes on.
  fileprivate func forwarded(under permit: UpstreamPermit) -> [ExactString] {
    switch permit {
    case .grant: request
    case .legacy: request + ownRequest
    }
  }
}
