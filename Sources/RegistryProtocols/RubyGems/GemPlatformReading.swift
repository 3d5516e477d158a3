import StrictParsers

/// What a version of RubyGems makes of a platform that is a string (`Gem::Platform.new`): a processor, a system and a version. Servers that load a
/// specification name the gem's file by that, whatever stands in it.
enum GemPlatformReading: CaseIterable {
  /// RubyGems 3.3, as Ruby 3.1 has it: it drops the GNU C library.
  case withoutGNU
  /// RubyGems 3.4 to 3.7.
  case withLibrary
  /// RubyGems 4: all that follows the processor is the system's, and hyphens may stand before versions.
  case splitOnce

  /// That of most servers. It keeps apart what they keep apart.
  static let usual = withLibrary

  private struct Parts {
    var processor: Substring?
    var system: Substring
    /// What a number of its own behind the system is.
    var version: Substring?
  }

  /// The platform that a server takes the string for. The text is ASCII.
  func resolve(_ text: ExactString) -> ExactString {
    var parts = split(text.text[...])
    if parts.version == nil {
      let found = GemSystem.find(in: parts.system, self) ?? GemSystem.Found(name: "unknown", version: nil)
      if parts.processor == nil, found.name.hasPrefix("mswin"), found.name.hasSuffix("32") { parts.processor = "x86" }
      parts.system = found.name
      parts.version = found.version
    }
    let separator = self == .splitOnce && parts.processor == nil ? "" : "-"
    return ExactString([parts.processor, parts.system, parts.version].compactMap(\.self).joined(separator: separator))
  }

  private func split(_ text: Substring) -> Parts {
    var segments = text.split(separator: "-", maxSplits: self == .splitOnce ? 1 : .max)
    guard let first = segments.first else { return Parts(processor: nil, system: "") }
    if self != .splitOnce, segments.count > 2, isName(segments[segments.count - 1]) {
      let last = segments.removeLast()
      segments[segments.count - 1] = "\(segments[segments.count - 1])-\(last)"
    }
    guard segments.count > 1 else { return Parts(processor: nil, system: first) }
    let isVersioned = segments.count == 3 && Self.isVersion(segments[2])
    return Parts(processor: Self.isX86(first) ? "x86" : first, system: segments[1], version: isVersioned ? segments[2] : nil)
  }

  /// Whether the last of several segments belongs to the system: `gnu`.
  private func isName(_ segment: Substring) -> Bool {
    self == .withoutGNU ? !segment.utf8.contains(where: ASCII.isDigit) : segment.utf8.last.map(ASCII.isDigit) != true
  }

  /// `10`, `2.8`
  private static func isVersion(_ segment: Substring) -> Bool {
    let numbers = segment.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return numbers.count <= 2 && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(ASCII.isDigit) }
  }

  /// `i386`, `i686`
  private static func isX86(_ processor: Substring) -> Bool {
    let bytes = Array(processor.utf8)
    return bytes.indices.dropLast(3).contains {
      bytes[$0] == UInt8(ascii: "i") && ASCII.isDigit(bytes[$0 + 1]) && bytes[$0 + 2] == UInt8(ascii: "8")
        && bytes[$0 + 3] == UInt8(ascii: "6")
    }
  }
}
