import StrictParsers

extension PublishProbe {
  /// A publish without metadata and a crate.
  static let cargo = PublishProbe(
    .put, at: "/api/v1/crates/new", contentType: "application/octet-stream", body: "", forbidden: .credential,
    misplacement: Misplacement(
      [404, 405, 410], isCertain: true, answer: "the registry takes no crate there",
      remedy: "it must be what stands before /api/v1/crates/new"),
    unknownMethod: nil)
}
