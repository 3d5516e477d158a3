import StrictParsers

extension PublishProbe {
  /// A document without a version and a file.
  static let npm = PublishProbe(
    .put, at: "/imprimatur-publishes-nothing", contentType: "application/json", body: "{}", forbidden: .credential,
    misplacement: Misplacement(
      [405, 410], isCertain: true, answer: "the registry takes no package there", remedy: "it must be the registry's URL, as .npmrc has it"),
    unknownMethod: nil)
}
