import PublisherPolicy
import StrictParsers
import TestSupport
import Testing

@testable import Digests
@testable import RegistryProtocols

@Suite("An upload to a Python index") struct PyPIUploadTests {
  @Test("is refused where its form leaves a doubt", arguments: FormDoubt.all)
  func form(doubt: FormDoubt) throws {
    var upload = SampleUpload.wheel()
    doubt.change(&upload)
    #expect(try Inspection.refusal(upload) == doubt.expected)
  }

  @Test("is refused where a field is not UTF-8") func encoding() throws {
    var upload = SampleUpload.wheel()
    upload.parts.insert(.init("author", [0x4A, 0xF6]), at: 0)
    #expect(try Inspection.refusal(upload) == .malformedField("author"))
  }

  @Test(
    "is refused where the file is another release, or could be taken for one",
    arguments: [
      ("another package", "Name: Acme.Widgets", "Name: acme-core", .metadataMismatch("name")),
      ("another version", "Version: 1.0.0", "Version: 1.0.1", .metadataMismatch("version")),
      ("an equal version", "Version: 1.0.0", "Version: 1.0", .metadataMismatch("version")),
      ("a name twice", "Summary: x", "Name: Acme.Widgets", .malformedMetadata(MetadataDoubt(CoreMetadataRefusal.repeated.explanation))),
      ("no name", "Name: Acme.Widgets", "X-Name: Acme.Widgets", .malformedMetadata(MetadataDoubt(CoreMetadataRefusal.missing.explanation))),
    ] as [(String, String, String, UploadRefusal)])
  func metadata(what: String, old: String, new: String, expected: UploadRefusal) throws {
    let text = SampleUpload.metadata.replacing("Summary: widgets", with: "Summary: x").replacing(old, with: new)
    #expect(try Inspection.refusal(.wheel(artifact: SampleUpload.wheelFile(metadata: text))) == expected, "\(what)")
    #expect(try Inspection.refusal(.source(artifact: SampleUpload.sourceFile(metadata: text))) == expected, "\(what)")
  }

  @Test("is accepted where the metadata spell name and version in another way") func spelling() throws {
    let text = "Metadata-Version: 2.1\nName: acme_widgets\nVersion: v1.0.0\n"
    for folder in ["Acme.Widgets-1.0.0", "acme_widgets-1.0.0"] {
      #expect(try Inspection.refusal(.wheel(artifact: SampleUpload.wheelFile(metadata: text, folder: "\(folder).dist-info"))) == nil)
      #expect(try Inspection.refusal(.source(artifact: SampleUpload.sourceFile(metadata: text, folder: folder))) == nil)
    }
    #expect(try Inspection.refusal(.source(artifact: SampleUpload.sourceFile(folder: "Acme-Widgets-1.0.0"))) == nil)
    let zip = SampleArchive.zip([("acme_widgets-1.0.0/PKG-INFO", Array(SampleUpload.metadata.utf8))])
    #expect(try Inspection.refusal(.source(file: "acme_widgets-1.0.0.zip", artifact: zip)) == nil)
  }

  @Test(
    "is refused where a wheel's metadata are not in their one place",
    arguments: [
      ("acme_core-1.0.0.dist-info", [], .metadataPlace), ("acme_widgets-1.0.dist-info", [], .metadataPlace),
      ("acme-widgets-1.0.0.dist-info", [], .metadataPlace), ("acme_widgets-1.0.0.DIST-INFO", [], .metadataPlace),
      ("acme_widgets-1.0.0.dist-info", ["acme_core-1.0.0.dist-info/METADATA"], .metadataPlace),
      ("acme_widgets-1.0.0.dist-info", ["evil.Dist-Info/RECORD"], .metadataPlace),
      ("acme_widgets-1.0.0.dist-info", ["METADATA"], .metadataPlace), ("acme_widgets-1.0.0.dist-info", ["a/AMETADATA"], .metadataPlace),
      ("x/acme_widgets-1.0.0.dist-info", [], .metadataPlace), ("acme_widgets-1.0.0.dist-info", ["a/b/METADATA"], nil),
      ("acme_widgets-1.0.0.dist-info", ["acme_widgets-1.0.0.data/x"], nil),
    ] as [(String, [String], UploadRefusal?)])
  func wheelPlace(folder: String, more: [String], expected: UploadRefusal?) throws {
    let artifact = SampleUpload.wheelFile(
      folder: folder, more: more.map { ($0, Array("Metadata-Version: 2.1\nName: evil\nVersion: 1\n".utf8)) })
    #expect(try Inspection.refusal(.wheel(artifact: artifact)) == expected)
  }

