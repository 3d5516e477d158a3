import Digests
import PublisherPolicy
import StrictParsers

/// Reads the upload of a package as it arrives, and at its end the file.
struct NPMUploadInspector: UploadInspector {
  let registry: RegistryName
  /// The package that the request's path names.
  let name: NPMName
  let registryURL: ExactString
  let tags: NPMProtocol.Tags
  let attestations: Attestations
  private var body = NPMBody()

  init(
    registry: RegistryName, name: NPMName, registryURL: ExactString, tags: NPMProtocol.Tags, attestations: Attestations
  ) {
    self.registry = registry
    self.name = name
    self.registryURL = registryURL
    self.tags = tags
    self.attestations = attestations
  }

  /// A value of the document takes more than the bytes that write it.
  var bufferedBytes: Int { 4 * body.kept.count }

  /// The version may stand at the very end.
  var announcedTarget: PublishTarget? { nil }

  var digestsToCompute: Set<ArtifactDigest> { [.sha1, .sha512] }

  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    try body.receive(bytes, file: file)
  }

  func finish(
    artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget
  ) throws(UploadRefusal) -> InspectedUpload {
    let document = try NPMDocument(parsing: body.kept, attachment: body.attachment, of: name, budget)
    if tags == .latest { guard document.tagNames.allSatisfy({ $0 == "latest" }) else { throw .malformedField("dist-tags") } }
    try document.verify(digests, length: artifact.count)
    try NPMArchive.verify(artifact, of: name, document.version, budget)
    return InspectedUpload(
      target: NPMProtocol.target(in: registry, name, document.version), contentType: "application/json",
      segments: document.segments(registryURL: registryURL, length: artifact.count, passesStatements: attestations == .pass))
  }
}
