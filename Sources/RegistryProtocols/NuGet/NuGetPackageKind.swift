import PublisherPolicy
import StrictParsers

/// What is uploaded, each kind at a place of its own.
enum NuGetPackageKind: Hashable, Sendable, CaseIterable {
  case package
  case symbols

  /// As tools that make packages of symbols (`.snupkg`) write it, alone.
  private static let symbolsType: ExactString = "SymbolsPackage"

  var suffix: String { self == .package ? "nupkg" : "snupkg" }

  /// The resource of a service index that takes it ("NuGet Server API", "Service index").
  var resource: ExactString { self == .package ? "PackagePublish/2.0.0" : "SymbolPackagePublish/4.9.0" }

  /// Below the gateway's own prefix.
  var publicPath: String { self == .package ? "api/v2/package" : "api/v2/symbolpackage" }

  /// Whether a target is of the kind, by its file.
  func isKind(of target: PublishTarget) -> Bool { target.file.utf8.suffix(suffix.utf8.count + 1).elementsEqual(".\(suffix)".utf8) }

  /// Whether a package of these types belongs to the kind. A package of symbols as NuGet made it before (`.symbols.nupkg`) says nothing of it.
  func includes(_ types: [ExactString]) -> Bool {
    switch self {
    case .package:
      !types.contains { ASCII.equalIgnoringCase($0.utf8.filter(ASCII.isVisible), Self.symbolsType.utf8) }
    case .symbols: types == [Self.symbolsType]
    }
  }
}

extension Nuspec {
  /// The file has the name that a package's file has in every registry, in lower case as the id is.
  func target(in registry: RegistryName, _ kind: NuGetPackageKind) throws(UploadRefusal) -> PublishTarget {
    guard kind.includes(types) else { throw .metadataMismatch("packageType") }
    return PublishTarget(
      registry: registry, package: .init(canonical: id.canonical), version: .init(written: version.written, canonical: version.canonical),
      file: ExactString("\(id.canonical).\(version.canonical).\(kind.suffix)"))
  }
}