  @Test(
    "is refused where a source archive's metadata are not in their one place",
    arguments: [
      ("acme_core-1.0.0", [], .metadataPlace), ("acme_widgets-1.0", [], .metadataPlace), ("acme_widgets-1.0.0", ["evil/x"], .metadataPlace),
      ("acme_widgets-1.0.0", ["PKG-INFO"], .metadataPlace), ("acme_widgets-1.0.0", ["README"], .metadataPlace),
      ("acme_widgets-1.0.0", ["acme_widgets-1.0.0/A-PKG-INFO"], .metadataPlace),
      ("acme_widgets-1.0.0", ["acme_widgets-1.0.0/PKG-INFO.TXT"], nil), ("acme_widgets-1.0.0", ["acme_widgets-1.0.0/Z-PKG-INFO"], nil),
      ("acme_widgets-1.0.0", ["acme_widgets-1.0.0/PKG-INFO"], .malformedArchive(.repeatedMember)),
      ("acme_widgets-1.0.0", ["acme_widgets-1.0.0/acme.egg-info/PKG-INFO"], nil),
      ("./acme_widgets-1.0.0", [], .malformedArchive(.tar(.name))),
    ] as [(String, [String], UploadRefusal?)])
  func sourcePlace(folder: String, more: [String], expected: UploadRefusal?) throws {
    let artifact = SampleUpload.sourceFile(
      folder: folder, more: more.map { ($0, Array("Metadata-Version: 2.1\nName: evil\nVersion: 1\n".utf8)) })
    #expect(try Inspection.refusal(.source(artifact: artifact)) == expected)
  }

  @Test("is refused where the file is no archive of its type") func archive() throws {
    #expect(try Inspection.refusal(.wheel(artifact: SampleUpload.sourceFile()))?.code == .malformedArchive)
    #expect(try Inspection.refusal(.source(artifact: SampleUpload.wheelFile()))?.code == .malformedArchive)
    #expect(try Inspection.refusal(.wheel(artifact: []))?.code == .malformedArchive)
    #expect(try Inspection.refusal(.wheel(artifact: Array("MZ".utf8) + SampleUpload.wheelFile()))?.code == .malformedArchive)
    #expect(try Inspection.refusal(.wheel(artifact: SampleArchive.zip([("a", [])]))) == .metadataPlace)
  }

