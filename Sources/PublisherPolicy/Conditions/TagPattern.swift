package import StrictParsers

/// A tag's name, in which `{version}` stands for the upload's version.
package struct TagPattern: Hashable, Sendable {
  private static let placeholder = "{version}"
  private static let beginning = "refs/tags/"

  package let text: ExactString

  /// `nil` if `{version}` stands twice, or beside a wildcard.
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

  /// What stands before and behind the placeholder; `nil` if there is none.
  private var halves: (before: Substring.UTF8View, after: Substring.UTF8View)? {
    guard let place = Self.places(in: text).first else { return nil }
    return (text.utf8[..<place], text.utf8[place...].dropFirst(Self.placeholder.utf8.count))
  }

  /// While the version is unknown, whether some version would make it match.
  func matches(_ reference: ExactString, version: JudgedVersion) -> Bool {
    guard namesVersion else {
      return Self.tag(of: reference).map { ClaimPattern(text, ignoringCase: false).matches(ExactString(Substring($0))) } ?? false
    }
    guard let named = named(in: reference) else { return false }
    switch version {
    case .unknown: return !named.isEmpty
    case .known(nil, _): return false
    case .known(let version?, let key):
      return named == version.written || named == version.canonical || key(named).map { $0 == key(version.canonical) } ?? false
    }
  }

  /// What stands in a tag where the pattern has the placeholder; `nil` if the pattern has none, or the rest of the tag is another.
  func named(in reference: ExactString) -> ExactString? {
    guard let (before, after) = halves, let tag = Self.tag(of: reference), tag.count >= before.count + after.count,
      tag.starts(with: before), tag.suffix(after.count).elementsEqual(after)
    else { return nil }
    return ExactString(Substring(tag.dropFirst(before.count).dropLast(after.count)))
  }

  /// The tag's name; `nil` for another reference.
  private static func tag(of reference: ExactString) -> Substring.UTF8View? {
    reference.utf8.starts(with: beginning.utf8) ? reference.utf8.dropFirst(beginning.utf8.count) : nil
  }

  /// The references that an upload of this version may come from, of the spellings that it is sure to know; none where there is no placeholder.
  func references(of version: PublishTarget.Version) -> [ExactString] {
    guard let (before, after) = halves else { return [] }
    let spellings = version.written == version.canonical ? [version.written] : [version.written, version.canonical]
    return spellings.map { ExactString("\(Self.beginning)\(Substring(before))\($0)\(Substring(after))") }
  }
}
