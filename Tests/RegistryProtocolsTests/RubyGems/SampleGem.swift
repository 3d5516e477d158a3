import StrictParsers
import TestSupport

@testable import RegistryProtocols

/// A gem of the metadata and the files that a test wants.
struct SampleGem {
  static let first = "--- !ruby/object:Gem::Specification\n"
  static let version = "version: !ruby/object:Gem::Version\n  version: 1.2.3\n"

  var metadata = first + "name: acme\n" + version + "platform: ruby\n"
  var checksums: String? = nil
  var data = SampleArchive.tarGzip([("lib/acme.rb", Array("module Acme\nend\n".utf8))])
  var more: [(name: String, content: [UInt8])] = []
  var leftOut: Set<String> = []

  var bytes: [UInt8] {
    var files = [("metadata.gz", SampleArchive.gzip(Array(metadata.utf8))), ("data.tar.gz", data)]
    if let checksums { files.append(("checksums.yaml.gz", SampleArchive.gzip(Array(checksums.utf8)))) }
    return SampleArchive.tar(
      (files + more.map { ($0.name, $0.content) }).filter { !leftOut.contains($0.0) }.map { (name: $0.0, content: $0.1) })
  }

  func specification() throws(UploadRefusal) -> GemSpecification { try GemArchive.specification(in: bytes, .unlimited) }
}

func sampleRubyGems(prefix: ExactString = "/", attestations: Attestations = .drop) -> RubyGemsProtocol {
  RubyGemsProtocol(RegistrySite(name: sampleRegistry, path: prefix), attestations: attestations) { "0123456789abcdef0123456789abcdef" }
}
