import PublisherPolicy
import StrictParsers

extension PublishProbe {
  /// The question where to upload, which a registry answers only to who may.
  static let pub = PublishProbe(
    .get, at: "/api/packages/versions/new", contentType: nil, body: "", forbidden: .credential,
    misplacement: Misplacement(
      [404, 405, 410], isCertain: true, answer: "the registry does not say where to upload packages",
      remedy: "it must be the URL that PUB_HOSTED_URL would be given"),
    unknownMethod: nil)
}

/// How a registry is asked for a package or a version of it.
enum PubExistence {
  static func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget) -> [ExistenceProbe] {
    let package = "/api/packages/\(target.package.canonical)"
    let version = target.version.map { "/versions/\($0.canonical.text.replacing("+", with: "%2B"))" } ?? ""
    return [ExistenceProbe(byStatusOf: ExactString(subject == .package ? package : package + version))]
  }
}
