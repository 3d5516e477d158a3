import PublisherPolicy
import StrictParsers

/// A crate's name and version, as its metadata, its manifest, its folder and its file's name all write them.
struct CrateRelease: Hashable, Sendable {
  let name: CrateName
  let version: SemanticVersion

  /// The one folder at the top of the crate.
  var folder: ExactString { ExactString("\(name.written)-\(version.written)") }

  var fileName: ExactString { ExactString("\(folder).crate") }

  func target(in registry: RegistryName) -> PublishTarget {
    PublishTarget(
      registry: registry, package: .init(canonical: name.canonical), writtenName: name.written,
      version: .init(written: version.written, canonical: version.identity), file: fileName)
  }
}
