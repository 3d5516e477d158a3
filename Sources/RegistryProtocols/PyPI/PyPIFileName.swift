import StrictParsers

/// The names that a package's files may have: built from its name and version and compared, never taken apart.
///
/// Tools have spelt names and versions differently over the years. What has one of those spellings is admitted, unless a server that takes
/// a file's name apart could come to another package.
struct PyPIFileName: Sendable {
  /// No file system takes more.
  private static let longest = 255

  let name: PyPIName
  let version: PEP440Version

  enum Admission: Equatable {
    case admitted
    /// It is made of the name and the version, but servers split it differently; this one says the same to all.
    case ambiguous(unambiguous: ExactString)
    case foreign
  }

  func admits(_ file: ExactString, for type: PyPIFileType) -> Admission {
    let bytes = Array(file.utf8)
    guard bytes.count <= Self.longest else { return .foreign }
    switch type {
    case .wheel:
      guard bytes.suffix(4).elementsEqual(".whl".utf8) else { return .foreign }
      return matches(bytes.dropLast(4), hyphens: false).contains { Self.areTags($0.rest) } ? .admitted : .foreign
    case .sourceArchive(let suffix):
      let end = suffix.rawValue.utf8
      guard bytes.suffix(end.count).elementsEqual(end) else { return .foreign }
      let stem = bytes.dropLast(end.count)
      let isWhole = { (match: Match) in match.rest.isEmpty }
      if matches(stem, hyphens: true).contains(where: { isWhole($0) && Self.isUnambiguous($0) }) { return .admitted }
      let isOurs = matches(stem, allVersionSpellings, hyphens: true).contains(where: isWhole)
      return isOurs ? .ambiguous(unambiguous: normalized(suffix)) : .foreign
    }
  }

  /// The name that PEP 625 gives a source archive.
  private func normalized(_ suffix: PyPIFileType.SourceSuffix) -> ExactString {
    let name = name.canonical.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    return ExactString("\(String(decoding: name, as: UTF8.self))-\(version.canonical)\(suffix.rawValue)")
  }

  /// Whether an archive's folder is this package's: `{name}-{version}` and the suffix. A wheel's has no hyphen within the name (PEP 427).
  func admitsFolder(_ folder: ExactString, suffix: String) -> Bool {
    let bytes = Array(folder.utf8)
    guard bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else { return false }
    return matches(bytes.dropLast(suffix.utf8.count), hyphens: suffix.isEmpty).contains { $0.rest.isEmpty }
  }

  private struct Match {
    let name: ArraySlice<UInt8>
    let version: [UInt8]
    let rest: ArraySlice<UInt8>
  }

  /// Where a text begins with a spelling of the name, a hyphen, and a spelling of the version.
  private func matches(_ text: ArraySlice<UInt8>, hyphens: Bool) -> [Match] {
    // None has a hyphen, at which names are split; each begins with a digit, by which versions are recognised.
    matches(
      text, allVersionSpellings.filter { !$0.contains(UInt8(ascii: "-")) && $0.first.map(ASCII.isDigit) == true }, hyphens: hyphens)
  }

  private func matches(_ text: ArraySlice<UInt8>, _ versions: Set<[UInt8]>, hyphens: Bool) -> [Match] {
    guard let rest = text.afterName(name.canonical, hyphens: hyphens), rest.first == UInt8(ascii: "-") else { return [] }
    let written = text[..<rest.startIndex]
    let behind = rest.dropFirst()
    return versions.filter { behind.starts(with: $0) }
      .map { Match(name: written, version: $0, rest: behind.dropFirst($0.count)) }
  }

  /// As written and in the canonical form, each with the characters that PEP 427 escapes or without.
  private var allVersionSpellings: Set<[UInt8]> {
    func replacing(_ bytes: [UInt8], _ escaped: String) -> [UInt8] { bytes.map { escaped.utf8.contains($0) ? UInt8(ascii: "_") : $0 } }
    let plain = [Array(version.written.utf8), Array(version.canonical.utf8)]
    return Set(plain.flatMap { [$0, replacing($0, "+"), replacing($0, "-"), replacing($0, "-+")] })
  }

  /// `(-{build})?-{python}-{abi}-{platform}` (PEP 427).
  private static func areTags(_ text: ArraySlice<UInt8>) -> Bool {
    var parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard let before = parts.first, before.isEmpty else { return false }
    parts.removeFirst()
    if parts.count == 4 {
      guard let first = parts.removeFirst().first, ASCII.isDigit(first) else { return false }
    }
    return parts.count == 3 && text.allSatisfy { ASCII.isAlphanumeric($0) || "-_.".utf8.contains($0) } && parts.allSatisfy { !$0.isEmpty }
  }

  /// Whether the servers that guess take the name of a source archive for what it is. PEP 625's form, in which the name has neither a hyphen
  /// nor a dot, leaves nothing to guess; older ones do: pypiserver files `foo-2a-1.0` as `foo`, devpi `foo.linux-x-1.0`.
  private static func isUnambiguous(_ match: Match) -> Bool {
    let name = ASCII.lowercased(match.name)
    guard name.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }) else { return true }
    if name.contains(UInt8(ascii: "-")), name.contains(UInt8(ascii: ".")), match.version.allSatisfy(ASCII.isDigit) { return false }
    return !name.indices.contains { index in
      let rest = name[index...]
      if rest.first == UInt8(ascii: "."), [".win", ".linux-", ".macosx-"].contains(where: { rest.starts(with: $0.utf8) }) { return true }
      guard rest.first == UInt8(ascii: "-"), let next = rest.dropFirst().first else { return false }
      let pythons = ["py", "cp", "ip", "pp", "jy"].flatMap { ["-\($0)2", "-\($0)3"] }
      return ASCII.isDigit(next) || pythons.contains { rest.starts(with: $0.utf8) }
    }
  }
}

extension ArraySlice<UInt8> {
  /// What follows a spelling of a canonical name; `nil` if the text does not begin with one.
  func afterName(_ canonical: ExactString, hyphens: Bool) -> ArraySlice<UInt8>? {
    var rest = self
    for byte in canonical.utf8 {
      if byte == UInt8(ascii: "-") {
        let separators = rest.prefix { PyPIName.isSeparator($0) && (hyphens || $0 != UInt8(ascii: "-")) }
        guard !separators.isEmpty else { return nil }
        rest = rest.dropFirst(separators.count)
      } else {
        guard let first = rest.popFirst(), ASCII.lowercased(first) == byte else { return nil }
      }
    }
    return rest
  }
}
