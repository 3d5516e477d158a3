import Digests
import PublisherPolicy
import StrictParsers
import TestSupport

@testable import RegistryProtocols

func sampleCargo(prefix: ExactString = "/", index: String? = nil) throws -> CargoProtocol {
  let options = RegistryOptions(index.map { ["index": [$0]] } ?? [:], of: CargoProtocol.options)
  return try CargoProtocol(RegistrySite(name: RegistryName("crates"), path: prefix, upstreamURL: "http://registry:8000/base"), options)
}

/// A crate with its metadata, all of which agree where a test says nothing else.
struct SampleCrate {
  var name = "acme_widgets"
  var version = "1.2.3"
  var json: String?
  var manifest: String?
  var original: String?
  var folder: String?
  var more: [(name: String, content: [UInt8])] = []

  var crate: [UInt8] {
    let folder = folder ?? "\(name)-\(version)"
    var files = [("\(folder)/src/lib.rs", [UInt8]())]
    files.append(("\(folder)/Cargo.toml", Array((manifest ?? "[package]\nname = \"\(name)\"\nversion = \"\(version)\"\n").utf8)))
    if let original { files.append(("\(folder)/Cargo.toml.orig", Array(original.utf8))) }
    return SampleArchive.tarGzip(files + more)
  }

  var metadata: [UInt8] { Array((json ?? "{\"name\":\"\(name)\",\"vers\":\"\(version)\",\"deps\":[]}").utf8) }

  var body: [UInt8] { CrateFrame.prefix(metadata.count) + metadata + CrateFrame.prefix(crate.count) + crate }

  /// What is inspected of a body, cut into pieces of a length.
  static func inspect(_ body: [UInt8], pieces length: Int = .max) throws -> (upload: InspectedUpload, file: [UInt8], announcedAt: Int?) {
    var inspector = CargoUploadInspector(registry: RegistryName("crates"))
    var file: [UInt8] = []
    var announcedAt: Int?
    var start = 0
    while start < body.count {
      let end = min(body.count, start.addingReportingOverflow(length).partialValue < start ? body.count : start + length)
      try inspector.receive(body.span.extracting(start..<end)) { bytes in for index in bytes.indices { file.append(bytes[index]) } }
      if announcedAt == nil, inspector.announcedTarget != nil { announcedAt = end }
      start = end
    }
    var hasher = ArtifactHasher([])
    unsafe hasher.update(file.span.bytes)
    return (try inspector.finish(artifact: file, digests: hasher.finalize(), budget: .unlimited), file, announcedAt)
  }

  /// The refusal that a body meets; `nil` if it is accepted.
  static func refusal(_ body: [UInt8]) throws -> UploadRefusal? {
    do {
      _ = try inspect(body)
      return nil
    } catch let refusal as UploadRefusal {
      return refusal
    }
  }

  var refusal: UploadRefusal? { get throws { try Self.refusal(body) } }
}
