import Digests
import PublisherPolicy
import RegistryProtocols
import StrictParsers
import TestSupport
import Testing

/// What the real clients were recorded to send: the fields in their order, which parts have a Content-Type, and how the boundary looks.
struct RecordedClient: Sendable, CustomStringConvertible {
  let description: String
  let fields: [String]
  var name = "Acme.Widgets"
  var wheelPython = "py3"
  var sourcePython: String? = "source"
  var boundary = "74e5efa28c386be0100a206ba90cb360"
  var isFileTyped = true
  /// Stand behind the file.
  var trailing: [String] = []

  static let all = [
    RecordedClient(
      description: "twine 7",
      fields: [
        "name", "classifiers", "classifiers", "version", "author_email", "license_expression", "project_urls", "requires_python", "summary",
        "provides_extra", "description_content_type", "requires_dist", "requires_dist", "requires_dist", "metadata_version", "description",
        "pyversion", "filetype", "sha256_digest", "blake2_256_digest", ":action", "protocol_version",
      ]),
    RecordedClient(
      description: "uv 0.13",
      fields: [
        ":action", "sha256_digest", "blake2_256_digest", "protocol_version", "metadata_version", "name", "version", "filetype", "pyversion",
        "author_email", "description", "description_content_type", "license_expression", "summary", "requires_python", "classifiers",
        "classifiers", "project_urls", "provides_extra", "requires_dist", "requires_dist", "requires_dist",
      ], boundary: "892a888774d3501c-776c1cb65b44333b-a2b1556c3d4c994c-250f44f20de0df0e", isFileTyped: false, trailing: ["attestations"]),
    RecordedClient(
      description: "flit 4.2",
      fields: [
        ":action", "name", "version", "metadata_version", "summary", "author", "provides", "protocol_version", "filetype", "pyversion",
        "md5_digest", "sha256_digest",
      ], name: "acme-widgets", wheelPython: "py2.py3", sourcePython: nil, isFileTyped: false),
    RecordedClient(
      description: "hatch 1.18",
      fields: [
        "description", "metadata_version", "name", "version", "summary", "author_email", "license_expression", "project_urls",
        "classifiers",
        "classifiers", "requires_python", "description_content_type", "requires_dist", "requires_dist", "requires_dist", "provides_extra",
        "filetype", "pyversion", ":action", "protocol_version", "md5_digest", "sha256_digest", "blake2_256_digest",
      ]),
    RecordedClient(
      description: "poetry 2.5",
      fields: [
        "md5_digest", "sha256_digest", "blake2_256_digest", "filetype", "pyversion", "author_email", "summary", "description_content_type",
        "requires_python", "requires_dist", "requires_dist", "requires_dist", "provides_extra", "metadata_version", "classifiers",
        "classifiers", "project_urls", "license_expression", "name", "version", "description", ":action", "protocol_version",
      ]),
    RecordedClient(
      description: "pdm 2.29",
      fields: [
        "name", "version", "filetype", "pyversion", "metadata_version", "summary", "home_page", "author", "author_email", "maintainer",
        "maintainer_email", "license", "description", "keywords", "classifiers", "classifiers", "download_url", "comment", "project_urls",
        "requires_dist", "requires_dist", "requires_dist", "requires_python", "provides_extras", "description_content_type",
        "sha256_digest",
        "md5_digest", "blake2_256_digest", ":action", "protocol_version",
      ]),
    RecordedClient(
      description: "maturin 1.16",
      fields: [
        ":action", "sha256_digest", "protocol_version", "metadata_version", "name", "version", "pyversion", "filetype", "summary",
        "description", "description_content_type", "author_email", "requires_python", "classifiers", "classifiers", "requires_dist",
        "requires_dist", "requires_dist", "project_urls",
      ], name: "acme-widgets", boundary: "----formdata-ureq-0e874c753433d0fab0e7e424b8703c0b", isFileTyped: false),
    RecordedClient(
      description: "devpi-client 7.3",
      fields: [
        "metadata_version", "name", "version", "summary", "description", "author_email", "classifiers", "classifiers", "requires_python",
        "requires_dist", "requires_dist", "requires_dist", "project_urls", "provides_extras", "description_content_type",
        "license_expression", "pyversion", "filetype", ":action", "protocol_version",
      ], wheelPython: "3", isFileTyped: false),
  ]

