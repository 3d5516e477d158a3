package import StrictParsers

/// A tag's name, in which `{version}` stands for the upload's version.
package struct TagPattern: Hashable, Sendable {
  private static let placeholder = "{version}"
  private static let beginning = "refs/tags/"

  package let text: ExactString

  /// Nil where `{version}` stands twice, or beside a wildcard.
  package init?(_ text: ExactString) {
    let count = Self.places(in: text).count
    guard count == 0 || (count == 1 && !text.has("*")) else { return nil }
    self.text = text
  }

  private static func places(in text: ExactString) -> [String.Index] {
    var places: [String.Index] = []
    var rest = text.utf8[...]
    while let brace = rest.firstIndex(of: UInt8(ascii: "{")) {
      rest = rest[brace...]
      if rest.starts(with: placeholder.utf8) { places.append(brace) }
      rest = rest.dropFirst()
    }
    return places
  }

  package var namesVersion: Bool { halves != nil }

  /// What stands before and behind the placeholder; nil where there is none.
  private var halves: (before: Substring.UTF8View, after: Substring.UTF8View)? {
    guard let place = Self.places(in: text).first else { return nil }
    return (text.utf8[..<place], text.utf8[place...].dropFirst(Self.placeholder.utf8.count))
  }

  /// While the version is unknown, whether some version would make it match.
  func matches(_ reference: ExactString, version: JudgedVersion) -> Bool {
    guard reference.utf8.starts(with: Self.beginning.utf8) else { return false }
    let tag = reference.utf8.dropFirst(Self.beginning.utf8.count)
    guard let (before, after) = halves else {
      return ClaimPattern(text, ignoringCase: false).matches(ExactString(Substring(tag)))
    }
    guard tag.count >= before.count + after.count, tag.starts(with: before), tag.suffix(after.count).elementsEqual(after) else {
      return false
    }
    let named = tag.dropFirst(before.count).dropLast(after.count)
    switch version {
    case .unknown: return !named.isEmpty
    case .known(nil): return false
    case .known(let version?): return named.elementsEqual(version.written.utf8) || named.elementsEqual(version.canonical.utf8)
    }
  }

  /// The references that an upload of this version may come from; none where there is no placeholder.
  func references(of version: PublishTarget.Version) -> [ExactString] {
    guard let (before, after) = halves else { return [] }
    let spellings = version.written == version.canonical ? [version.written] : [version.written, version.canonical]
    return spellings.map { ExactString("\(Self.beginning)\(Substring(before))\($0)\(Substring(after))") }
  }
}
