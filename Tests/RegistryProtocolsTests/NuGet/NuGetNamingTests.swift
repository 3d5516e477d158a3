import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("The names of NuGet") struct NuGetNamingTests {
  private let naming = NuGetNaming()

  @Test(
    "are ids in any case",
    arguments: [
      ("Acme", "acme"), ("Acme.Widgets-Core_2", "acme.widgets-core_2"), ("_a", "_a"), ("1", "1"), ("A.1", "a.1"), ("", nil), (".a", nil),
      ("a.", nil), ("a..b", nil),
      ("a.-b", nil), ("a b", nil), ("a/b", nil), ("a+b", nil), ("\u{410}cme", nil), ("a\u{301}", nil), ("\u{FF41}", nil), ("a\n", nil),
      (ExactString(String(repeating: "a", count: 100)), ExactString(String(repeating: "a", count: 100))),
      (ExactString(String(repeating: "a", count: 101)), nil),
    ] as [(ExactString, ExactString?)])
  func ids(written: ExactString, canonical: ExactString?) { #expect(naming.canonicalName(written) == canonical) }

  @Test(
    "match patterns of their characters",
    arguments: [("Acme.*", "acme.*"), ("*", "*"), ("a b*", nil), ("a/*", nil), ("", nil)] as [(ExactString, ExactString?)])
  func patterns(written: ExactString, canonical: ExactString?) { #expect(naming.canonicalPattern(written) == canonical) }

  @Test(
    "have versions that NuGet normalises",
    arguments: [
      ("1", "1.0.0"), ("1.0", "1.0.0"), ("1.0.0", "1.0.0"), ("1.0.0.0", "1.0.0"), ("1.2.3.4", "1.2.3.4"), ("01.002.3", "1.2.3"),
      ("1.0.0.0-Beta", "1.0.0-beta"),
      ("1.0.0-RC.1+Build.5", "1.0.0-rc.1"), ("1.0+a-b", "1.0.0"), ("1.0.0-a-b", "1.0.0-a-b"), ("1.0.0-01", "1.0.0-01"),
      ("2147483647.0", "2147483647.0.0"),
      ("", nil), ("1.2.3.4.5", nil), ("1..2", nil), (".1", nil), ("1.", nil), ("a", nil), ("v1", nil), ("1.0-", nil), ("1.0-a..b", nil),
      ("1.0-a_b", nil), ("1.0+", nil),
      ("1.0 ", nil), ("-1", nil), ("+1", nil), ("1.0.2147483648", nil), ("1.\u{661}", nil), ("1.0-\u{E4}", nil),
      (ExactString("1.0.0-" + String(repeating: "a", count: 58)), ExactString("1.0.0-" + String(repeating: "a", count: 58))),
      (ExactString("1.0-" + String(repeating: "a", count: 59)), nil),
      ("1.2.0-beta.3+Branch.develop.Sha.0123456789abcdef0123456789abcdef01234567", "1.2.0-beta.3"),
      (ExactString("1.0+" + String(repeating: "a", count: 251)), "1.0.0"), (ExactString("1.0+" + String(repeating: "a", count: 252)), nil),
    ] as [(ExactString, ExactString?)])
  func versions(written: ExactString, canonical: ExactString?) { #expect(naming.canonicalVersion(written) == canonical) }

  @Test(
    "have versions that are equal but for zeros",
    arguments: [
      ("1.0-01", "1.0.0-1"), ("1.0-rc.007", "1.0.0-rc.7"), ("1.0-0", "1.0.0-0"), ("1.0-00", "1.0.0-0"), ("1.0-0a", "1.0.0-0a"), ("x", nil),
    ] as [(ExactString, ExactString?)])
  func keys(written: ExactString, key: ExactString?) { #expect(naming.versionKey(written) == key) }
}
