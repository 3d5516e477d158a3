import StrictParsers

extension PublishProbe {
  /// A gem of no bytes.
  static let rubyGems = PublishProbe(
    .post, at: "/api/v1/gems", contentType: "application/octet-stream", body: "", forbidden: .credential,
    misplacement: Misplacement(
      [404, 405, 410], isCertain: true, answer: "the registry takes no gem below it",
      remedy: "it must be the URL that `gem push --host` would be given"),
    unknownMethod: nil)
}
