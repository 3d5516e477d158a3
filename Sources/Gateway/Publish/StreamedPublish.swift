import NIOCore
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers

/// An upload whose path says what it would publish: decided at its head, then streamed as it comes, hashed on the way.
struct StreamedPublish {
  let flow: PublishFlow
  let uploader: Uploader
  let target: PublishTarget

  func run() async throws(Refusal) -> RelayedAnswer {
    flow.attempt.record.target = target
    switch try await flow.claim(uploader, target) {
    case .claimed(let intent): return try await stream(intent)
    case .alreadyBound: return try await repeatWhole()
    }
  }

  // MARK: The first time

  private func stream(_ intent: IntentID) async throws(Refusal) -> RelayedAnswer {
    flow.attempt.openIntent = (intent, .released)
    let body = try await StreamedBody(of: flow)
    do throws(Refusal) {
      let answer = try await Forwarder(flow: flow, uploader: uploader, target: target).forward(body)
      note(body, intent)
      return answer
    } catch {
      note(body, intent)
      // It claims to have taken a file of which it was not sent the end: nobody knows what it has.
      if case .upstream(.earlySuccess) = error { flow.attempt.openIntent = (intent, .streamed(nil)) }
      throw error
    }
  }

  private func note(_ body: StreamedBody, _ intent: IntentID) {
    guard let artifact = body.artifact else { return }
    flow.attempt.record.artifactSize = artifact.size
    flow.attempt.record.artifactDigest = artifact.digest
    flow.attempt.openIntent = (intent, .streamed(artifact.digest))
  }

  // MARK: Again

  /// This credential has sent a file of this name before: the repeat is read whole and compared before the registry sees a byte.
  private func repeatWhole() async throws(Refusal) -> RelayedAnswer {
    let spool = ArtifactSpool(
      of: flow.body, for: flow.attempt.share, flow.configuration.settings.server.limits, flow.gateway, hashing: [])
    while let chunk = try await Refusal.wrap(Refusal.body, { () async throws(BodyRefusal) in try await flow.body.next() }) {
      try await Refusal.wrap(Refusal.spool) { () async throws(SpoolRefusal) in try await spool.append(chunk) }
    }
    let artifact = try await Refusal.wrap(Refusal.spool) { () async throws(SpoolRefusal) in try await spool.finish() }
    flow.attempt.record.artifactDigest = artifact.digests.sha256
    flow.attempt.record.artifactSize = Int64(artifact.count)
    let intent = try await flow.bind(uploader, target, artifact)
    flow.attempt.openIntent = (intent, .bound)
    let body = WholeBody(contentType: flow.contentType, prefix: [], artifact: artifact, suffix: [])
    return try await Forwarder(flow: flow, uploader: uploader, target: target).forward(body)
  }
}
