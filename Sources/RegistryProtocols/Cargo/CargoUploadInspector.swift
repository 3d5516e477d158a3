import Digests
import PublisherPolicy
import StrictParsers

/// Reads the upload of a crate as it arrives, and at its end the crate.
struct CargoUploadInspector: UploadInspector {
  let registry: RegistryName
  private var frame = CrateFrame()
  private var metadata: CrateMetadata?
  private var metadataBytes = 0

  init(registry: RegistryName) { self.registry = registry }

  /// A value of the metadata takes more than the bytes that write it.
  var bufferedBytes: Int { frame.bufferedBytes + 8 * metadataBytes }

  var announcedTarget: PublishTarget? { metadata?.release.target(in: registry) }

  var digestsToCompute: Set<ArtifactDigest> { [] }

  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    var offset = 0
    while let event = try frame.next(in: bytes, at: &offset) {
      switch event {
      case .metadata(let json):
        metadata = try CrateMetadata(parsing: json)
        metadataBytes = json.count
      case .crate(let range): file(bytes.extracting(range))
      }
    }
  }

  func finish(
    artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget
  ) throws(UploadRefusal) -> InspectedUpload {
    try frame.finish()
    guard let metadata else { throw .missingField("name") }
    if let checksum = metadata.checksum {
      guard let stated = Hex.decode(checksum.utf8) else { throw .malformedField("cksum") }
      guard stated == digests.sha256.bytes else { throw .digestMismatch("cksum") }
    }
    try CrateArchive.verify(artifact, of: metadata.release, budget)
    let json = metadata.encoded
    return InspectedUpload(
      target: metadata.release.target(in: registry), contentType: "application/octet-stream",
      segments: [.bytes(CrateFrame.prefix(json.count) + json + CrateFrame.prefix(artifact.count)), .artifact])
  }
}
