import Digests
import PublisherPolicy
import StrictParsers

/// Reads an upload whose body is the gem itself, as `gem push` sends it.
struct GemUpload: UploadInspector {
  let registry: RegistryName

  var bufferedBytes: Int { 0 }
  /// The whole gem names it: any order of the files in it is a gem.
  var announcedTarget: PublishTarget? { nil }
  var digestsToCompute: Set<ArtifactDigest> { [] }

  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) { file(bytes) }

  func finish(
    artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget
  ) throws(UploadRefusal) -> InspectedUpload {
    InspectedUpload(
      target: try GemArchive.specification(in: artifact, budget).target(in: registry), contentType: "application/octet-stream",
      segments: [.artifact])
  }
}

extension GemSpecification {
  func target(in registry: RegistryName) -> PublishTarget {
    PublishTarget(
      registry: registry, package: .init(canonical: name), version: .init(written: version.written, canonical: version.written),
      file: fileName, otherFiles: otherFileNames)
  }
}
