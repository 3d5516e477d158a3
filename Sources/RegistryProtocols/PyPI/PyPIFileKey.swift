import StrictParsers

/// What the spellings of one file's name share, which installers take for the same file of the same version: case, the separators within the package's
/// name, and how the version is written.
struct PyPIFileKey: Hashable, Sendable {
  private let version: ExactString
  /// A wheel's tags, or the kind of archive.
  private let rest: ExactString

  /// `nil` if the text is not the name of a file of the package, or its version is not one.
  init?(_ file: ArraySlice<UInt8>, of package: ExactString) {
    guard let behind = file.afterName(package, hyphens: true), behind.first == UInt8(ascii: "-") else { return nil }
    let stem = behind.dropFirst()
    let end: ArraySlice<UInt8>.Index
    if stem.suffix(4).elementsEqual(".whl".utf8) {
      guard let hyphen = stem.firstIndex(of: UInt8(ascii: "-")) else { return nil }
      end = hyphen
    } else {
      guard
        let suffix = PyPIFileType.SourceSuffix.allCases.first(where: { stem.suffix($0.rawValue.utf8.count).elementsEqual($0.rawValue.utf8) }
        )
      else { return nil }
      end = stem.endIndex - suffix.rawValue.utf8.count
    }
    // A wheel has `_` for the `+` of a local version (PEP 427).
    let spelt = stem[..<end].split(separator: UInt8(ascii: "_"), maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
    guard let version = PyPINaming().versionKey(ExactString(spelt.joined(separator: "+"))) else { return nil }
    self.version = version
    rest = ExactString(String(decoding: ASCII.lowercased(stem[end...]), as: UTF8.self))
  }
}
