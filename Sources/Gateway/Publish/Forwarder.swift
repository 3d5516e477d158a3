import NIOCore
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers

/// A body of which every byte is at hand, so that its length is known and it can be sent again.
struct WholeBody {
  let contentType: ArraySlice<UInt8>?
  let prefix: [UInt8]
  let artifact: SpooledArtifact
  let suffix: [UInt8]

  var count: Int { prefix.count + artifact.count + suffix.count }
}

/// Sends what was granted to the registry, and judges what it answers.
struct Forwarder {
  /// What one system call sends of a spooled artifact, so that an early answer is noticed between two of them.
  private static let sendfileBytes = 1 << 20

  let flow: PublishFlow

  /// Sends a whole upload under the Grant that `decide` makes at the last moment, and closes its intent.
  func forward(
    _ body: WholeBody, closing intent: IntentID, _ decide: () throws(Refusal) -> Grant
  ) async throws(Refusal) -> RelayedAnswer {
    flow.attempt.openIntent = (intent, .bound)
    let grant = try decide()
    let head = try await head(under: grant, contentType: body.contentType, framing: .length(Int64(body.count)))
    do throws(UpstreamFailure) {
      return try await exchange(head, body)
    } catch {
      throw .upstream(error)
    }
  }

  /// The head of an upload's request. Nothing else asks for the service credential.
  func head(under grant: Grant, contentType: ArraySlice<UInt8>?, framing: BodyFraming) async throws(Refusal) -> UpstreamHead {
    let credential: ServiceCredential?
    do throws(UpstreamFailure) { credential = try await flow.registry.credential.current() } catch { throw .upstream(error) }
    flow.attempt.credential = credential
    return UpstreamHead(
      publishing: grant, method: flow.head.method, target: flow.registry.publishTarget(for: flow.path), origin: flow.registry.origin,
      of: flow.head, contentType: contentType, framing: framing, keepAlive: flow.registry.settings.upstream.keepAlive,
      credential: credential)
  }

  /// A kept connection that broke before the answer's first byte may have been closed before it was used: then, and only then, a new one is tried.
  private func exchange(
    _ head: UpstreamHead, _ body: WholeBody
  ) async throws(UpstreamFailure) -> RelayedAnswer {
    let first = try await connect()
    do throws(UpstreamFailure) {
      return try await exchange(head, body, on: first)
    } catch .closed where first.wasReused && !first.hasAnswered {
      return try await exchange(head, body, on: try await connect(anew: true))
    }
  }

  private func exchange(
    _ head: UpstreamHead, _ body: WholeBody, on upstream: UpstreamConnection
  ) async throws(UpstreamFailure) -> RelayedAnswer {
    flow.attempt.beganUpstream()
    var isWhole = false
    do throws(UpstreamFailure) {
      isWhole = try await send(head, body, on: upstream)
    } catch .closed {
      // The registry may have answered before it closed: what it said is read below.
    }
    return try await answer(on: upstream, wasSentWhole: isWhole)
  }

  private func send(
    _ head: UpstreamHead, _ body: WholeBody, on upstream: UpstreamConnection
  ) async throws(UpstreamFailure) -> Bool {
    guard case .taken = try await upstream.send(.byteBuffer(ByteBuffer(bytes: head.bytes + body.prefix))) else { return false }
    switch body.artifact.storage {
    case .memory(let bytes):
      guard case .taken = try await upstream.send(.byteBuffer(bytes)) else { return false }
    case .file(let file):
      for start in stride(from: 0, to: body.artifact.count, by: Self.sendfileBytes) {
        let region = FileRegion(fileHandle: file.handle, readerIndex: start, endIndex: min(start + Self.sendfileBytes, body.artifact.count))
        guard case .taken = try await upstream.send(.fileRegion(region)) else { return false }
      }
    }
    // Whether the answer to the last bytes came before or after the socket had taken them is for `flush` to say.
    _ = try await upstream.send(.byteBuffer(ByteBuffer(bytes: body.suffix)))
    return try await upstream.flush() == .taken
  }

  // MARK: Connections and answers

  func connect(anew: Bool = false) async throws(UpstreamFailure) -> UpstreamConnection {
    let origin = flow.registry.origin
    let eventLoop = flow.attempt.eventLoop
    let stall = TimeAmount.milliseconds(flow.configuration.settings.server.limits.upstreamTimeout.milliseconds)
    if !anew, flow.registry.settings.upstream.keepAlive, let kept = await flow.gateway.pool.take(origin.key, on: eventLoop) {
      return UpstreamConnection(kept, wasReused: true, stall: stall)
    }
    let bytes = try await origin.connect(on: eventLoop)
    await bytes.watchInput()
    return UpstreamConnection(bytes, wasReused: false, stall: stall)
  }

  /// Reads and judges the registry's answer, and keeps the connection if it may serve again.
  func answer(on upstream: UpstreamConnection, wasSentWhole: Bool) async throws(UpstreamFailure) -> RelayedAnswer {
    var mayBeKept = false
    defer { flow.attempt.endedUpstream() }
    let result: Result<RelayedAnswer, UpstreamFailure>
    do throws(UpstreamFailure) {
      let head = try await upstream.answerHead(to: flow.head.method)
      flow.attempt.record.upstreamStatus = head.status
      let body = try await upstream.collectBody(upTo: flow.configuration.settings.server.limits.answer)
      mayBeKept = head.mayBeReused && upstream.isExactlyFramed && wasSentWhole && flow.registry.settings.upstream.keepAlive
      let answer = try await judge(head, body)
      guard wasSentWhole || !answer.isSuccess else { throw .earlySuccess }
      result = .success(answer)
    } catch {
      result = .failure(error)
    }
    if mayBeKept {
      await flow.gateway.pool.giveBack(upstream.bytes, to: flow.registry.origin.key)
    } else {
      if upstream.sentSurplus { flow.gateway.pool.distrust(flow.registry.origin.key) }
      await upstream.bytes.abort()
    }
    return try result.get()
  }

  /// Off the event loop where there is much to scan.
  private func judge(_ head: ResponseHead, _ body: [UInt8]) async throws(UpstreamFailure) -> RelayedAnswer {
    let scan = flow.attempt.credential?.scan ?? CredentialScan(secrets: [])
    let location = flow.registry.locationRewrite(for: flow.head, flow.configuration)
    if body.count <= 16 * 1024 { return try RelayedAnswer(head, body: body, scannedFor: scan, location: location) }
    return try await flow.gateway.threads.run(orFail: UpstreamFailure.closed) { () throws(UpstreamFailure) in
      try RelayedAnswer(head, body: body, scannedFor: scan, location: location)
    }
  }
}
