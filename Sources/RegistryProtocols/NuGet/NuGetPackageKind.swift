import PublisherPolicy
import StrictParsers

/// What is uploaded, each kind at a place of its own.
enum NuGetPackageKind: Hashable, Sendable, CaseIterable {
  case package
  case symbols

  var suffix: String { self == .package ? "nupkg" : "snupkg" }

  /// The resource of a service index that takes it ("NuGet Server API", "Service index").
  var resource: ExactString { self == .package ? "PackagePublish/2.0.0" : "SymbolPackagePublish/4.9.0" }

  /// Below the gateway's own prefix.
  var publicPath: String { self == .package ? "api/v2/package" : "api/v2/symbolpackage" }
}

extension Nuspec {
  /// The file has the name that a package's file has in every registry, in lower case as the id is.
  func target(in registry: RegistryName, _ kind: NuGetPackageKind) -> PublishTarget {
    PublishTarget(
      registry: registry, package: .init(canonical: id.canonical), version: .init(written: version.written, canonical: version.canonical),
      file: ExactString("\(id.canonical).\(version.canonical).\(kind.suffix)"))
  }
}
