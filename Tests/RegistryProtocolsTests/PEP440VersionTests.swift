import StrictParsers
import TestSupport
import Testing

@testable import RegistryProtocols

@Suite("A version of PEP 440") struct PEP440VersionTests {
  @Test(
    "has one canonical spelling",
    arguments: [
      ("1", "1"), ("V1.0", "1.0"), ("00!1.00.010", "1.0.10"), ("2!1", "2!1"), ("1.0alpha", "1.0a0"), ("1.0.Beta-2", "1.0b2"),
      ("1.0_preview_3", "1.0rc3"), ("1.0pre", "1.0rc0"), ("1.0C4", "1.0rc4"), ("1.0a-", "1.0a0"), ("1.0a.", "1.0a0"),
      ("1.0a--1", "1.0a0.post1"),
      ("1.0r1", "1.0.post1"), ("1.0-rev-2", "1.0.post2"), ("1.0.post", "1.0.post0"), ("1.0-007", "1.0.post7"), ("1.0post-", "1.0.post0"),
      ("1.0dev", "1.0.dev0"), ("1.0-Dev_3", "1.0.dev3"), ("1.0a1.post2.dev3+Ab-01_x", "1.0a1.post2.dev3+ab.1.x"), ("1+00", "1+0"),
      ("\t1.0\n", "1.0"), ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
    ] as [(ExactString, ExactString)])
  func canonical(written: ExactString, expected: ExactString) { #expect(PEP440Version(written)?.canonical == expected) }

  @Test(
    "is nothing else",
    arguments: [
      "", " ", "v", "a", "1.", ".1", "1..0", "1.0-", "1.0.", "1.0+", "1.0+a+b", "1.0+-a", "1.0+a..b", "1.0+a_", "1!", "!1", "1!2!3", "1.0x",
      "1.0a1a2", "1.0.post1.post2", "1.0.dev1.post1", "1.0dev1a1", "1 .0", "1.0 a1", "1.-1", "1.0--1", "vv1", "1.0/2", "1.0*", "1.0\0",
      "١.0",
      "1.0+ß", "latest", "-1", "+1",
    ] as [ExactString])
  func refused(written: ExactString) { #expect(PEP440Version(written) == nil) }

  @Test(
    "is equal to another by PEP 440 and keeps its own canonical form",
    arguments: [
      ("1.0", "1.0.0", true), ("1", "1.0.0", true), ("0", "0.0", true), ("1.0a1", "1.0.0alpha1", true), ("1.0", "1.0.1", false),
      ("1.0", "1.0+0", false), ("1.0", "1!1.0", false), ("1.10", "1.1", false),
    ] as [(ExactString, ExactString, Bool)])
  func equality(left: ExactString, right: ExactString, expected: Bool) throws {
    let (left, right) = (try #require(PEP440Version(left)), try #require(PEP440Version(right)))
    #expect((left == right) == expected)
    #expect(!expected || left.hashValue == right.hashValue)
  }

  @Test("is bounded in length") func bounded() {
    #expect(PEP440Version(ExactString("1." + String(repeating: "9", count: 198))) != nil)
    #expect(PEP440Version(ExactString("1." + String(repeating: "9", count: 199))) == nil)
  }

  @Test("is what the packaging library takes it for") func vectors() throws {
    guard let rows = try VectorFile.rows("attacks/versions.jsonl")?.filter({ $0["eco"]?.string == "pypi" }) else { return }
    #expect(rows.count > 90)
    for row in rows {
      let input = try #require(row["input"]?.string)
      let version = PEP440Version(input)
      #expect(version?.canonical == row["canonical"]?.string, "\(input)")
      guard let equal = row["equalTo"]?.string else { continue }
      #expect(version == PEP440Version(equal), "\(input) and \(equal)")
    }
  }
}
