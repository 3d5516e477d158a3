import Digests
import PublisherPolicy
import StrictParsers

/// Reads the form of an upload to a Python index as it arrives, and at its end the artifact.
struct PyPIUploadInspector: UploadInspector {
  /// All parts but the artifact, together: a long description, and thousands of dependencies.
  private static let mostFormBytes = 8 << 20
  private static let mostParts = 8_192
  /// What a part takes in memory beside its name and value.
  private static let partOverhead = 256

  private let registry: RegistryName
  private let attestations: Attestations
  private let queryStatesAction: Bool
  private let boundary: BoundarySource

  private var reader: MultipartFormReader
  private var form = PyPIForm()
  private var release: PyPIRelease?
  /// The part that is being read, and what of it has come; the artifact's is not kept.
  private var part: MultipartPartHead?
  private var value: [UInt8] = []
  private var formBytes = 0
  private var partCount = 0

  init(
    contentType: some Sequence<UInt8>, registry: RegistryName, attestations: Attestations, queryStatesAction: Bool,
    boundary: @escaping BoundarySource
  ) throws(UploadRefusal) {
    do throws(MultipartRefusal) {
      reader = try MultipartFormReader(contentType: contentType, limits: .init(parts: Self.mostParts))
    } catch { throw .malformedForm(error) }
    self.registry = registry
    self.attestations = attestations
    self.queryStatesAction = queryStatesAction
    self.boundary = boundary
  }

  var bufferedBytes: Int { formBytes + partCount * Self.partOverhead }

  var announcedTarget: PublishTarget? { release?.target(in: registry) }

  var digestsToCompute: Set<ArtifactDigest> { release == nil ? PyPIDigests.all : PyPIDigests.stated(in: form) }

  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    var offset = 0
    while let event = try next(in: bytes, at: &offset) {
      switch event {
      case .partBegan(let head):
        try form.begin(head)
        part = head
        value = []
        partCount += 1
        try count(head.name.utf8.count)
        try resolve()
      case .data(let range): try take(bytes.extracting(range), file)
      case .heldBack(let held): try take(held.span, file)
      case .partEnded: try endPart()
      case .formEnded: break
      }
    }
  }

  func finish(
    artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget
  ) throws(UploadRefusal) -> InspectedUpload {
    var reader = reader
    do throws(MultipartRefusal) { try reader.finish() } catch { throw .malformedForm(error) }
    guard let release else { throw .missingField(missingField) }
    guard queryStatesAction || form.value(of: PyPIFormField.action) != nil else { throw .missingField(PyPIFormField.action) }
    guard release.type.admits(pythonVersion: form.value(of: PyPIFormField.pythonVersion) ?? []) else { throw .fileTypeMismatch }
    if let signature = form.signatureName {
      guard signature == ExactString("\(release.fileName).asc") else { throw .unexpectedFile(PyPIFormField.signature) }
    }
    try PyPIDigests.verify(form, artifact: artifact, digests: digests, budget)
    try PyPIArchive.verify(artifact, of: release, budget)
    return try rewritten(release)
  }

  // MARK: - Reading

  private mutating func next(in bytes: Span<UInt8>, at offset: inout Int) throws(UploadRefusal) -> MultipartFormReader.Event? {
    do throws(MultipartRefusal) { return try reader.next(in: bytes, at: &offset) } catch { throw .malformedForm(error) }
  }

  private mutating func take(_ bytes: Span<UInt8>, _ file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    guard part?.name != PyPIFormField.content else { return file(bytes) }
    try count(bytes.count)
    value.append(copying: bytes)
  }

  private mutating func endPart() throws(UploadRefusal) {
    guard let head = part, head.name != PyPIFormField.content else { return }
    try form.add(head, value)
    value = []
    try resolve()
  }

  private mutating func count(_ bytes: Int) throws(UploadRefusal) {
    formBytes += bytes
    guard formBytes <= Self.mostFormBytes else { throw .formTooLarge }
  }

  /// Nothing that names the release may come twice, so that once it is known it stays.
  private mutating func resolve() throws(UploadRefusal) {
    if release == nil { release = try PyPIRelease(form) }
  }

  private var missingField: ExactString {
    let required = [PyPIFormField.name, PyPIFormField.version, PyPIFormField.fileType]
    return required.first { form.value(of: $0) == nil } ?? PyPIFormField.content
  }

  // MARK: - Writing

  /// The form as it was read, with the artifact behind everything but the attestations, as clients send it.
  private func rewritten(_ release: PyPIRelease) throws(UploadRefusal) -> InspectedUpload {
    do {
      var writer = try MultipartFormWriter(boundary: try boundary())
      if form.value(of: PyPIFormField.action) == nil {
        try writer.append(MultipartPartHead(name: PyPIFormField.action), content: Array("file_upload".utf8))
      }
      for part in form.parts {
        let type: ExactString? = part.fileName == nil ? nil : "application/octet-stream"
        try writer.append(MultipartPartHead(name: part.name, fileName: part.fileName, contentType: type), content: part.value)
      }
      try writer.appendStreamedFile(
        MultipartPartHead(name: PyPIFormField.content, fileName: release.fileName, contentType: "application/octet-stream"))
      if attestations == .pass, let attestations = form.attestations {
        try writer.append(MultipartPartHead(name: PyPIFormField.attestations), content: attestations)
      }
      let envelope = try writer.finish()
      return InspectedUpload(
        target: release.target(in: registry), contentType: envelope.contentType,
        segments: [.bytes(envelope.prefix), .artifact, .bytes(envelope.suffix)])
    } catch {
      throw .unavailable
    }
  }
}
