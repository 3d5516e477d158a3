import StrictParsers

/// The platform that a gem is for, as the end of its file's name: `x86_64-linux`, `universal-darwin-10`.
///
/// It begins with a letter, and has a number by itself only as the version of one of RubyGems' operating systems, at its end. So no gem that is for a
/// platform takes the file of another gem's version, but of one whose name ends in such a system.
struct GemPlatform: Hashable, Sendable {
  /// Those that RubyGems gives a version (`Gem::Platform`), and those that it had of old.
  private static let systems: Set<ExactString> = [
    "aix", "bitrig", "cygwin", "darwin", "dalvik", "dotnet", "freebsd", "hpux", "java", "jruby", "linux", "macruby", "macosx", "mingw",
    "mingw32", "mswin", "mswin32", "mswin64", "netbsd", "netbsdelf", "openbsd", "solaris",
  ]
  /// How the systems of RubyGems' own tests end, which have versions, too.
  private static let testSystem = "_platform"
  /// The platform of whatever machine reads it.
  private static let current: ExactString = "current"

  /// How a server names the platform that has loaded the specification.
  let resolved: ExactString
  /// How other servers name it: those that keep it as it was written, and those of other versions of RubyGems.
  let others: [ExactString]

  /// `nil` if the text is not such a platform, or if a server would make something of it that is none.
  /// - Parameter isObject: Whether it stands in the specification as an object, which RubyGems takes as it is, and not as a string.
  init?(_ written: ExactString, isObject: Bool) {
    guard written.utf8.count <= 64, !ASCII.equalIgnoringCase(written.utf8, Self.current.utf8) else { return nil }
    let readings = GemPlatformReading.allCases.map { $0.resolve(written) }
    guard ([written] + readings).allSatisfy(Self.isPlatform) else { return nil }
    let resolved = isObject ? written : GemPlatformReading.usual.resolve(written)
    self.resolved = resolved
    var others: [ExactString] = []
    for name in [written] + readings where name != resolved && !others.contains(name) { others.append(name) }
    self.others = others
  }

  private static func isPlatform(_ text: ExactString) -> Bool {
    let segments = segments(of: text)
    guard text.utf8.first.map(ASCII.isAlpha) == true, segments.allSatisfy(isSegment) else { return false }
    return segments.indices.allSatisfy { index in
      !isNumber(segments[index]) || index == segments.count - 1 && isSystem(segments[index - 1])
    }
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
    guard let system = ExactString(utf8: ASCII.lowercased(segment)) else { return false }
    return systems.contains(system) || system.text.hasSuffix(testSystem)
  }
}
