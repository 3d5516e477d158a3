import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers

/// An upload whose body says what it would publish: all of it is read, inspected and agreed before the registry sees a byte.
struct SpooledPublish {
  let pipeline: PublishPipeline
  let client: AuthenticatedClient

  func run(_ makeInspector: () throws(UploadRefusal) -> any UploadInspector) async throws(Refusal) -> RelayedResponse {
    var inspector = try Refusal.wrap(Refusal.upload) { () throws(UploadRefusal) in try makeInspector() }
    let artifact = try await receive(inspectedBy: &inspector)
    // The form is written anew.
    try count(formBytes: inspector.bufferedBytes)
    pipeline.attempt.record.artifactDigest = artifact.digests.sha256
    pipeline.attempt.record.artifactSize = Int64(artifact.count)
    let upload = try await inspect(artifact, by: inspector)
    pipeline.attempt.record.target = upload.target

    let intent = try await pipeline.bind(client, upload.target, artifact)
    pipeline.attempt.openIntent = (intent, .bound)
    let body = WholeBody(contentType: ArraySlice(upload.contentType.utf8), segments: upload.segments, artifact: artifact)
    return try await Forwarder(pipeline: pipeline, client: client, target: upload.target).forward(body)
  }

  /// Reads the body to its end. What the policy will not allow is refused as soon as the form has named it.
  private func receive(inspectedBy inspector: inout any UploadInspector) async throws(Refusal) -> SpooledArtifact {
    var isAnnounced = false
    // Made with the artifact's first bytes, when the form has said which digests it wants compared.
    var spool: ArtifactSpool?
    while let chunk = try await next() {
      var file = ByteBuffer()
      let before = inspector.bufferedBytes
      try Refusal.wrap(Refusal.upload) { () throws(UploadRefusal) in
        try inspector.receive(chunk.readableBytesUInt8Span) { unsafe file.writeBytes($0.bytes) }
      }
      try count(formBytes: inspector.bufferedBytes - before)
      if !isAnnounced, let target = inspector.announcedTarget {
        isAnnounced = true
        pipeline.attempt.record.target = target
        _ = try await pipeline.authorize(client, target)
      }
      if file.readableBytes > 0 {
        let filled = spool ?? newSpool(for: inspector)
        spool = filled
        do throws(SpoolRefusal) { try await filled.append(file) } catch { throw .spool(error) }
      }
    }
    let filled = spool ?? newSpool(for: inspector)
    do throws(SpoolRefusal) { return try await filled.finish() } catch { throw .spool(error) }
  }

  private func newSpool(for inspector: any UploadInspector) -> ArtifactSpool {
    ArtifactSpool(
      of: pipeline.body, for: pipeline.attempt.share, pipeline.configuration.settings.server.limits, pipeline.gateway,
      hashing: inspector.digestsToCompute)
  }

  private func count(formBytes: Int) throws(Refusal) {
    do throws(SharedBudget.Shortage) { try pipeline.body.resources.memory.grow(by: formBytes) } catch { throw .body(.noMemory(error)) }
  }

  private func next() async throws(Refusal) -> ByteBuffer? {
    do throws(BodyRefusal) { return try await pipeline.body.next() } catch { throw .body(error) }
  }

  /// Off the event loop: an archive takes as long to read as it is large.
  private func inspect(_ artifact: SpooledArtifact, by inspector: any UploadInspector) async throws(Refusal) -> InspectedUpload {
    let timeout = pipeline.configuration.settings.server.limits.inspectionTimeout
    return try await Refusal.wrap(Refusal.upload) { () async throws(UploadRefusal) in
      try await pipeline.gateway.inspections.run(for: pipeline.attempt.share, within: timeout) { budget throws(UploadRefusal) in
        try inspector.finish(artifact: artifact, digests: artifact.digests, budget: budget)
      }
    }
  }
}
