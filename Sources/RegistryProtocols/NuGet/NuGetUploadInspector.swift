import Digests
import PublisherPolicy
import StrictParsers

/// Reads a push: a form of one part, whatever its names are.
struct NuGetUploadInspector: UploadInspector {
  private static let part: ExactString = "package"

  private let registry: RegistryName
  private let kind: NuGetPackageKind
  private let boundary: BoundarySource
  private var reader: MultipartFormReader

  init(
    contentType: some Sequence<UInt8>, registry: RegistryName, _ kind: NuGetPackageKind, boundary: @escaping BoundarySource
  ) throws(UploadRefusal) {
    do throws(MultipartRefusal) {
      reader = try MultipartFormReader(contentType: contentType, limits: .init(parts: 1), dialect: .dotNet)
    } catch { throw .malformedForm(error) }
    self.registry = registry
    self.kind = kind
    self.boundary = boundary
  }

  var bufferedBytes: Int { 0 }
  /// The directory at the end of the zip file says where the manifest is.
  var announcedTarget: PublishTarget? { nil }
  var digestsToCompute: Set<ArtifactDigest> { [] }

  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    var offset = 0
    while let event = try next(in: bytes, at: &offset) {
      switch event {
      case .partBegan(let head): guard head.fileName != nil else { throw .missingField(Self.part) }
      case .data(let range): file(bytes.extracting(range))
      case .heldBack(let held): file(held.span)
      case .partEnded, .formEnded: break
      }
    }
  }

  func finish(
    artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget
  ) throws(UploadRefusal) -> InspectedUpload {
    var reader = reader
    do throws(MultipartRefusal) { try reader.finish() } catch { throw .malformedForm(error) }
    let target = try NuGetArchive.nuspec(in: artifact, budget).target(in: registry, kind)
    do {
      var writer = try MultipartFormWriter(boundary: try boundary())
      try writer.appendStreamedFile(MultipartPartHead(name: Self.part, fileName: target.file, contentType: "application/octet-stream"))
      let envelope = try writer.finish()
      return InspectedUpload(
        target: target, contentType: envelope.contentType, segments: [.bytes(envelope.prefix), .artifact, .bytes(envelope.suffix)])
    } catch {
      throw .unavailable
    }
  }

  private mutating func next(in bytes: Span<UInt8>, at offset: inout Int) throws(UploadRefusal) -> MultipartFormReader.Event? {
    do throws(MultipartRefusal) { return try reader.next(in: bytes, at: &offset) } catch { throw .malformedForm(error) }
  }
}
