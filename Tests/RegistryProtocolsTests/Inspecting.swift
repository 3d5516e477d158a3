import Digests
import PublisherPolicy
import StrictParsers
import TestSupport

@testable import RegistryProtocols

let sampleRegistry = RegistryName("python")

func samplePyPI(prefix: ExactString = "/", attestations: Attestations = .drop) -> PyPIProtocol {
  PyPIProtocol(RegistrySite(name: sampleRegistry, path: prefix), attestations: attestations) { "0123456789abcdef0123456789abcdef" }
}

func head(_ method: String = "POST", _ target: String = "/", _ fields: [(String, String)] = []) throws -> RequestHead {
  var parser = RequestHeadParser()
  let lines = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
  guard case .head(let head, _) = try parser.feed(Array("\(method) \(target) HTTP/1.1\r\nHost: h\r\n\(lines)\r\n".utf8).span) else {
    throw HTTPRefusal.truncatedBody
  }
  return head
}

func request(_ method: String, _ target: String, _ fields: [(String, String)] = []) throws -> RoutedRequest {
  RoutedRequest(try head(method, target, fields), try path(target))
}

let sampleTarget = PublishTarget(registry: sampleRegistry, package: .init(canonical: "acme"), version: nil, file: "acme.whl")

/// The path as the gateway would hand it on.
func path(_ target: String) throws -> RoutedPath {
  let request = try head("GET", target).target
  let path = try RequestPath(request.path)
  let raw = ExactString(String(decoding: path.bytes, as: UTF8.self))
  return RoutedPath(
    raw: raw, segments: path.segments.map(\.text) + (path.hasTrailingSlash ? [""] : []),
    query: request.query.map { ExactString(String(decoding: $0, as: UTF8.self)) })
}

func inspector(of request: RoutedRequest, by pypi: PyPIProtocol) throws -> any UploadInspector {
  guard case .publish(let route) = try pypi.route(request), case .inspect(_, let makeInspector) = route.body else {
    throw RouteRefusal.notFound
  }
  return try makeInspector()
}

extension InspectedUpload {
  /// What goes upstream around the artifact.
  var envelope: [[UInt8]] { segments.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } } }
}

/// An inspection from the head to the end, with the body cut where the test wants.
struct Inspection {
  let upload: InspectedUpload
  let file: [UInt8]
  /// How much of the body had been read when the target was known.
  let announcedAt: Int?
  /// What had to be computed then.
  let digestsToCompute: Set<ArtifactDigest>

  init(
    _ upload: SampleUpload, target: String = "/", by pypi: PyPIProtocol = samplePyPI(), cuts: [Int] = [],
    computing: Set<ArtifactDigest> = []
  ) throws {
    let type = ("Content-Type", "multipart/form-data; boundary=\(upload.boundary)")
    try self.init(body: upload.body, head: head("POST", target, [type]), path: path(target), by: pypi, cuts: cuts, computing: computing)
  }

  init(
    body: [UInt8], head: RequestHead, path: RoutedPath, by pypi: PyPIProtocol = samplePyPI(), cuts: [Int] = [],
    computing: Set<ArtifactDigest> = []
  ) throws {
    var inspector = try inspector(of: RoutedRequest(head, path), by: pypi)
    var file: [UInt8] = []
    var announcedAt: Int?
    var digestsToCompute: Set<ArtifactDigest> = []
    var start = 0
    for end in cuts + [body.count] {
      try inspector.receive(body.span.extracting(start..<end)) { bytes in
        for index in bytes.indices { file.append(bytes[index]) }
      }
      if announcedAt == nil, inspector.announcedTarget != nil {
        announcedAt = end
        digestsToCompute = inspector.digestsToCompute
      }
      start = end
    }
    var hasher = ArtifactHasher(computing)
    unsafe hasher.update(file.span.bytes)
    upload = try inspector.finish(artifact: file, digests: hasher.finalize(), budget: .unlimited)
    self.file = file
    self.announcedAt = announcedAt
    self.digestsToCompute = digestsToCompute
  }

  /// The refusal that the upload meets; `nil` if it is accepted.
  static func refusal(_ upload: SampleUpload, target: String = "/", by pypi: PyPIProtocol = samplePyPI()) throws -> UploadRefusal? {
    do {
      _ = try Inspection(upload, target: target, by: pypi)
      return nil
    } catch let refusal as UploadRefusal {
      return refusal
    }
  }
}

/// The parts of what goes upstream, read back.
func parts(of inspection: Inspection) throws -> [(head: MultipartPartHead, value: [UInt8])] {
  var reader = try MultipartFormReader(contentType: inspection.upload.contentType.utf8)
  let body = inspection.upload.segments.flatMap { segment in
    switch segment {
    case .bytes(let bytes): bytes
    case .artifact: inspection.file
    case .base64Artifact: Array(Base64.encode(inspection.file).utf8)
    }
  }
  var parts: [(head: MultipartPartHead, value: [UInt8])] = []
  var offset = 0
  while let event = try reader.next(in: body.span, at: &offset) {
    switch event {
    case .partBegan(let head): parts.append((head, []))
    case .data(let range): parts[parts.count - 1].value += body[range]
    case .heldBack(let held): parts[parts.count - 1].value += held
    case .partEnded, .formEnded: break
    }
  }
  try reader.finish()
  return parts
}

extension ExistenceProbe {
  /// What an answer means by itself.
  func meaning(_ answer: Answer) -> Existence {
    switch reading(answer) {
    case .means(let existence): existence
    case .asks: .unknown
    }
  }
}
