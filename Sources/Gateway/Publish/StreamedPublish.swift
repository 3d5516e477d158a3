import Digests
import NIOCore
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers

/// An upload whose path says what it would publish: decided at its head, then streamed as it comes, hashed on the way.
struct StreamedPublish {
  let flow: PublishFlow
  let authority: Authority
  let target: PublishTarget

  func run() async throws(Refusal) -> RelayedAnswer {
    flow.attempt.record.target = target
    _ = try flow.decide(authority, target)
    let claim = StreamClaim(
      subject: authority.subject, target: target, rememberedUntil: authority.rememberedUntil,
      note: flow.attempt.record.note(at: flow.gateway.clock()))
    let outcome: StreamClaimOutcome
    do throws(StateRefusal) { outcome = try await flow.gateway.store.claim(claim) } catch { throw .state(error) }
    switch outcome {
    case .claimed(let intent): return try await stream(intent)
    case .alreadyBound: return try await repeatWhole()
    }
  }

  // MARK: The first time

  private func stream(_ intent: IntentID) async throws(Refusal) -> RelayedAnswer {
    flow.attempt.openIntent = (intent, .released)
    let forwarder = Forwarder(flow: flow)
    let upstream: UpstreamConnection
    do throws(UpstreamFailure) { upstream = try await forwarder.connect(anew: true) } catch { throw .upstream(error) }
    let grant = try flow.decide(authority, target)
    let head = try await forwarder.head(under: grant, contentType: flow.contentType, framing: flow.head.framing)
    do throws(Refusal) {
      let wasSentWhole = try await send(head, on: upstream)
      if wasSentWhole {
        flow.attempt.openIntent = (intent, .streamed(flow.attempt.record.artifactDigest))
      }
      do throws(UpstreamFailure) {
        return try await forwarder.answer(on: upstream, wasSentWhole: wasSentWhole)
      } catch {
        // It claims to have taken a file of which it was not sent the end: nobody knows what it has.
        if error == .earlySuccess { flow.attempt.openIntent = (intent, .streamed(nil)) }
        throw .upstream(error)
      }
    } catch {
      await upstream.bytes.abort()
      throw error
    }
  }

  private func send(_ head: UpstreamHead, on upstream: UpstreamConnection) async throws(Refusal) -> Bool {
    flow.attempt.beganUpstream()
    guard try await send(ByteBuffer(bytes: head.bytes), on: upstream) else { return false }
    let digest = flow.registry.settings.digest == .sha256 ? StreamDigest() : nil
    let isChunked = flow.head.framing == .chunked
    while let chunk = try await next() {
      async let hashed: Void? = digest?.update(chunk)
      let wasTaken = try await send(isChunked ? chunk.asHTTPChunk : chunk, on: upstream)
      await hashed
      guard wasTaken else { return false }
    }
    if isChunked {
      guard try await send(ByteBuffer(string: "0\r\n\r\n"), on: upstream) else { return false }
    }
    flow.attempt.record.artifactSize = flow.body.bytesReceived
    flow.attempt.record.artifactDigest = await digest?.finish()
    do throws(UpstreamFailure) { return try await upstream.flush() == .taken } catch { throw .upstream(error) }
  }

  private func next() async throws(Refusal) -> ByteBuffer? {
    do throws(BodyRefusal) { return try await flow.body.next() } catch { throw .body(error) }
  }

  /// False where the registry has answered, or gone, before it was sent everything.
  private func send(_ buffer: ByteBuffer, on upstream: UpstreamConnection) async throws(Refusal) -> Bool {
    do throws(UpstreamFailure) {
      return try await upstream.send(.byteBuffer(buffer)) == .taken
    } catch .closed {
      return false
    } catch {
      throw .upstream(error)
    }
  }

  // MARK: Again

  /// This credential has sent a file of this name before: the repeat is read whole and compared before the registry sees a byte.
  private func repeatWhole() async throws(Refusal) -> RelayedAnswer {
    let spool = ArtifactSpool(flow.configuration.settings.server.limits, flow.gateway, hashing: [])
    while let chunk = try await next() {
      try await Refusal.wrap(Refusal.spool) { () async throws(SpoolRefusal) in try await spool.append(chunk) }
    }
    let artifact = try await Refusal.wrap(Refusal.spool) { () async throws(SpoolRefusal) in try await spool.finish() }
    flow.attempt.record.artifactDigest = artifact.digests.sha256
    flow.attempt.record.artifactSize = Int64(artifact.count)
    let binding = Binding(
      subject: authority.subject, target: target, digest: artifact.digests.sha256, rememberedUntil: authority.rememberedUntil,
      note: flow.attempt.record.note(at: flow.gateway.clock()))
    let intent: IntentID
    do throws(StateRefusal) { intent = try await flow.gateway.store.bind(binding) } catch { throw .state(error) }
    let body = WholeBody(contentType: flow.contentType, prefix: [], artifact: artifact, suffix: [])
    return try await Forwarder(flow: flow).forward(body, closing: intent) { () throws(Refusal) in try flow.decide(authority, target) }
  }
}

/// The SHA-256 of a stream, computed on another core than the one that moves it.
private actor StreamDigest {
  private var sha256 = SHA256()

  func update(_ buffer: ByteBuffer) { sha256.update(buffer.readableBytesSpan) }

  func finish() -> SHA256Digest { sha256.finalize() }
}

extension ByteBuffer {
  /// Framed as one chunk (RFC 9112, section 7.1).
  var asHTTPChunk: ByteBuffer {
    var chunk = ByteBuffer(string: "\(String(readableBytes, radix: 16))\r\n")
    chunk.reserveCapacity(minimumWritableBytes: readableBytes + 2)
    chunk.writeImmutableBuffer(self)
    chunk.writeStaticString("\r\n")
    return chunk
  }
}