  @Test("is refused where the body is no form that all read alike") func multipart() throws {
    let upload = SampleUpload.wheel()
    let type = "multipart/form-data; boundary=\(upload.boundary)"
    for (type, change, expected) in [
      ("application/json", { $0 }, .mediaType), (type + "; charset=utf-8", { $0 }, .mediaType),
      (type, { Array("x\r\n".utf8) + $0 }, .preamble),
      (type, { $0 + Array("--x".utf8) }, .epilogue), (type, { $0.dropLast(6) }, .incomplete), (type, { _ in [] }, .incomplete),
    ] as [(String, ([UInt8]) -> [UInt8], MultipartRefusal)] {
      #expect(throws: UploadRefusal.malformedForm(expected)) {
        try Inspection(body: change(upload.body), head: head("POST", "/", [("Content-Type", type)]), path: path("/"))
      }
    }
    #expect(throws: UploadRefusal.malformedForm(.mediaType)) { try Inspection(body: upload.body, head: head(), path: path("/")) }
    #expect(throws: UploadRefusal.malformedForm(.mediaType)) {
      try Inspection(body: upload.body, head: head("POST", "/", [("Content-Type", type), ("Content-Type", type)]), path: path("/"))
    }
  }

  @Test("may say its action in the query alone, and gets it in its form") func action() throws {
    var upload = SampleUpload.wheel()
    _ = try Inspection(upload, target: "/legacy/?:action=file_upload")
    upload[":action"] = nil
    let written = try parts(of: Inspection(upload, target: "/legacy/?%3Aaction=file_upload"))
    #expect(written.first?.head.name == ":action" && written.first?.value == Array("file_upload".utf8))
    #expect(try Inspection.refusal(upload, target: "/?x=file_upload") == .missingField(":action"))
  }

  @Test("has its attestations passed behind the file or dropped, as configured") func attestations() throws {
    var upload = SampleUpload.wheel()
    upload.parts.insert(.init("attestations", "[{\"version\": 1}]"), at: 2)
    #expect(try parts(of: Inspection(upload)).allSatisfy { $0.head.name != "attestations" })
    let passed = try parts(of: Inspection(upload, by: samplePyPI(attestations: .pass)))
    #expect(passed.map(\.head.name).suffix(2) == ["content", "attestations"])
    #expect(passed.last?.value == Array("[{\"version\": 1}]".utf8))
  }

  @Test("keeps a signature of its own file") func signature() throws {
    for index in [0, 13] {
      var upload = SampleUpload.wheel()
      upload.parts.insert(SampleUpload.signature, at: index)
      let written = try parts(of: Inspection(upload)).filter { $0.head.name == "gpg_signature" }
      #expect(written.map(\.value) == [[1]])
      #expect(written.first?.head.fileName == "acme_widgets-1.0.0-py3-none-any.whl.asc")
    }
  }

  @Test("may name itself after the file") func fileFirst() throws {
    var upload = SampleUpload.source()
    upload.parts.insert(upload.parts.removeLast(), at: 0)
    let inspection = try Inspection(upload)
    #expect(inspection.file == upload.artifact)
    #expect(try parts(of: inspection).last?.head.name == "content")
  }

  @Test("ignores digests that are left empty") func emptyDigests() throws {
    var upload = SampleUpload.wheel()
    for name in ["md5_digest", "sha256_digest", "blake2_256_digest"] { upload[name] = "" }
    #expect(try Inspection.refusal(upload) == nil)
    upload["sha256_digest"] = Hex.encode(SHA256.digest(of: upload.artifact).bytes).uppercased()
    #expect(try Inspection.refusal(upload) == nil)
  }

  @Test("is never accepted with a changed byte in the file under the same digest") func mutated() throws {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    for upload in [SampleUpload.wheel(), SampleUpload.source()] {
      for _ in 0..<100 {
        var changed = upload
        let index = Int.random(in: changed.artifact.indices, using: &random)
        changed.parts[changed.parts.count - 1].value[index] ^= UInt8.random(in: 1...255, using: &random)
        #expect(try Inspection.refusal(changed) == .digestMismatch("sha256_digest"), "seed \(seed)")
      }
    }
  }

  @Test("can't be read back where our own storage fails") func storage() throws {
    struct Broken: RandomAccessBytes {
      let count = 100
      func read(at offset: Int, count: Int) throws(UnreadableBytes) -> [UInt8] { throw UnreadableBytes(offset: offset) }
    }
    for computing in [[], [.md5, .blake2b256] as [ArtifactDigest]] {
      var upload = SampleUpload.wheel()
      upload["md5_digest"] = "0"
      upload.stateDigests()
      var inspector = try inspector(
        of: request("POST", "/", [("Content-Type", "multipart/form-data; boundary=\(upload.boundary)")]), by: samplePyPI())
      try inspector.receive(upload.body.span) { _ in }
      var hasher = ArtifactHasher(Set(computing))
      hasher.update(upload.artifact)
      let digests = hasher.finalize()
      #expect(throws: UploadRefusal.unavailable) { try inspector.finish(artifact: Broken(), digests: digests, budget: .unlimited) }
    }
  }

  @Test("is read without its form only as long as the budget lasts", arguments: [true, false]) func budget(isSpent: Bool) throws {
    let upload = SampleUpload.wheel()
    let name: ExactString = "acme_widgets-1.0.0-py3-none-any.whl"
    let budget = WorkBudget { isSpent }
    if isSpent {
      #expect(throws: UploadRefusal.inspectionTooLong) { try samplePyPI().target(ofFile: name, upload.artifact, budget) }
    } else {
      #expect(try samplePyPI().target(ofFile: name, upload.artifact, budget)?.package.canonical == "acme-widgets")
    }
  }

  @Test("can't go on without a boundary") func boundary() throws {
    let pypi = PyPIProtocol(RegistrySite(name: sampleRegistry, path: "/"), attestations: .drop) { () throws(RandomnessUnavailable) in
      throw RandomnessUnavailable()
    }
    #expect(try Inspection.refusal(.wheel(), by: pypi) == .unavailable)
    #expect(try MultipartFormWriter.randomBoundary() != MultipartFormWriter.randomBoundary())
  }
}

extension ArtifactHasher {
  fileprivate mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }
}
