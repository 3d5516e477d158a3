import StrictParsers

extension Few<TagPattern> {
  /// Whether one of them holds of the tag, which by all of them together names one version at most.
  func match(_ reference: ExactString, version: JudgedVersion) -> Bool {
    guard contains(where: { $0.matches(reference, version: version) }) else { return false }
    guard case .known(_, let key) = version else { return true }
    return Set(compactMap { $0.named(in: reference).flatMap(key) }).count <= 1
  }
}
