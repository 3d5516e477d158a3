import Digests
import PublisherPolicy
import StrictParsers

/// Reads an upload whose body is a form of the gem and its attestations, as `gem push --attestation` sends it.
struct GemFormUpload: UploadInspector {
  static let gem: ExactString = "gem"
  static let attestations: ExactString = "attestations"
  private static let mostAttestationBytes = 8 << 20

  private let registry: RegistryName
  private let kept: Attestations
  private let boundary: BoundarySource

  private var reader: MultipartFormReader
  private var begun: Set<ExactString> = []
  private var part: ExactString?
  private var value: [UInt8] = []

  init(
    contentType: some Sequence<UInt8>, registry: RegistryName, attestations: Attestations, boundary: @escaping BoundarySource
  ) throws(UploadRefusal) {
    do throws(MultipartRefusal) {
      reader = try MultipartFormReader(contentType: contentType, limits: .init(parts: 2), dialect: .filePath)
    } catch { throw .malformedForm(error) }
    self.registry = registry
    kept = attestations
    self.boundary = boundary
  }

  var bufferedBytes: Int { value.count }
  var announcedTarget: PublishTarget? { nil }
  var digestsToCompute: Set<ArtifactDigest> { [] }

  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    var offset = 0
    while let event = try next(in: bytes, at: &offset) {
      switch event {
      case .partBegan(let head): try begin(head)
      case .data(let range): try take(bytes.extracting(range), file)
      case .heldBack(let held): try take(held.span, file)
      case .partEnded: if part == Self.attestations { try Self.check(value) }
      case .formEnded: break
      }
    }
  }

  func finish(
    artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget
  ) throws(UploadRefusal) -> InspectedUpload {
    var reader = reader
    do throws(MultipartRefusal) { try reader.finish() } catch { throw .malformedForm(error) }
    guard begun.contains(Self.gem) else { throw .missingField(Self.gem) }
    let target = try GemArchive.specification(in: artifact, budget).target(in: registry)
    guard kept == .pass, begun.contains(Self.attestations) else {
      return InspectedUpload(target: target, contentType: "application/octet-stream", segments: [.artifact])
    }
    return try rewritten(target)
  }

  private mutating func next(in bytes: Span<UInt8>, at offset: inout Int) throws(UploadRefusal) -> MultipartFormReader.Event? {
    do throws(MultipartRefusal) { return try reader.next(in: bytes, at: &offset) } catch { throw .malformedForm(error) }
  }

  private mutating func begin(_ head: MultipartPartHead) throws(UploadRefusal) {
    let name = head.name
    guard name == Self.gem || name == Self.attestations else { throw .unknownField(name) }
    guard (name == Self.gem) == (head.fileName != nil) else { throw .unexpectedFile(name) }
    guard begun.insert(name).inserted else { throw name == Self.gem ? .unexpectedFile(name) : .repeatedField(name) }
    part = name
  }

  private mutating func take(_ bytes: Span<UInt8>, _ file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    guard part == Self.attestations else { return file(bytes) }
    guard value.count + bytes.count <= Self.mostAttestationBytes else { throw .formTooLarge }
    value.append(copying: bytes)
  }

  /// Not judged here but by the registry; what two readers could read differently does not reach it.
  private static func check(_ value: [UInt8]) throws(UploadRefusal) {
    let json: JSONValue
    do throws(JSONError) { json = try StrictJSON.parse(value) } catch { throw .malformedField(attestations) }
    guard json.array != nil else { throw .malformedField(attestations) }
  }

  private func rewritten(_ target: PublishTarget) throws(UploadRefusal) -> InspectedUpload {
    do {
      var writer = try MultipartFormWriter(boundary: try boundary())
      try writer.appendStreamedFile(MultipartPartHead(name: Self.gem, fileName: target.file, contentType: "application/octet-stream"))
      try writer.append(MultipartPartHead(name: Self.attestations, contentType: "application/json"), content: value)
      let envelope = try writer.finish()
      return InspectedUpload(
        target: target, contentType: envelope.contentType,
        segments: [.bytes(envelope.prefix), .artifact, .bytes(envelope.suffix)])
    } catch {
      throw .unavailable
    }
  }
}
