package import Digests
package import PublisherPolicy
package import StrictParsers

/// Reads an upload's body as it arrives.
///
/// Feed it the body in order. What `receive` yields as file bytes must be kept by the caller, in order; nothing else need be.
package protocol UploadInspector: Sendable {
  /// Reads the next bytes. `file` is called with each run of the artifact's own bytes, in order.
  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal)

  /// Bytes that it holds in memory: fields of the form, with what keeping them costs.
  var bufferedBytes: Int { get }

  /// What the upload would publish, as soon as its form has named it: the policy can be asked before the artifact has arrived.
  var announcedTarget: PublishTarget? { get }

  /// What `finish` will compare beside SHA-256. Once `announcedTarget` is known, only what the form has stated so far; before, all that it
  /// might state. `finish` reads the artifact again for what was not computed, so that this saves time and decides nothing.
  var digestsToCompute: Set<ArtifactDigest> { get }

  /// Reads the artifact itself once all of the body was received, and says what must go upstream. Slow: it may read the whole artifact.
  /// - Parameter budget: asked at short intervals; the upload is refused once it is spent.
  func finish(artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget) throws(UploadRefusal) -> InspectedUpload
}

/// An upload of which every part agrees on what it is.
package struct InspectedUpload: Sendable {
  package let target: PublishTarget
  /// `Content-Type` of the body that goes upstream.
  package let contentType: String
  /// What goes upstream.
  package let segments: [BodySegment]

  package init(target: PublishTarget, contentType: String, segments: [BodySegment]) {
    self.target = target
    self.contentType = contentType
    self.segments = segments
  }
}
