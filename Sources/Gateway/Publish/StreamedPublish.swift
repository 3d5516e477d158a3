import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers

/// An upload whose path says what it would publish: decided at its head, then streamed as it comes, hashed on the way.
struct StreamedPublish {
  let pipeline: PublishPipeline
  let client: AuthenticatedClient
  let target: PublishTarget

  func run() async throws(Refusal) -> RelayedResponse {
    pipeline.attempt.record.target = target
    switch try await pipeline.claim(client, target) {
    case .claimed(let intent): return try await stream(intent)
    case .alreadyBound: return try await repeatWhole()
    }
  }

  // MARK: The first time

  private func stream(_ intent: IntentID) async throws(Refusal) -> RelayedResponse {
    pipeline.attempt.openIntent = (intent, .released)
    let body = try await StreamedBody(of: pipeline)
    do throws(Refusal) {
      let answer = try await Forwarder(pipeline: pipeline, client: client, target: target).forward(body)
      note(body, intent)
      return answer
    } catch {
      note(body, intent)
      // It claims to have taken a file of which it was not sent the end: nobody knows what it has.
      if case .upstream(.earlySuccess) = error { pipeline.attempt.openIntent = (intent, .streamed(nil)) }
      throw error
    }
  }

  private func note(_ body: StreamedBody, _ intent: IntentID) {
    guard let artifact = body.artifact else { return }
    pipeline.attempt.record.artifactSize = artifact.size
    pipeline.attempt.record.artifactDigest = artifact.digest
    pipeline.attempt.openIntent = (intent, .streamed(artifact.digest))
  }

  // MARK: Again

  /// This credential has sent a file of this name before: the repeat is read whole and compared before the registry sees a byte.
  private func repeatWhole() async throws(Refusal) -> RelayedResponse {
    let spool = ArtifactSpool(
      of: pipeline.body, for: pipeline.attempt.share, pipeline.configuration.settings.server.limits, pipeline.gateway, hashing: [])
    while let chunk = try await Refusal.wrap(Refusal.body, { () async throws(BodyRefusal) in try await pipeline.body.next() }) {
      try await Refusal.wrap(Refusal.spool) { () async throws(SpoolRefusal) in try await spool.append(chunk) }
    }
    let artifact = try await Refusal.wrap(Refusal.spool) { () async throws(SpoolRefusal) in try await spool.finish() }
    pipeline.attempt.record.artifactDigest = artifact.digests.sha256
    pipeline.attempt.record.artifactSize = Int64(artifact.count)
    let intent = try await pipeline.bind(client, target, artifact)
    pipeline.attempt.openIntent = (intent, .bound)
    let body = WholeBody(contentType: pipeline.contentType, segments: [.artifact], artifact: artifact)
    return try await Forwarder(pipeline: pipeline, client: client, target: target).forward(body)
  }
}
