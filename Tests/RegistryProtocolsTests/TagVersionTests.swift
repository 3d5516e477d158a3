import StrictParsers
import TestSupport
import Testing

@testable import PublisherPolicy
@testable import RegistryProtocols

/// A tag's name need not spell the version as the upload does: which spellings are one version is the ecosystem's to say.
@Suite("A tag that names the version of an upload to an index") struct TagVersionTests {
  private static func holds(_ patterns: [ExactString], _ tag: String, _ written: ExactString, _ naming: any PackageNaming) throws -> Bool {
    let tags = TinyArray(try patterns.map { try #require(TagPattern($0)) })
    let version = PublishTarget.Version(written: written, canonical: try #require(naming.canonicalVersion(written)))
    return tags.match(ExactString("refs/tags/\(tag)"), version: .known(version) { naming.versionKey($0) })
  }

  @Test(
    "is compared by PEP 440",
    arguments: [
      ("v{version}", "v1.0.0-rc.1", "1.0.0rc1", true), ("v{version}", "v1.0.0rc1", "1.0.0-RC.1", true),
      ("v{version}", "v2024.01.05", "2024.1.5", true), ("v{version}", "v1.0", "1.0.0", true), ("v{version}", "v1.0.0", "1", true),
      ("v{version}", "v1.0.0-alpha.2", "1.0.0a2", true), ("v{version}", "v1.0-1", "1.0.post1", true),
      ("v{version}", "v1.0+Build.7", "1.0+build.7", true), ("v{version}", "v0!1.0", "1.0", true), ("{version}", "1.0.dev0", "1.0dev", true),
      ("release-{version}-final", "release-1.0-final", "1.0.0", true), ("v{version}", "v1.0.0", "1.0.0", true),
      // Another version, or none.
      ("v{version}", "v1.0.1", "1.0", false), ("v{version}", "v1.0rc1", "1.0", false), ("v{version}", "v1.0.0-rc.2", "1.0.0rc1", false),
      ("v{version}", "v1.0+a", "1.0", false), ("v{version}", "v1!1.0", "1.0", false), ("v{version}", "v1.0-final", "1.0", false),
      ("v{version}", "v", "1.0", false), ("v{version}", "v2024.1.50", "2024.1.5", false),
      // What stands around the placeholder is compared as it is.
      ("release-{version}-final", "release-1.0-Final", "1.0.0", false), ("release-{version}-final", "release-1.0", "1.0.0", false),
      ("release-{version}-final", "release--1.0-final", "1.0.0", false), ("v{version}", "V1.0", "1.0.0", false),
      ("v{version}", "vv1.0", "1.0.0", false), ("{version}", "v1.0", "1.0", false), ("v{version}", "v 1.0", "1.0.0", false),
      ("v{version}", "v1.0 ", "1.0.0", false), ("v{version}", "v1.0/1", "1.0", false),
      // As it is written, as ever.
      ("{version}", "v1.0", "v1.0", true), ("v{version}", "vv1.0", "v1.0", true),
    ] as [(ExactString, String, ExactString, Bool)])
  func index(pattern: ExactString, tag: String, version: ExactString, expected: Bool) throws {
    #expect(try Self.holds([pattern], tag, version, PyPINaming()) == expected)
  }

  @Test(
    "is refused where it is one version by one pattern and another by the next",
    arguments: [
      (["v{version}", "v{version}-1"], "v1.0-1", "1.0", false), (["v{version}", "v{version}-1"], "v1.0-1", "1.0.post1", false),
      (["v{version}", "v{version}-1"], "v1.0", "1.0.0", true), (["v{version}", "{version}"], "v1.0", "1.0.0", true),
      (["v{version}", "v{version}.0"], "v1.0", "1.0", true), (["v{version}", "v1{version}"], "v11.0", "1.0", false),
      (["v*", "v{version}"], "v9", "1.0", true), (["{version}", "v2-{version}"], "v2-1", "1", false),
      (["{version}", "v2-{version}"], "v2-1", "v2-1", false), (["{version}", "v{version}"], "v1.0", "v1.0", true),
      (["{version}", "release-{version}"], "release-1.0", "1.0", true),
    ] as [([ExactString], String, ExactString, Bool)])
  func readings(patterns: [ExactString], tag: String, version: ExactString, expected: Bool) throws {
    #expect(try Self.holds(patterns, tag, version, PyPINaming()) == expected)
  }

  @Test(
    "of files at paths is compared as it is written",
    arguments: [("1.0", "1.0", true), ("1.0", "1.0.0", false), ("1.0.0-rc.1", "1.0.0rc1", false)] as [(String, ExactString, Bool)])
  func generic(tag: String, version: ExactString, expected: Bool) throws {
    #expect(try Self.holds(["v{version}"], "v\(tag)", version, GenericNaming()) == expected)
  }

  @Test(
    "of files at paths is refused if it is two versions by two patterns",
    arguments: [
      ("v1.0-1", "1.0-1", false), ("v1.0-1", "1.0", false), ("v1.0", "1.0", true), ("release-2.0", "2.0", true),
    ] as [(String, ExactString, Bool)])
  func genericReadings(tag: String, version: ExactString, expected: Bool) throws {
    #expect(try Self.holds(["v{version}", "v{version}-1", "release-{version}"], tag, version, GenericNaming()) == expected)
  }

  @Test("names a version that is equal to the upload's, and no other") func property() throws {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    func spelling(_ numbers: [Int]) -> String {
      var text = numbers[0] == 1 ? "1!" : ["", "0!"].randomElement(using: &random) ?? ""
      text += String(repeating: "0", count: Int.random(in: 0...1, using: &random)) + "\(numbers[1])"
      text += numbers[2] > 0 ? ".\(numbers[2])" : ["", ".0", ".00"].randomElement(using: &random) ?? ""
      guard numbers[3] > 0 else { return text }
      text += ["", ".", "-", "_"].randomElement(using: &random) ?? ""
      text += ["rc", "c", "RC", "pre", "preview"].randomElement(using: &random) ?? ""
      return text + (["", ".", "-", "_"].randomElement(using: &random) ?? "") + "\(numbers[3])"
    }
    var equal = 0
    for _ in 0..<3000 {
      let tag = (0..<4).map { _ in Int.random(in: 0...2, using: &random) }
      let upload = Bool.random(using: &random) ? tag : (0..<4).map { _ in Int.random(in: 0...2, using: &random) }
      let (named, written) = (spelling(tag), ExactString(spelling(upload)))
      let isEqual = try #require(PEP440Version(ExactString(named))) == #require(PEP440Version(written))
      #expect(try Self.holds(["r-{version}"], "r-\(named)", written, PyPINaming()) == isEqual, "seed \(seed): \(named) and \(written)")
      if isEqual { equal += 1 }
    }
    #expect(equal > 1000)
  }
}
