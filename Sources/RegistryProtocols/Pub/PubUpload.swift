import Digests
import PublisherPolicy
import StrictParsers

/// Reads a form of one file, as `dart pub publish` sends it to where the gateway told it to.
struct PubUpload: UploadInspector {
  static let file: ExactString = "file"

  private let registry: RegistryName
  private var reader: MultipartFormReader
  private var hasFile = false

  init(contentType: some Sequence<UInt8>, registry: RegistryName) throws(UploadRefusal) {
    do throws(MultipartRefusal) { reader = try MultipartFormReader(contentType: contentType, limits: .init(parts: 1)) } catch {
      throw .malformedForm(error)
    }
    self.registry = registry
  }

  var bufferedBytes: Int { 0 }
  /// The whole archive names it: the pubspec may be its last file.
  var announcedTarget: PublishTarget? { nil }
  var digestsToCompute: Set<ArtifactDigest> { [] }

  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    var offset = 0
    while let event = try next(in: bytes, at: &offset) {
      switch event {
      case .partBegan(let head):
        guard head.name == Self.file else { throw .unknownField(head.name) }
        guard head.fileName != nil else { throw .unexpectedFile(head.name) }
        hasFile = true
      case .data(let range): file(bytes.extracting(range))
      case .heldBack(let held): file(held.span)
      case .partEnded, .formEnded: break
      }
    }
  }

  /// The form for the registry is made once it has said what must stand in it.
  func finish(
    artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget
  ) throws(UploadRefusal) -> InspectedUpload {
    var reader = reader
    do throws(MultipartRefusal) { try reader.finish() } catch { throw .malformedForm(error) }
    return InspectedUpload(
      target: try PubArchive.target(of: artifact, in: registry, budget), contentType: "application/octet-stream", segments: [.artifact])
  }

  private mutating func next(in bytes: Span<UInt8>, at offset: inout Int) throws(UploadRefusal) -> MultipartFormReader.Event? {
    do throws(MultipartRefusal) { return try reader.next(in: bytes, at: &offset) } catch { throw .malformedForm(error) }
  }
}
