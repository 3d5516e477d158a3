import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("A version in a package.json") struct NPMVersionTests {
  @Test(
    "is cleaned as npm does",
    arguments: [
      ("1.0.0", "1.0.0"), ("v1.0.0", "1.0.0"), ("=v1.0.0", "1.0.0"), (" = 1.0.0 ", "1.0.0"), ("1.0.0+build.7", "1.0.0"),
      ("1.0.5rc1", "1.0.5-rc1"), ("01.0.6", "1.0.6"), ("1.00.0", "1.0.0"), ("1.0.0-01", "1.0.0-1"), ("1.0.0-rc.01", "1.0.0-rc.1"),
      ("1.0.0-beta.0+x", "1.0.0-beta.0"), ("1.0.0--1", "1.0.0--1"), ("1.0.0beta-2.3", "1.0.0-beta-2.3"), ("1.0.0-0a", "1.0.0-0a"),
      ("", nil), ("1", nil), ("1.0", nil), ("1.0.0.0", nil), ("1.0.0-", nil), ("1.0.0-a..b", nil), ("1.0.x", nil), ("latest", nil),
      ("1.0.0_1", nil), ("1..0", nil), ("1.0.0-é", nil),
    ] as [(String, String?)])
  func cleaned(written: String, expected: String?) {
    #expect(NPMVersion.cleaned(ExactString(written))?.written == expected.map { ExactString($0) })
  }
}
