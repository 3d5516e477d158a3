import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("Names and versions of crates") struct CargoNamingTests {
  @Test(
    "have one spelling each",
    arguments: [
      ("a", "a"), ("Acme_Widgets", "acme-widgets"), ("a--b__c", "a--b--c"), ("_a", "-a"), ("3d", "3d"), ("a-", "a-"),
      ("compiler_rt", "compiler-rt"),
      (String(repeating: "a", count: 64), String(repeating: "a", count: 64)), ("", nil), ("-a", nil), ("a b", nil), ("a.b", nil),
      ("a/b", nil),
      ("a:b", nil), ("ä", nil), ("а", nil), ("a\u{0}", nil), ("a\n", nil), ("\u{212A}", nil), (String(repeating: "a", count: 65), nil),
      ("*", nil),
    ] as [(String, String?)])
  func names(written: String, canonical: String?) {
    #expect(CargoNaming().canonicalName(ExactString(written)) == canonical.map { ExactString($0) })
  }

  @Test(
    "are matched by patterns",
    arguments: [("Acme_*", "acme-*"), ("*", "*"), ("**", "**"), ("", nil), ("-*", nil), ("a.*", nil)] as [(String, String?)])
  func patterns(written: String, canonical: String?) {
    #expect(CargoNaming().canonicalPattern(ExactString(written)) == canonical.map { ExactString($0) })
  }

  @Test(
    "are SemVer's",
    arguments: [
      "0.0.0", "1.2.3", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-0.3.7", "1.0.0-x-y-z.--", "1.0.0+001", "1.0.0-beta+exp.sha.5114f85",
      "1.0.0-0a",
      "18446744073709551615.0.0",
      "1.0.0+x-y",
    ])
  func versions(written: String) {
    let identity = ExactString(String(written.prefix { $0 != "+" }))
    #expect(CargoNaming().canonicalVersion(ExactString(written)) == identity)
    #expect(NPMNaming().canonicalVersion(ExactString(written)) == identity)
  }

  @Test(
    "are nothing else",
    arguments: [
      "", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "v1.0.0", " 1.0.0", "1.0.0 ", "1.0.0-", "1.0.0+", "1.0.0-01", "1.0.0-a..b",
      "1.0.0+a..b", "1.0.0-é",
      "1.0.0+a+b", "18446744073709551616.0.0", "1.0.x", "-1.0.0", "+1.0.0", "1.0.0-a_b", "1.0.0/2",
      "1.0.0+" + String(repeating: "a", count: 256),
    ])
  func others(written: String) { #expect(CargoNaming().canonicalVersion(ExactString(written)) == nil) }
}
