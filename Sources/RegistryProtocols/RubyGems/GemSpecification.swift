import StrictParsers

/// What the specification in a gem says the gem is: `metadata.gz`, a `Gem::Specification` in YAML.
struct GemSpecification: Hashable, Sendable {
  let name: ExactString
  let version: GemVersion
  /// `nil` for `ruby`, which is any.
  let platform: GemPlatform?

  /// RubyGems writes no other beginning, and puts `--- ` before a text that has another.
  private static let beginning = Array("--- !ruby/object:Gem::Specification".utf8)
  /// The platform that is any.
  private static let ruby: ExactString = "ruby"
  /// What Ruby 1.9 wrote before texts that it took for bytes.
  private static let binary: ExactString = "!binary"
  /// RubyGems takes it out of the text where it ends a line.
  private static let erased = Array(" !!null ".utf8)

  /// Those that some version of RubyGems or of its YAML writers writes.
  private static let tags: Set<ExactString> = [
    "!ruby/object:Gem::Specification", "!ruby/object:Gem::Version", "!ruby/object:Gem::Requirement", "!ruby/object:Gem::Dependency",
    "!ruby/object:Gem::Platform", "!ruby/object:Gem::Version::Requirement", "!ruby/object:YAML::Syck::DefaultKey", "!binary", "!str",
  ]
  /// Every attribute that a version of RubyGems or the schema of RubyGems.org has or had. Ruby makes any other key a variable of the specification, where it could be another name.
  private static let keys: Set<ExactString> = [
    "author", "authors", "autorequire", "bindir", "cert_chain", "date", "default_executable", "dependencies", "description", "email",
    "engine_dependencies", "executables", "extensions", "extensions_fallback", "extra_rdoc_files", "files", "has_rdoc", "homepage",
    "licenses", "metadata", "name", "original_platform",
    "platform", "post_install_message", "rdoc_options", "require_paths", "required_ruby_version", "required_rubygems_version",
    "requirements", "rubyforge_project", "rubygems_version", "signing_key", "source", "specification_version", "summary", "test_files",
    "test_suite_file", "version",
  ]
  /// The others hold what RubyGems 1.4 to 1.8 computed from the first.
  private static let versionKeys: Set<ExactString> = ["version", "hash", "prerelease", "segments"]

  init(parsing bytes: [UInt8], _ budget: WorkBudget) throws(UploadRefusal) {
    guard bytes.starts(with: Self.beginning), Self.endsLine(bytes.dropFirst(Self.beginning.count)) else { throw .gem(.beginning) }
    let bytes = try Self.withoutNull(bytes)
    let root: YAMLNode
    do throws(YAMLError) { root = try StrictYAML.parse(bytes, tags: Self.tags, budget: budget) } catch {
      // RubyGems.org refuses them, too.
      throw error.reason == .anchor || error.reason == .alias ? .gem(.aliases) : UploadRefusal(error, in: GemArchive.metadata, bytes)
    }
    guard let attributes = root.mapping, attributes.entries.allSatisfy({ Self.isKey($0.key, among: Self.keys) }) else {
      throw .gem(.attribute)
    }
    guard attributes["name"]?.tag != Self.binary, attributes["version"]?.mapping?["version"]?.tag != Self.binary else {
      throw .gem(.binary)
    }
    guard let name = attributes["name"]?.string.flatMap({ GemNaming().canonicalName($0) }) else { throw .gem(.name) }
    guard let version = attributes["version"].flatMap(Self.version) else { throw .gem(.version) }
    self.name = name
    self.version = version
    platform = try Self.platform(attributes["platform"])
    guard !GemPlatform.canEnd(name: name) else { throw .gem(.ambiguousName) }
  }

  /// The name of the gem's file: `widgets-1.0.0-x86_64-linux.gem`.
  var fileName: ExactString { fileName(platform?.resolved) }

  /// By what names servers may keep the file instead.
  var otherFileNames: [ExactString] { platform?.others.map { fileName($0) } ?? [] }

  private func fileName(_ platform: ExactString?) -> ExactString {
    ExactString("\(name)-\(version.written)\(platform.map { "-\($0)" } ?? "").gem")
  }

  /// The text as RubyGems reads it: early versions of Psych wrote `key: !!null ` where a value was missing. To other readers that is the same.
  private static func withoutNull(_ bytes: [UInt8]) throws(UploadRefusal) -> [UInt8] {
    guard ByteSearch.contains(erased, in: bytes) else { return bytes }
    var lines: [ArraySlice<UInt8>] = []
    let split = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (number, line) in split.enumerated() {
      guard ByteSearch.contains(erased, in: Array(line)) else {
        lines.append(line)
        continue
      }
      let before = line.dropLast(erased.count)
      let key = before.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }
      guard number < split.count - 1, line.suffix(erased.count).elementsEqual(erased), key.last == UInt8(ascii: ":"), key.count > 1,
        key.dropLast().allSatisfy({ ASCII.isAlpha($0) || $0 == UInt8(ascii: "_") })
      else { throw .gem(.erased) }
      lines.append(before)
    }
    return Array(lines.joined(separator: CollectionOfOne(0x0A)))
  }

  private static func endsLine(_ rest: ArraySlice<UInt8>) -> Bool {
    let behind = rest.drop { $0 == UInt8(ascii: " ") }
    return behind.first == 0x0A || behind.starts(with: [0x0D, 0x0A])
  }

  private static func isKey(_ key: YAMLNode, among known: Set<ExactString>) -> Bool {
    key.tag == nil && key.scalar?.text.map(known.contains) == true
  }

  private static func version(_ node: YAMLNode) -> GemVersion? {
    guard node.tag == "!ruby/object:Gem::Version", let mapping = node.mapping,
      mapping.entries.allSatisfy({ isKey($0.key, among: versionKeys) })
    else { return nil }
    return mapping["version"]?.string.flatMap { GemVersion($0) }
  }

  private static func platform(_ node: YAMLNode?) throws(UploadRefusal) -> GemPlatform? {
    guard let node, !node.isEmpty else { return nil }
    if let text = node.string {
      guard !text.isEmpty, text != ruby else { return nil }
      guard let platform = GemPlatform(text, isObject: false) else { throw .gem(.platform) }
      return platform
    }
    // An object of no parts, or of the one part `ruby`, is still a platform to RubyGems.
    guard node.tag == "!ruby/object:Gem::Platform", let parts = node.mapping.flatMap(parts), !parts.isEmpty, parts != [ruby.text],
      let platform = GemPlatform(ExactString(parts.joined(separator: "-")), isObject: true)
    else { throw .gem(.platform) }
    return platform
  }

  /// What stands in a platform as RubyGems 0.9 wrote it. Its version is a number there as often as a string.
  private static func parts(of platform: YAMLMapping) -> [String]? {
    let names: [ExactString] = ["cpu", "os", "version"]
    guard platform.entries.allSatisfy({ isKey($0.key, among: Set(names)) }) else { return nil }
    var parts: [String] = []
    for name in names {
      guard let node = platform[name], !node.isEmpty else { continue }
      let number = node.tag == nil && name == "version" ? node.scalar?.text : nil
      guard let text = node.string ?? number.flatMap({ isNumber($0) ? $0 : nil }) else { return nil }
      parts.append(text.text)
    }
    return parts
  }

  /// Digits that are themselves once they were read: `060` is 48 to Ruby.
  private static func isNumber(_ text: ExactString) -> Bool {
    text.utf8.allSatisfy(ASCII.isDigit) && text.utf8.first != UInt8(ascii: "0")
  }
}
