import StrictParsers
import TestSupport
import Testing

@testable import RegistryProtocols

@Suite("A name on a Python index") struct PyPINameTests {
  @Test(
    "has one canonical spelling, or is none",
    arguments: [
      ("a", "a"), ("A", "a"), ("7", "7"), ("Acme.Widgets", "acme-widgets"), ("acme__-._widgets", "acme-widgets"), ("a-1.b_2", "a-1-b-2"),
      ("", nil), ("-a", nil), ("a-", nil), ("_a", nil), ("a.", nil), (".", nil), ("a b", nil), (" a", nil), ("a\n", nil), ("a/b", nil),
      ("a*", nil), ("a+b", nil), ("a!b", nil), ("a\0", nil), ("é", nil), ("\u{212A}elvin", nil), ("a\u{301}", nil),
    ] as [(ExactString, ExactString?)])
  func canonical(written: ExactString, expected: ExactString?) {
    #expect(PyPINaming().canonicalName(written) == expected)
  }

  @Test("is bounded in length") func bounded() {
    #expect(PyPIName(ExactString(String(repeating: "a", count: 200))) != nil)
    #expect(PyPIName(ExactString(String(repeating: "a", count: 201))) == nil)
  }

  @Test(
    "is matched by patterns in canonical spelling",
    arguments: [
      ("acme-*", "acme-*"), ("Acme_*", "acme-*"), ("*", "*"), ("acme.__*-Core", "acme-*-core"), ("*.x", "*-x"), ("acme", "acme"),
      ("", nil), ("-*", nil), ("*-", nil), ("acme/*", nil), ("acme?", nil), ("[a-z]*", nil), ("ácme*", nil),
    ] as [(ExactString, ExactString?)])
  func pattern(written: ExactString, expected: ExactString?) { #expect(PyPINaming().canonicalPattern(written) == expected) }

  @Test("is what the packaging library takes it for, and no look-alike") func vectors() throws {
    guard let rows = try VectorFile.rows("attacks/names.jsonl")?.filter({ $0["eco"]?.string == "pypi" }) else { return }
    #expect(rows.count > 100)
    for row in rows {
      // The first row is the header of the table that it was taken from.
      guard let input = row["input"]?.string, input != "name" else { continue }
      #expect(PyPINaming().canonicalName(input) == row["canonical"]?.string, "\(row["note"]?.string?.text ?? "")")
    }
  }
}
