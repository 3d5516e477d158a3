/// What becomes of the attestations that an upload brings.
enum Attestations: String, CaseIterable, Hashable, Sendable {
  case drop, pass

  /// `pypi`, `rubygems`, `npm`: what becomes of an upload's attestations, which most private registries refuse: `drop`, or `pass`.
  /// Default: `drop`.
  static let option = ChoiceOption("attestations", usual: Attestations.drop)
}