  func upload(wheel: Bool) -> SampleUpload {
    let artifact = wheel ? SampleUpload.wheelFile() : SampleUpload.sourceFile()
    let python = wheel ? wheelPython : sourcePython
    var parts = fields.compactMap { field -> SampleUpload.Part? in
      switch field {
      case "name": .init(field, name)
      case "version": .init(field, "1.0.0")
      case "filetype": .init(field, wheel ? "bdist_wheel" : "sdist")
      case "pyversion": python.map { .init(field, $0) }
      case ":action": .init(field, "file_upload")
      case "protocol_version": .init(field, "1")
      case "home_page", "maintainer", "license", "keywords", "comment": .init(field, "")
      default: .init(field, "\(field) – größer\r\n")
      }
    }
    parts.append(
      .init(
        "content", artifact,
        fileName: wheel ? "acme_widgets-1.0.0-\(wheelPython == "3" ? "py3" : wheelPython)-none-any.whl" : "acme_widgets-1.0.0.tar.gz",
        type: isFileTyped ? "application/octet-stream" : nil))
    parts += trailing.map { .init($0, "[{\"version\":1}]") }
    var upload = SampleUpload(parts: parts)
    upload.boundary = boundary
    upload.stateDigests()
    return upload
  }
}

@Suite("An upload by a real client") struct PyPIClientTests {
  @Test("is accepted and goes on with every field as it was", arguments: RecordedClient.all, [true, false])
  func accepted(client: RecordedClient, wheel: Bool) throws {
    let upload = client.upload(wheel: wheel)
    let inspection = try Inspection(upload)
    #expect(inspection.file == upload.artifact)
    let target = inspection.upload.target
    #expect(target.registry == sampleRegistry && target.package.canonical == "acme-widgets")
    #expect(target.version == .init(written: "1.0.0", canonical: "1.0.0"))
    #expect(target.file == (wheel ? ExactString(upload.parts.last { $0.name == "content" }?.fileName ?? "") : "acme_widgets-1.0.0.tar.gz"))

    let written = try parts(of: inspection)
    let sent = upload.parts.filter { $0.name != "attestations" }
    #expect(written.map(\.head.name.text) == sent.map(\.name))
    #expect(written.map(\.value) == sent.map(\.value))
    #expect(written.last?.head == MultipartPartHead(name: "content", fileName: target.file, contentType: "application/octet-stream"))
    #expect(written.dropLast().allSatisfy { $0.head.fileName == nil && $0.head.contentType == nil })
    #expect(inspection.upload.contentType == "multipart/form-data; boundary=0123456789abcdef0123456789abcdef")
  }

  @Test("says what it would publish before the file arrives, and which digests that takes", arguments: RecordedClient.all)
  func announced(client: RecordedClient) throws {
    let upload = client.upload(wheel: true)
    let body = upload.body
    let fileStart = try #require(body.indices.first { body[$0...].starts(with: "PK\u{3}\u{4}".utf8) })
    let inspection = try Inspection(upload, cuts: [fileStart])
    #expect(inspection.announcedAt == fileStart)
    var expected: Set<ArtifactDigest> = []
    if client.fields.contains("md5_digest") { expected.insert(.md5) }
    if client.fields.contains("blake2_256_digest") { expected.insert(.blake2b256) }
    #expect(inspection.digestsToCompute == expected)
  }

  @Test("is read the same however it is cut into pieces", arguments: RecordedClient.all)
  func splits(client: RecordedClient) throws {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    let upload = client.upload(wheel: Bool.random(using: &random))
    let whole = try Inspection(upload)
    for _ in 0..<20 {
      let cuts = (0..<Int.random(in: 1...40, using: &random)).map { _ in Int.random(in: 0...upload.body.count, using: &random) }.sorted()
      let cut = try Inspection(upload, cuts: cuts)
      #expect(cut.file == whole.file && cut.upload.target == whole.upload.target, "seed \(seed)")
      #expect(cut.upload.envelope == whole.upload.envelope, "seed \(seed)")
    }
    let bytes = try Inspection(upload, cuts: Array(0..<upload.body.count))
    #expect(bytes.file == whole.file && bytes.upload.envelope == whole.upload.envelope)
  }

  @Test("may have computed its digests on the way or not") func digests() throws {
    for computing in [[], [.md5], [.blake2b256], [.md5, .blake2b256]] as [Set<ArtifactDigest>] {
      _ = try Inspection(RecordedClient.all[3].upload(wheel: true), computing: computing)
    }
  }
}
