import PublisherPolicy
import StrictParsers

/// How a registry is asked for a package and its versions: by its flat container ("NuGet Server API", "Package Content"), of which its service index says
/// where it is, and by the query of version 2 of the protocol.
///
/// That something is absent is believed of a place that is there: of a container that is configured or in the index, and of an answer that lists
/// versions. A 404 may mean that nothing is at the place.
struct NuGetExistence: Sendable {
  private enum Place: Hashable, Sendable {
    case index(ExactString)
    case feed(ExactString)
    case guessedContainer(ExactString)
  }

  /// Below the root, of Chocolatey and others; of NuGet.Server; of GitLab.
  private static let feeds: [ExactString] = ["", "/api/v2", "/nuget", "/v2"]
  /// Of nuget.org and BaGet; of Nexus; of Gitea; of GitLab; of ProGet.
  private static let guessedContainers: [ExactString] = [
    "/v3-flatcontainer", "/v3/package", "/v3/content", "/package", "/download", "/v3/flatcontainer",
  ]

  let subject: ExistenceProbe.Subject
  /// Canonical.
  let id: ExactString
  /// That of the version.
  let key: ExactString?
  /// The path below which the registry lies.
  let basePath: ExactString

  init(_ subject: ExistenceProbe.Subject, id: ExactString, version: ExactString?, basePath: ExactString) {
    self.subject = subject
    self.id = id
    key = version.flatMap { NuGetVersion($0)?.key }
    self.basePath = basePath
  }

  /// Asks a container that is there.
  func probe(inContainer path: ExactString) -> ExistenceProbe {
    ExistenceProbe(.get, containerPath(path)) { answer in
      switch answer.status {
      case 200: NuGetVersions(container: answer.body).map { existence(among: $0) } ?? .unknown
      case 404, 410: .absent
      default: .unknown
      }
    }
  }

  /// Finds a place, and asks there.
  func probe(in layout: NuGetLayout) -> ExistenceProbe {
    let places =
      layout.indexes.map { Place.index($0) } + Self.feeds.map { .feed($0) } + Self.guessedContainers.map { .guessedContainer($0) }
    return probe(at: places[0], or: places.dropFirst())
  }

  private func ask(_ places: ArraySlice<Place>) -> ExistenceProbe.Reading {
    guard let place = places.first else { return .means(.unknown) }
    return .asks(probe(at: place, or: places.dropFirst()))
  }

  private func probe(at place: Place, or others: ArraySlice<Place>) -> ExistenceProbe {
    switch place {
    case .index(let path):
      ExistenceProbe(
        .get, path, bodyLimit: NuGetIndex.limit,
        reading: { answer in
          guard answer.status == 200, let path = container(in: answer) else { return ask(others) }
          return .asks(probe(inContainer: path))
        })
    case .feed(let path): probe(ofFeed: path, behind: [], or: others)
    case .guessedContainer(let path):
      ExistenceProbe(
        .get, containerPath(path),
        reading: { answer in
          guard answer.status == 200, let versions = NuGetVersions(container: answer.body) else { return ask(others) }
          return .means(existence(among: versions))
        })
    }
  }

  /// - Parameter earlier: The versions of the pages before.
  private func probe(ofFeed path: ExactString, behind earlier: [ExactString], or others: ArraySlice<Place>) -> ExistenceProbe {
    let start = earlier.isEmpty ? "" : "&$skip=\(earlier.count)"
    return ExistenceProbe(
      .get, ExactString("\(path)/FindPackagesById()?id='\(id)'&semVerLevel=2.0.0\(start)"),
      reading: { answer in
        guard answer.status == 200, let page = NuGetVersions.Page(answer.body) else {
          return earlier.isEmpty ? ask(others) : .means(.unknown)
        }
        guard let versions = page.versions else { return .means(.unknown) }
        if existence(among: versions) == .exists { return .means(.exists) }
        guard page.hasNext else { return .means(.absent) }
        // A server that has more, and gives the same or nothing.
        guard !versions.keys.isEmpty, versions.keys != Array(earlier.suffix(versions.keys.count)) else { return .means(.unknown) }
        return .asks(probe(ofFeed: path, behind: earlier + versions.keys, or: others))
      })
  }

  private func containerPath(_ path: ExactString) -> ExactString { ExactString("\(path)/\(id)/index.json") }

  private func existence(among versions: NuGetVersions) -> Existence {
    let isThere =
      switch subject {
      case .package: !versions.keys.isEmpty
      case .file: versions.keys.contains { $0 == key }
      }
    return isThere ? .exists : .absent
  }

  /// Where a service index says that the flat container is, below the registry; `nil` if it is elsewhere.
  private func container(in answer: ExistenceProbe.Answer) -> ExactString? {
    guard let url = NuGetIndex(answer.body)?.url(of: "PackageBaseAddress/3.0.0") else { return nil }
    let target = ["http", "https"].lazy.compactMap { scheme in
      LinkRewrite(upstreamOrigin: "\(scheme)://\(answer.authority)", upstreamPath: basePath.text, publicOrigin: "", publicPath: "")
        .target(of: url.withSlash.utf8)
    }.first
    guard let target, !target.utf8.contains(UInt8(ascii: "?")) else { return nil }
    return ExactString(Substring(target.utf8.dropLast()))
  }
}

extension ExactString {
  /// With a slash at its end.
  var withSlash: ExactString { utf8.last == UInt8(ascii: "/") ? self : ExactString("\(self)/") }
}
