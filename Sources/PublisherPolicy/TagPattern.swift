package import StrictParsers

/// A tag's name, in which `{version}` stands for the upload's version.
package struct TagPattern: Hashable, Sendable {
  private static let placeholder = Array("{version}".utf8)

  package let text: ExactString
  private let whole: ClaimPattern
  /// Nil where there is no placeholder.
  private let afterBytes: [UInt8]?
  private let beforeBytes: [UInt8]

  /// Nil where `{version}` stands twice, or beside a wildcard.
  package init?(_ text: ExactString) {
    self.text = text
    whole = ClaimPattern(ExactString("refs/tags/\(text)"), ignoringCase: false)
    let bytes = Array(text.utf8)
    let places = bytes.indices.filter { bytes[$0...].starts(with: Self.placeholder) }
    guard places.count <= 1 else { return nil }
    guard let place = places.first else {
      (beforeBytes, afterBytes) = ([], nil)
      return
    }
    guard !bytes.contains(UInt8(ascii: "*")) else { return nil }
    beforeBytes = Array("refs/tags/".utf8) + bytes[..<place]
    afterBytes = Array(bytes[(place + Self.placeholder.count)...])
  }

  package var namesVersion: Bool { afterBytes != nil }

  /// While the version is unknown, whether some version would make it match.
  func matches(_ reference: ExactString, version: JudgedVersion) -> Bool {
    guard let afterBytes else { return whole.matches(reference) }
    switch version {
    case .unknown:
      return reference.utf8.count > beforeBytes.count + afterBytes.count && reference.utf8.starts(with: beforeBytes)
        && reference.utf8.suffix(afterBytes.count).elementsEqual(afterBytes)
    case .known(nil): return false
    case .known(let version?):
      return [version.written, version.canonical].contains { reference.utf8.elementsEqual(beforeBytes + Array($0.utf8) + afterBytes) }
    }
  }
}
