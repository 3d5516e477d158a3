import Configuration
import Digests
import NIOCore
import RegistryProtocols
import StrictParsers
import TokenVerification

/// Who asks, and what comes from the client.
extension PublishDriver {
  func fetchKeys(for credential: UnverifiedCredential) -> PublishMachine.Event? {
    let (keys, id) = (credential.issuer.keys, credential.token.keyID)
    if let trusted = keys.trusted, trusted.contains(id) { return .keys(.success(trusted)) }
    return later { .keys(await keys.find(id)) }
  }

  // MARK: - The body

  func readBody() -> PublishMachine.Event? {
    do throws(BodyRefusal) {
      switch try body.poll() {
      case .waiting:
        wantsBody = true
        awaitBody()
        return .bodyAwaited
      case .data(let bytes):
        stopAwaitingBody()
        return hash(bytes)
      case .ended:
        stopAwaitingBody()
        return .bodyEnded(size: body.bytesReceived)
      }
    } catch {
      stopAwaitingBody()
      return .bodyFailed(error)
    }
  }

  func awaitBody() {
    let deadline = body.waitDeadline
    body.connection.onLoop { $0.setDeadline(deadline) }
  }

  func stopAwaitingBody() {
    guard wantsBody else { return }
    wantsBody = false
    body.stopWaiting()
    body.connection.onLoop { $0.clearDeadline() }
  }

  /// Hashes a streamed body as it comes, on another core once it is long.
  private func hash(_ bytes: ByteBuffer) -> PublishMachine.Event? {
    guard let digest, !digest.hashAtOnce(bytes) else { return .body(bytes) }
    isHashing = true
    let me = NIOLoopBound(self, eventLoop: loop.eventLoop)
    return later {
      await me.value.digest?.update(bytes)
      me.value.isHashing = false
      return .body(bytes)
    }
  }

  /// The registry has taken all of a streamed body.
  func finishDigest() -> PublishMachine.Event? {
    guard let digest else { return .sentWhole(digests: nil) }
    if let value = digest.value { return .sentWhole(digests: value) }
    let me = NIOLoopBound(self, eventLoop: loop.eventLoop)
    _ = later { .sentWhole(digests: await me.value.digest?.finish()) }
    return .sentUnhashed
  }

  // MARK: - The spool

  /// The spool is made with the artifact's first bytes, when the form has said which digests it wants compared.
  private func filledSpool(hashing digests: Set<ArtifactDigest>) -> ArtifactSpool {
    let filled =
      spool ?? ArtifactSpool(of: body, for: machine.share, request.limits, in: gateway.budgets.spool, gateway.threads, hashing: digests)
    spool = filled
    return filled
  }

  func keep(_ bytes: ByteBuffer, hashing digests: Set<ArtifactDigest>) -> PublishMachine.Event? {
    // The spool hashes by itself.
    digest = nil
    let spool = filledSpool(hashing: digests)
    do throws(SpoolRefusal) { try spool.take(bytes) } catch { return .spooled(.failure(error)) }
    guard spool.mustFlush else { return .spooled(.success(())) }
    let me = NIOLoopBound(spool, eventLoop: loop.eventLoop)
    return later {
      do throws(SpoolRefusal) {
        try await me.value.flush()
        return .spooled(.success(()))
      } catch {
        return .spooled(.failure(error))
      }
    }
  }

  func finishSpool(hashing digests: Set<ArtifactDigest>) -> PublishMachine.Event? {
    let spool = filledSpool(hashing: digests)
    if let artifact = spool.artifactInMemory() { return .artifact(.success(artifact)) }
    let me = NIOLoopBound(spool, eventLoop: loop.eventLoop)
    return later {
      do throws(SpoolRefusal) { return .artifact(.success(try await me.value.finish())) } catch { return .artifact(.failure(error)) }
    }
  }

  /// Off the event loop: an archive takes as long to read as it is large.
  func inspect(_ artifact: SpooledArtifact, by inspector: any UploadInspector) -> PublishMachine.Event? {
    let (gateway, share, timeout) = (gateway, machine.share, request.limits.inspectionTimeout)
    return later {
      do throws(UploadRefusal) {
        let upload = try await gateway.inspections.run(for: share, within: timeout) { budget throws(UploadRefusal) in
          try inspector.finish(artifact: artifact, digests: artifact.digests, budget: budget)
        }
        return .inspected(.success(upload))
      } catch {
        return .inspected(.failure(error))
      }
    }
  }
}
