import Digests
import StrictParsers
import TestSupport

@testable import RegistryProtocols

/// A package of the manifest and the files that a test wants.
struct SampleNuGet {
  static let schema = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"
  static let manifestType = "http://schemas.microsoft.com/packaging/2010/07/manifest"

  var manifest = text()
  var name = "Acme.nuspec"
  var links: String? = relationships(to: "/Acme.nuspec")
  var first: [(name: String, content: String)] = []
  var more: [(name: String, content: String)] = []

  static func text(_ id: String = "Acme", _ version: String = "1.2.3") -> String {
    "\u{FEFF}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<package xmlns=\"\(schema)\"><metadata minClientVersion=\"2.12\"><id>\(id)</id>"
      + "<version>\(version)</version><description>a &amp; b</description></metadata></package>"
  }

  /// Of symbols.
  static func symbols(_ types: String = "<packageTypes><packageType name=\"SymbolsPackage\"/></packageTypes>") -> SampleNuGet {
    SampleNuGet(manifest: text().replacing("<description>", with: "\(types)<description>"))
  }

  static func relationships(to target: String, more: String = "") -> String {
    "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
      + "<Relationship Type=\"\(manifestType)\" Target=\"\(target)\" Id=\"R1\" \(more)/><Relationship Type=\"http://x\" Target=\"/y\" Id=\"R2\" /></Relationships>"
  }

  var bytes: [UInt8] {
    let files = [(name: "lib/a.dll", content: "MZ")] + more + (links.map { [(name: "_rels/.rels", content: $0)] } ?? [])
    return SampleArchive.zip((first + [(name: name, content: manifest)] + files).map { (name: $0.name, content: Array($0.content.utf8)) })
  }

  func nuspec() throws(UploadRefusal) -> Nuspec { try NuGetArchive.nuspec(in: bytes, .unlimited) }
}

func sampleNuGet(
  prefix: ExactString = "/", upstream: ExactString? = nil, symbols: NuGetProtocol.Symbols = .allow, container: ExactString? = nil
) -> NuGetProtocol {
  NuGetProtocol(
    RegistrySite(name: sampleRegistry, path: prefix, upstreamURL: upstream), symbols: symbols, container: container
  ) { "0123456789abcdef0123456789abcdef" }
}
