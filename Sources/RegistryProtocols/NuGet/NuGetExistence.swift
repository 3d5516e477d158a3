import PublisherPolicy
import StrictParsers

/// How a registry is asked for a package and its versions: by its flat container ("NuGet Server API", "Package Content"), which each server has at another
/// place, and by the query of version 2 of the protocol.
enum NuGetExistence {
  /// Of nuget.org and BaGet; of Nexus; of Gitea; of GitLab; of ProGet.
  static let places: [ExactString] = ["/v3-flatcontainer", "/v3/package", "/v3/content", "/package", "/download", "/v3/flatcontainer"]

  /// - Parameters:
  ///   - places: Paths below the registry's own, without a slash at their end.
  ///   - isGuess: Whether the flat container may be at another place: then an answer that is none says nothing, and the query is asked as well.
  static func probes(
    _ subject: ExistenceProbe.Subject, _ target: PublishTarget, in places: [ExactString], isGuess: Bool
  ) -> [ExistenceProbe] {
    // Nobody is told which symbols a registry has.
    guard subject == .package || target.file.text.hasSuffix(".\(NuGetPackageKind.package.suffix)") else { return [] }
    let id = target.package.canonical
    let flat = places.map { place in
      ExistenceProbe(.get, ExactString("\(place)/\(id)/index.json")) { answer in
        guard answer.status == 200 else { return existence(ofStatus: answer.status, isGuess) }
        guard let versions = versions(in: answer.body) else { return isGuess ? .absent : .unknown }
        switch subject {
        case .package: return versions.isEmpty ? .absent : .exists
        case .file: return versions.contains { NuGetVersion($0)?.canonical == target.version?.canonical } ? .exists : .absent
        }
      }
    }
    guard isGuess else { return flat }
    return flat + [
      ExistenceProbe(.get, ExactString("/FindPackagesById()?id='\(id)'")) { answer in
        guard answer.status == 200 else { return existence(ofStatus: answer.status, isGuess) }
        return existence(subject, target, inFeed: answer.body)
      }
    ]
  }

  /// Servers of other versions of the protocol don't know the path, or the method.
  private static func existence(ofStatus status: Int, _ isGuess: Bool) -> Existence {
    isGuess && [400, 405, 501].contains(status) ? .absent : Existence(ofStatus: status)
  }

  private static func versions(in body: [UInt8]) -> [ExactString]? {
    (try? StrictJSON.parseObject(body))?["versions"]?.array?.compactMap { $0.string }
  }

  /// An Atom feed with an entry for each version.
  private static func existence(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, inFeed body: [UInt8]) -> Existence {
    guard let feed = try? StrictXML.parse(body, budget: WorkBudget { false }), feed.name == "feed" else { return .absent }
    let entries = feed.children.filter { $0.name == "entry" }
    switch subject {
    case .package: return entries.isEmpty ? .absent : .exists
    case .file:
      let versions = entries.compactMap { entry in
        let properties = entry.children.first { $0.name == "properties" }
        return properties?.children.first { $0.name == "Version" }?.text
      }
      return versions.contains { NuGetVersion($0)?.canonical == target.version?.canonical } ? .exists : .absent
    }
  }
}
