import StrictParsers

/// The platform that a gem is for, as the end of its file's name: `x86_64-linux`, `universal-darwin-10`.
///
/// It begins with a letter, and has a number by itself only as the version of one of RubyGems' operating systems, at its end. So no gem that is for a
/// platform takes the file of another gem's version, but of one whose name ends in such a system.
struct GemPlatform: Hashable, Sendable {
  /// Those that RubyGems gives a version (`Gem::Platform`), and those that it had of old.
  private static let systems: Set<ExactString> = [
    "aix", "cygwin", "darwin", "dalvik", "dotnet", "freebsd", "java", "jruby", "linux", "macruby", "macosx", "mingw", "mingw32", "mswin",
    "mswin32", "mswin64", "netbsd", "netbsdelf", "openbsd", "solaris",
  ]

  let written: ExactString

  /// `nil` if the text is not such a platform.
  init?(_ written: ExactString) {
    let segments = Self.segments(of: written)
    guard written.utf8.first.map(ASCII.isAlpha) == true, written.utf8.count <= 64, segments.allSatisfy(Self.isSegment) else { return nil }
    for (index, segment) in segments.enumerated() where Self.isNumber(segment) {
      guard index == segments.count - 1, Self.isSystem(segments[index - 1]) else { return nil }
    }
    self.written = written
  }

  /// Whether a gem's name, together with a version, could be another gem's name, version and platform: `widgets-1.0-x86-darwin` and `8`.
  static func canEnd(name: ExactString) -> Bool {
    let segments = segments(of: name)
    return segments.last.map(isSystem) == true && segments.dropFirst().contains(where: isNumber)
  }

  private static func segments(of text: ExactString) -> [Substring.UTF8View] {
    text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
  }

  private static func isSegment(_ segment: Substring.UTF8View) -> Bool {
    segment.first.map(ASCII.isAlphanumeric) == true && segment.allSatisfy { ASCII.isAlphanumeric($0) || "_.".utf8.contains($0) }
  }

  private static func isNumber(_ segment: Substring.UTF8View) -> Bool { segment.first.map(ASCII.isDigit) == true }

  private static func isSystem(_ segment: Substring.UTF8View) -> Bool {
    ExactString(utf8: ASCII.lowercased(segment)).map(systems.contains) == true
  }
}
