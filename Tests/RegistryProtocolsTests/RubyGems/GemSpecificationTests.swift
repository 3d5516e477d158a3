import PublisherPolicy
import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("The specification in a gem") struct GemSpecificationTests {
  private static func gem(_ lines: String) -> SampleGem { SampleGem(metadata: SampleGem.first + lines) }

  @Test(
    "says what the gem is",
    arguments: [
      ("name: acme\n\(SampleGem.version)", "acme-1.2.3.gem"), ("name: acme\n\(SampleGem.version)platform: ruby\n", "acme-1.2.3.gem"),
      ("name: acme\n\(SampleGem.version)platform: \n", "acme-1.2.3.gem"),
      ("name: acme\n\(SampleGem.version)platform: ''\n", "acme-1.2.3.gem"),
      ("name: acme\n\(SampleGem.version)platform: x86_64-linux\n", "acme-1.2.3-x86_64-linux.gem"),
      ("name: acme\n\(SampleGem.version)platform: universal-darwin-10\n", "acme-1.2.3-universal-darwin-10.gem"),
      ("name: acme\n\(SampleGem.version)platform: x86-mswin32-60\n", "acme-1.2.3-x86-mswin32-60.gem"),
      ("name: \"acme\"\n\(SampleGem.version)platform: ! 'java'\n", "acme-1.2.3-java.gem"),
      (
        "name: acme\n\(SampleGem.version)platform: !ruby/object:Gem::Platform \n  cpu: x86\n  os: mswin32\n  version: 60\n",
        "acme-1.2.3-x86-mswin32-60.gem"
      ),
      (
        "name: acme\n\(SampleGem.version)platform: !ruby/object:Gem::Platform \n  cpu: universal\n  os: java\n  version: \n",
        "acme-1.2.3-universal-java.gem"
      ),
      (
        "name: acme\nversion: !ruby/object:Gem::Version \n  hash: 25\n  prerelease: 6\n  segments: \n  - 1\n  - 0\n  - rc\n  version: 1.0.rc\n",
        "acme-1.0.rc.gem"
      ),
      ("name: acme\nversion: !ruby/object:Gem::Version\n  version: '1.0'\n", "acme-1.0.gem"),
      ("autorequire: \nname: Acme_2.x\nversion: !ruby/object:Gem::Version\n  version: \"7\"\n", "Acme_2.x-7.gem"),
      ("name: acme-2-rails\n\(SampleGem.version)", "acme-2-rails-1.2.3.gem"),
      (
        "autorequire: !!null \nname: acme\n\(SampleGem.version)dependencies:\n- version: !!null \n  prerelease: !!null \nemail:\n- x: !!null \n",
        "acme-1.2.3.gem"
      ),
      ("name: acme\n\(SampleGem.version)engine_dependencies: {}\nextensions_fallback: \nsource: \n", "acme-1.2.3.gem"),
      (
        "name: acme\n\(SampleGem.version)dependencies:\n- !ruby/object:Gem::Dependency\n  name: other\n  version: 9\ndescription: |-\n  name: other\n",
        "acme-1.2.3.gem"
      ),
    ] as [(String, ExactString)])
  func reads(lines: String, file: ExactString) throws {
    let found = try Self.gem(lines).specification()
    #expect(found.fileName == file)
    #expect(found.target(in: sampleRegistry).file == file && found.target(in: sampleRegistry).package.canonical == found.name)
  }

  @Test(
    "is refused where readers could find another",
    arguments: [
      ("name: 12\n\(SampleGem.version)", .name), ("name: 1e3\n\(SampleGem.version)", .name), ("name: true\n\(SampleGem.version)", .name),
      ("name: '12'\n\(SampleGem.version)", .name), ("name: \n\(SampleGem.version)", .name), (SampleGem.version, .name),
      ("name: -acme\n\(SampleGem.version)", .name), ("name: acme/x\n\(SampleGem.version)", .name),
      ("name: \"acme\\n\"\n\(SampleGem.version)", .name),
      ("name: \u{430}cme\n\(SampleGem.version)", .name), ("name: >-\n  acme\n\(SampleGem.version)", .name),
      ("name: |-\n  acme\n\(SampleGem.version)", nil), ("name: !binary |-\n  YWNtZQ==\n\(SampleGem.version)", .binary),
      ("name: ac\n  me\n\(SampleGem.version)", .name), ("name: [acme]\n\(SampleGem.version)", .name),
      ("name: !str acme\n\(SampleGem.version)", .name),
      ("name: acme\nversion: 1.2.3\n", .version), ("name: acme\nversion:\n  version: 1.2.3\n", .version), ("name: acme\n", .version),
      ("name: acme\nversion: !ruby/object:Gem::Version\n  version: 1.10\n", .version),
      ("name: acme\nversion: !ruby/object:Gem::Version\n  version: 1\n", .version),
      ("name: acme\nversion: !ruby/object:Gem::Version\n  version: 1.0.0-2\n", .version),
      ("name: acme\nversion: !ruby/object:Gem::Version\n  version: '1.0 '\n", .version),
      ("name: acme\nversion: !ruby/object:Gem::Version\n  version: 2026-11-30\n", .version),
      ("name: acme\nversion: !ruby/object:Gem::Version\n  version: 1.2.3\n  original: 9.9.9\n", .version),
      ("name: acme\nversion: !ruby/object:Gem::Version {version: 1.2.3}\n", nil),
      ("name: acme\nversion: !ruby/object:Gem::Requirement\n  version: 1.2.3\n", .version),
      ("name: acme\n\(SampleGem.version)platform: 1.0.0\n", .platform), ("name: acme\n\(SampleGem.version)platform: 2-linux\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: x86-8\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: x86/linux\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: [x86, linux]\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: true\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: x86-darwin-8-9\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: current\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: CURRENT\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: !ruby/object:Gem::Platform {}\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: !ruby/object:Gem::Platform\n  cpu: ruby\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: !ruby/object:Gem::Platform\n  os: ''\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: !ruby/object:Gem::Platform\n  cpu: x86\n  os: mswin32\n  version: 060\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: javafoo\n", .platform),
      ("name: acme-2-foo_platform\n\(SampleGem.version)", .ambiguousName),
      ("name: acme\n\(SampleGem.version)platform: x86--linux\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: !ruby/object:Gem::Platform\n  os: linux\n  name: other\n", .platform),
      ("name: acme\n\(SampleGem.version)platform: !ruby/object:Gem::Platform\n  cpu: \n", .platform),
      ("name: acme\n\(SampleGem.version)platform: !ruby/object:Gem::Platform\n  os: ruby\n", .platform),
      ("name: acme-1.0-x86-darwin\n\(SampleGem.version)", .ambiguousName), ("name: acme-2-java\n\(SampleGem.version)", .ambiguousName),
      ("name: acme\n\(SampleGem.version)full_name: other-1\n", .attribute), ("name: acme\n\(SampleGem.version)Name: other\n", .attribute),
      ("name: acme\n\(SampleGem.version)!str platform: java\n", .attribute),
      ("name: acme\n\(SampleGem.version)summary: ' !!null '\n", .erased),
      ("name: acme !!null \n\(SampleGem.version)", .erased), ("name: acme\n\(SampleGem.version)summary: !!null x\n", .erased),
      ("name: acme\n\(SampleGem.version)summary:  !!null \n", .erased),
      ("name: acme\n\(SampleGem.version)summary: !!null  !!null \n", .erased),
      ("name: acme\n\(SampleGem.version)summary: !!null \r\n", .erased), ("name: acme\n\(SampleGem.version)summary: !!null ", .erased),
      ("name: !!null \n\(SampleGem.version)", .name),
      ("name: acme\nversion: !ruby/object:Gem::Version\n  version: !binary |-\n    MS4yLjM=\n", .binary),
      (
        "name: acme\n\(SampleGem.version)dependencies:\n- !ruby/object:Gem::Dependency\n  requirement: &id001 !ruby/object:Gem::Requirement\n",
        .aliases
      ),
      ("name: acme\n\(SampleGem.version)summary: *id001\n", .aliases),
    ] as [(String, GemDoubt?)])
  func refuses(lines: String, doubt: GemDoubt?) {
    do {
      _ = try Self.gem(lines).specification()
      #expect(doubt == nil)
    } catch {
      #expect(doubt.map { .gem($0) } == error)
    }
  }

  @Test(
    "begins as RubyGems writes it",
    arguments: [
      "name: acme\n", "---\nname: acme\n", "--- \nname: acme\n", "# c\n--- !ruby/object:Gem::Specification\nname: acme\n",
      "--- !ruby/object:Gem::Specification # c\nname: acme\n", "--- !ruby/object:Gem::Specification2\nname: acme\n",
      "---  !ruby/object:Gem::Specification\nname: acme\n", "--- !ruby/object:Gem::Version\nname: acme\n",
    ])
  func beginning(text: String) {
    #expect(throws: UploadRefusal.gem(.beginning)) { try SampleGem(metadata: text + SampleGem.version).specification() }
  }

  @Test("is YAML of one reading") func yaml() {
    let twice = UploadRefusal.malformedYAML(YAMLError(.repeatedKey, at: 47), MetadataPlace(file: "metadata.gz", key: "name"))
    #expect(throws: twice) { try Self.gem("name: acme\nname: other\n").specification() }
    #expect { try Self.gem("name: acme\n--- \nname: other\n").specification() } throws: {
      ($0 as? UploadRefusal)?.code == .malformedYAML
    }
    #expect { try Self.gem("name: !ruby/object:Kernel acme\n").specification() } throws: { ($0 as? UploadRefusal)?.code == .malformedYAML }
    let spent = WorkBudget { true }
    #expect(throws: UploadRefusal.inspectionTooLong) { try GemSpecification(parsing: Array(SampleGem().metadata.utf8), spent) }
  }

  @Test(
    "has versions that are equal where Gem::Version says so",
    arguments: [
      ("1", "1.0.0"), ("1.0", "1"), ("0", "0.0"), ("1.01", "1.1"), ("1.0.a", "1.a"), ("1.a.0", "1.a"), ("1.0a", "1.0.a"),
      ("1.0.0.pre.1", "1.pre.1"),
      ("1.2.a10", "1.2.a.10"), ("0.0.a", "0.a"),
    ] as [(ExactString, ExactString)])
  func versions(one: ExactString, other: ExactString) {
    #expect(GemNaming().versionKey(one) != nil && GemNaming().versionKey(one) == GemNaming().versionKey(other))
    #expect(GemNaming().canonicalVersion(one) == one)
  }

  @Test(
    "has versions that differ where Gem::Version says so",
    arguments: [("1.1", "1.10"), ("1.a", "1.A"), ("1.0.1", "1.1"), ("1.a.1", "1.a1.1")] as [(ExactString, ExactString)])
  func otherVersions(one: ExactString, other: ExactString) { #expect(GemNaming().versionKey(one) != GemNaming().versionKey(other)) }

  @Test(
    "has names of one spelling",
    arguments: [
      ("acme", true), ("Acme", true), ("acme_x-y.z", true), ("2fa", true), ("a", true), ("", false), ("12", false), ("-a", false),
      (".a", false),
      ("_a", false), ("a b", false), ("a/b", false), ("\u{430}", false), ("a\u{0}", false), ("a*", false),
    ] as [(ExactString, Bool)])
  func names(name: ExactString, isName: Bool) {
    #expect(GemNaming().canonicalName(name) == (isName ? name : nil))
    #expect(!isName || GemNaming().canonicalPattern(name) == name)
  }

  @Test("is matched by patterns of names") func patterns() {
    #expect(GemNaming().canonicalPattern("acme-*") == "acme-*" && GemNaming().canonicalPattern("*") == "*")
    #expect(
      GemNaming().canonicalPattern("acme/*") == nil && GemNaming().canonicalPattern("-*") == nil && GemNaming().canonicalPattern("") == nil)
  }
}
