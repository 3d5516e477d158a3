package import StrictParsers

/// A tag's name, in which `{version}` stands for the upload's version.
package struct TagPattern: Hashable, Sendable {
  private static let placeholder = Array("{version}".utf8)
  private static let beginning = Array("refs/tags/".utf8)

  package let text: ExactString

  /// Nil where `{version}` stands twice, or beside a wildcard.
  package init?(_ text: ExactString) {
    let count = Self.places(in: Array(text.utf8)).count
    guard count == 0 || (count == 1 && !text.has("*")) else { return nil }
    self.text = text
  }

  private static func places(in bytes: [UInt8]) -> [Int] { bytes.indices.filter { bytes[$0...].starts(with: placeholder) } }

  package var namesVersion: Bool { !Self.places(in: Array(text.utf8)).isEmpty }

  /// While the version is unknown, whether some version would make it match.
  func matches(_ reference: ExactString, version: JudgedVersion) -> Bool {
    let bytes = Array(text.utf8)
    guard let place = Self.places(in: bytes).first else {
      return ClaimPattern(ExactString("refs/tags/\(text)"), ignoringCase: false).matches(reference)
    }
    let before = Self.beginning + bytes[..<place]
    let after = bytes[(place + Self.placeholder.count)...]
    switch version {
    case .unknown:
      return reference.utf8.count > before.count + after.count && reference.utf8.starts(with: before)
        && reference.utf8.suffix(after.count).elementsEqual(after)
    case .known(nil): return false
    case .known(let version?):
      return references(of: version).contains(reference)
    }
  }

  /// The references that an upload of this version may come from; none where there is no placeholder.
  func references(of version: PublishTarget.Version) -> [ExactString] {
    let bytes = Array(text.utf8)
    guard let place = Self.places(in: bytes).first else { return [] }
    let (before, after) = (Self.beginning + bytes[..<place], bytes[(place + Self.placeholder.count)...])
    let spellings = version.written == version.canonical ? [version.written] : [version.written, version.canonical]
    return spellings.map { ExactString(String(decoding: before + Array($0.utf8) + after, as: UTF8.self)) }
  }
}
