import StrictParsers
import Testing

@testable import PublisherPolicy

@Suite("A pattern of a tag") struct TagPatternTests {
  private static let version = PublishTarget.Version(written: "1.0.0", canonical: "1")

  @Test(
    "holds the upload's version as it is written or canonical, and nothing else",
    arguments: [
      ("v{version}", "refs/tags/v1.0.0", true), ("v{version}", "refs/tags/v1", true), ("v{version}", "refs/tags/v1.0", false),
      ("v{version}", "refs/tags/1.0.0", false), ("v{version}", "refs/tags/v1.0.0 ", false), ("v{version}", "refs/tags/vv1.0.0", false),
      ("v{version}", "v1.0.0", false), ("v{version}", "refs/heads/v1.0.0", false), ("v{version}", "refs/tags/refs/tags/v1.0.0", false),
      ("v{version}", "refs/tags/V1.0.0", false), ("{version}", "refs/tags/1.0.0", true), ("{version}", "refs/tags/", false),
      ("{version}-final", "refs/tags/1-final", true), ("{version}-final", "refs/tags/1", false), ("a/{version}/b", "refs/tags/a/1/b", true),
      ("a/{version}/b", "refs/tags/a/1/1/b", false), ("v{version}", "refs/tags/v{version}", false),
      ("v{versio}", "refs/tags/v{versio}", true),
      ("v{Version}", "refs/tags/v1", false), ("v1.0.0", "refs/tags/v1.0.0", true), ("v1.0.0", "refs/tags/v1", false),
      ("v*", "refs/tags/v9", true), ("v*", "refs/tags/v/9", false), ("v**", "refs/tags/v/9", true), ("v*", "refs/heads/v9", false),
      ("*", "refs/heads/v9", false), ("**", "refs/tags/a/b", true),
    ] as [(ExactString, ExactString, Bool)])
  func matches(pattern: ExactString, reference: ExactString, expected: Bool) throws {
    let tag = try #require(TagPattern(pattern))
    #expect(tag.matches(reference, version: .known(Self.version)) == expected)
  }

  @Test(
    "without a version matches what some version could make match",
    arguments: [
      ("v{version}", "refs/tags/v1", true), ("v{version}", "refs/tags/v", false), ("v{version}", "refs/tags/x1", false),
      ("{version}-x", "refs/tags/1-x", true), ("{version}-x", "refs/tags/-x", false), ("aa{version}aa", "refs/tags/aaa", false),
      ("v1", "refs/tags/v1", true), ("v1", "refs/tags/v2", false),
    ] as [(ExactString, ExactString, Bool)])
  func open(pattern: ExactString, reference: ExactString, expected: Bool) throws {
    let tag = try #require(TagPattern(pattern))
    #expect(tag.matches(reference, version: .unknown) == expected)
  }

  @Test(
    "has {version} once at most, and no wildcard beside it",
    arguments: [
      ("{version}{version}", nil), ("v{version}-{version}", nil), ("v{version}*", nil), ("*{version}", nil), ("**/{version}", nil),
      ("v{version}", true), ("v*", false), ("{{version}}", true), ("{version", false),
    ] as [(ExactString, Bool?)])
  func shape(pattern: ExactString, namesVersion: Bool?) { #expect(TagPattern(pattern)?.namesVersion == namesVersion) }

  @Test(
    "takes no version for a pattern, and no bytes for what Unicode takes them for",
    arguments: [
      ("refs/tags/vabc", "*", false), ("refs/tags/vabc", "**", false), ("refs/tags/v*", "*", true),
      ("refs/tags/vcafe\u{301}", "caf\u{e9}", false),
      ("refs/tags/v1\u{301}", "1", false), ("refs/tags/v\u{661}", "1", false), ("refs/tags/v{version}", "{version}", true),
    ] as [(ExactString, ExactString, Bool)])
  func hostile(reference: ExactString, version: ExactString, expected: Bool) throws {
    let tag = try #require(TagPattern("v{version}"))
    let known = PublishTarget.Version(written: version, canonical: version)
    #expect(tag.matches(reference, version: .known(known)) == expected)
  }

  /// Of versions of two figures the first is all that tells them apart; what has a letter is none.
  private static let firstFigure: VersionKey = { text in
    text.utf8.allSatisfy { ASCII.isDigit($0) } && text.utf8.count == 2
      ? ExactString(text.utf8.prefix(1).map { String(UnicodeScalar($0)) }.joined()) : nil
  }

  @Test(
    "holds of another spelling of the version where the registry says that it is one, unless the tag is two versions",
    arguments: [
      (["v{version}"], "refs/tags/v17", true), (["v{version}"], "refs/tags/v12", true), (["v{version}"], "refs/tags/v27", false),
      (["v{version}"], "refs/tags/v1", false), (["v{version}"], "refs/tags/v1x", false), (["v{version}"], "refs/heads/v17", false),
      (["v{version}"], "refs/tags/v17-final", false), (["r-{version}-final"], "refs/tags/r-17-final", true),
      (["r-{version}-final"], "refs/tags/r-17-finaL", false), (["r-{version}-final"], "refs/tags/R-17-final", false),
      (["r-{version}-final"], "refs/tags/r-17", false), (["x", "v{version}"], "refs/tags/v17", true),
      // 17 by the one pattern, 21 by the other: neither is sure to be meant.
      (["1{version}", "{version}3"], "refs/tags/123", false), (["1{version}", "{version}7"], "refs/tags/117", true),
      (["2{version}", "{version}2"], "refs/tags/212", false), (["v{version}", "v{version}x"], "refs/tags/v17x", true),
    ] as [([ExactString], ExactString, Bool)])
  func otherSpellings(patterns: [ExactString], reference: ExactString, expected: Bool) throws {
    let tags = TinyArray(try patterns.map { try #require(TagPattern($0)) })
    let version = PublishTarget.Version(written: "12", canonical: "12")
    #expect(tags.match(reference, version: .known(version, key: Self.firstFigure)) == expected)
    #expect(tags.match(reference, version: .unknown) == tags.contains { $0.matches(reference, version: .unknown) })
  }

  @Test("holds of a token only whose reference is a tag's", arguments: SamplePublish.both)
  func tokens(sample: SamplePublish) {
    let tagged = sample.requiring("tag", "v{version}")
    let reference = sample.referenceClaim
    #expect(tagged.verdict == .granted)
    #expect(tagged.setting("ref_type", "branch").verdict == .refused)
    #expect(tagged.setting("ref_type", nil).verdict == .refused)
    #expect(tagged.setting("ref_type", "Tag").verdict == .refused)
    #expect(tagged.setting(reference, "refs/heads/v1.0").verdict == .refused)
    #expect(tagged.setting(reference, "v1.0").verdict == .refused)
    #expect(tagged.setting(reference, "refs/tags/v1.1").verdict == .refused)
    #expect(tagged.requiring("tag", ["x", "v{version}"]).verdict == .granted)
    #expect(tagged.requiring("tag", ["x", "y{version}"]).verdict == .refused)
    #expect(tagged.with { $0.version = .init(written: "1.0.0", canonical: "1.0") }.verdict == .granted)
    #expect(tagged.with { $0.version = .init(written: "1.0.0", canonical: "1") }.verdict == .refused)
  }

  @Test("that names the version never holds of an upload without one", arguments: SamplePublish.both)
  func noVersion(sample: SamplePublish) {
    let unversioned = sample.with { $0.version = nil }
    #expect(unversioned.requiring("tag", "v{version}").verdict == .refused)
    #expect(unversioned.requiring("tag", "v1.0").verdict == .granted)
  }
}
