import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("Names of npm packages") struct NPMNamingTests {
  @Test(
    "have one spelling each",
    arguments: [
      ("a", "a"), ("JSONStream", "jsonstream"), ("a.b_c-d~e", "a.b_c-d~e"), ("@Acme/Widgets", "@acme/widgets"), ("_a", "_a"), ("3d", "3d"),
      ("@a/_b", "@a/_b"),
      (String(repeating: "a", count: 214), String(repeating: "a", count: 214)), ("", nil), (".a", nil), ("-", nil), ("@a", nil),
      ("@/a", nil), ("@a/", nil),
      ("@a/b/c", nil), ("a/b", nil), ("@a/.b", nil), ("a b", nil), ("a%2fb", nil), ("a@1", nil), ("ä", nil), ("\u{212A}", nil),
      ("a\u{0}", nil), ("*", nil),
      ("a:b", nil), (String(repeating: "a", count: 215), nil),
    ] as [(String, String?)])
  func names(written: String, canonical: String?) {
    #expect(NPMNaming().canonicalName(ExactString(written)) == canonical.map { ExactString($0) })
  }

  @Test(
    "are matched by patterns",
    arguments: [
      ("Acme-*", "acme-*"), ("@acme/*", "@acme/*"), ("@*/*", "@*/*"), ("*", "*"), ("**", "**"), ("", nil), ("a b*", nil),
      ("@acme/*/*", nil),
    ]
      as [(String, String?)])
  func patterns(written: String, canonical: String?) {
    #expect(NPMNaming().canonicalPattern(ExactString(written)) == canonical.map { ExactString($0) })
  }

  @Test("are one segment of a path", arguments: [("a", "a", "a"), ("@a/b", "@a%2fb", "b")] as [(ExactString, ExactString, ExactString)])
  func segments(written: ExactString, segment: ExactString, unscoped: ExactString) throws {
    let name = try #require(NPMName(written))
    #expect(name.segment == segment && name.unscoped == unscoped)
  }
}
