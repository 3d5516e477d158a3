import StrictParsers

extension TinyArray<TagPattern> {
  /// Whether one of them holds of the tag, which by all of them together names one version at most.
  func match(_ reference: ExactString, version: JudgedVersion) -> Bool {
    guard contains(where: { $0.matches(reference, version: version) }) else { return false }
    guard case .known(let version?, let key) = version else { return true }
    let named = compactMap { $0.named(in: reference) }
    // An ecosystem that has one spelling of each version has no keys.
    guard key(version.canonical) != nil else { return Set(named).count <= 1 }
    return Set(named.compactMap { key($0) ?? key($0.withoutLeadingV) }).count <= 1
  }
}

extension ExactString {
  /// The text without the `v` that some forms of a version may have in front.
  fileprivate var withoutLeadingV: ExactString {
    guard let first = utf8.first, first == UInt8(ascii: "v") || first == UInt8(ascii: "V") else { return self }
    return ExactString(text.dropFirst())
  }
}
