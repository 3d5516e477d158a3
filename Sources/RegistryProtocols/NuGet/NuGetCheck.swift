import StrictParsers

/// What `check --online` asks a registry.
enum NuGetCheck {
  private static let absent: ExactString = "imprimatur-check-00000000000000000000000000000000"

  /// Its service index.
  static func directory(_ path: ExactString, _ kinds: [NuGetPackageKind]) -> PublishDirectory {
    PublishDirectory(path: path, limit: NuGetIndex.limit) { body, links in
      guard let index = NuGetIndex(body) else { return unusable("the registry's service index can't be read") }
      guard let url = index.url(of: NuGetPackageKind.package.resource) else {
        return unusable("the registry's service index names no place of pushes: give the URL of pushes itself")
      }
      guard let place = links.target(of: url.withSlash.utf8) else {
        return unusable(
          "the registry's service index says that pushes go to a URL that is not below this one: give the URL of pushes at this origin, "
            + "not that of the index")
      }
      return .init(probe: NuGetLayout.publishProbe(at: place, isCertain: true), problems: problems(with: index, kinds, links))
    }
  }

  private static func problems(with index: NuGetIndex, _ kinds: [NuGetPackageKind], _ links: LinkRewrite) -> [PublishDirectory.Problem] {
    guard kinds.contains(.symbols) else { return [] }
    guard let url = index.url(of: NuGetPackageKind.symbols.resource) else {
      let message = "the registry's service index names no place of symbols: add `symbols: refuse`"
      return [.init(key: "symbols", isError: false, message: message)]
    }
    guard links.target(of: url.withSlash.utf8) == nil else { return [] }
    return [
      .init(
        key: "symbols", isError: false,
        message: "the registry's service index says that symbols go to a URL that is not below `upstream.url`: add `symbols: refuse`")
    ]
  }

  private static func unusable(_ message: String) -> PublishDirectory.Reading {
    .init(probe: nil, problems: [.init(key: "upstream.url", isError: true, message: message)])
  }

  /// By an id that nobody has.
  static func absence(in layout: NuGetLayout) -> AbsenceProbe {
    AbsenceProbe(
      probe: NuGetExistence(.package, id: absent, version: nil, basePath: layout.basePath).probe(in: layout),
      key: "flat_container",
      advice:
        "the registry can't be asked whether it has a package, so that uploads of new packages are refused: set `flat_container` to the "
        + "path of its `PackageBaseAddress` below the registry")
  }
}
