import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("Core metadata") struct CoreMetadataTests {
  private static let fields = "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n"

  @Test(
    "are read as every reader reads them",
    arguments: [
      "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", "Metadata-Version: 2.1\nName: acme\nVersion: 1.0",
      "Metadata-Version: 2.1\r\nName:acme\r\nVersion:  1.0 \t\r\n\r\nText\r\n",
      "Summary: x\n folded\n\tagain\nVersion: 1.0\nMetadata-Version: 2.1\nName: acme\nLicense: a\n        \n        b\n\n",
      "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\nAuthor: J\u{f6}rg\n\nName: evil\nname : evil\u{2028}\r\u{c}Version: 2.0\n",
      "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\nDescription: one\n        two\n        Name: evil\n        \n",
      "+License: a\n        \u{c}\n        b\n\n",
      "+License: a\n        x\u{c}y: b\u{b}c\u{1c}d\u{1d}e\u{1e}f\u{85}g\u{2028}h\u{2029}i\rj\u{1a}k\n",
      "+Summary: \u{7}\u{1b}\u{7f}\n", "+Summary: x\r\r\n", "+# Acme\n\nName: evil\n",
      "+# Acme\n## Name\nSee: this\n Version: 2.0\n\nVersion: 2.0\n",
      "+Name\n", "+: x\n", "+From x\n", "+License: x\r\n  y\r\n\nText\n\nName: evil\n", "+Summary: x\u{c}        Version: 2.0\n",
      "Metadata-Version: 2.1\nSummary: x\u{c}Home-page: y\nName: acme\nVersion: 1.0\n",
      "Metadata-Version: 2.1\nSummary: x\u{c} y\nName: acme\nVersion: 1.0\n",
      "Metadata-Version: 2.1\nX-Name: evil\nName-: evil\nName: acme\nVersion: 1.0\n",
    ])
  func read(text: String) throws {
    let text = text.replacing("+", with: Self.fields)
    let metadata = try CoreMetadata(parsing: Array(text.utf8))
    #expect(metadata.name.canonical == "acme" && metadata.version.canonical == "1.0")
  }

  @Test(
    "are refused where two readers could differ",
    arguments: [
      ("", .missing), ("\nMetadata-Version: 2.1\nName: acme\nVersion: 1.0\n", .missing), ("Name: acme\nVersion: 1.0\n", .missing),
      ("Metadata-Version: 2.1\nName: acme\n\nVersion: 1.0\n", .missing), ("Metadata-Version: 2.1\nVersion: 1.0\n", .missing),
      ("+Name: evil\n", .repeated), ("+name: evil\n", .repeated), ("+NAME: acme\n", .repeated), ("+Version: 1.0\n", .repeated),
      ("+metadata-version: 2.1\n", .repeated), ("name: acme\nMetadata-Version: 2.1\nVersion: 1.0\n", .repeated),
      ("+Name : evil\n", .line), ("+Na\u{200b}me: evil\n", .line), ("+# Acme\nname: evil\n", .repeated),
      ("+\u{7}Name: evil\n", .line), ("+\u{1f}Version: 2.0\n", .line), ("Metadata-Version: 2.1\n# Acme\nName: acme\nVersion: 1.0\n", .line),
      ("Metadata-Version: 2.1\nName: acme\nSummary: x\n  Version: 2.0\nVersion: 1.0\n", .folded),
      ("Metadata-Version: 2.1\nName: acme\nSummary: x\n \u{a0}version : 2.0\nVersion: 1.0\n", .folded),
      ("Metadata-Version: 2.1\nSummary: x\u{c}\nName: acme\nVersion: 1.0\n", .lineBoundary),
      ("Metadata-Version: 2.1\nSummary: x\u{c}y\nName: acme\nVersion: 1.0\n", .lineBoundary),
      ("Metadata-Version: 2.1\nSummary: x\u{1a}\nName: acme\nVersion: 1.0\n", .lineBoundary),
      ("Metadata-Version: 2.1\nSummary: x\u{85} Name: evil\nName: acme\nVersion: 1.0\n", .lineBoundary),
      ("Metadata-Version: 2.1\u{c}\nName: acme\nVersion: 1.0\n", .lineBoundary),
      ("Metadata-Version: 2.1\r\n\nName: acme\nVersion: 1.0\n", .lineBoundary),
      (" +\n", .line), ("\u{feff}+", .line), ("+Summary: x\rName: evil\n", .lineBoundary), ("+Summary: x\u{b}Name: evil\n", .lineBoundary),
      ("+License: x\u{c}Name: evil\n", .lineBoundary), ("+Summary: x\u{1c}Name: evil\n", .lineBoundary),
      ("+Summary: x\u{85}Name: evil\n", .lineBoundary), ("+Summary: x\u{2028}Name: evil\n", .lineBoundary),
      ("+Summary: x\u{2029}Name: evil\n", .lineBoundary), ("+\r\nName: evil\n", .repeated),
      ("+Summary: x\r\n\nName: evil\n", .repeated), ("+\nDescription \0\n", .nul),
      ("Metadata-Version: 2.1\nName: acme\n evil\nVersion: 1.0\n", .folded),
      ("Metadata-Version: 2.1\nVersion: 1.0\nName:\n acme\n", .folded),
      ("Summary: x\n  \nMetadata-Version: 2.1\nName: acme\nVersion: 1.0\n", .folded), ("+ \n", .folded),
      ("Metadata-Version: 2.1\nName: ac me\nVersion: 1.0\n", .value), ("Metadata-Version: 2.1\nName:\nVersion: 1.0\n", .value),
      ("Metadata-Version: 2.1\nName: =?utf-8?q?acme?=\nVersion: 1.0\n", .value),
      ("Metadata-Version: 2.1\nName: acme\nVersion: one\n", .value),
      ("Metadata-Version: 2.1\nName: \u{430}cme\nVersion: 1.0\n", .value),
    ] as [(String, CoreMetadataRefusal)])
  func refused(text: String, expected: CoreMetadataRefusal) {
    let text = text.replacing("+", with: Self.fields)
    #expect(throws: expected) { try CoreMetadata(parsing: Array(text.utf8)) }
  }

  @Test("need not be UTF-8 where they say nothing of the artifact") func encoding() {
    let fields = Array(Self.fields.utf8)
    #expect(throws: Never.self) { try CoreMetadata(parsing: fields + Array("Author: J".utf8) + [0xF6, 0x0A]) }
    #expect(throws: CoreMetadataRefusal.lineBoundary) {
      try CoreMetadata(parsing: fields + Array("Author: J".utf8) + [0xF6, 0x85] + Array("Name: evil\n".utf8))
    }
    #expect(throws: CoreMetadataRefusal.line) { try CoreMetadata(parsing: fields + Array("N".utf8) + [0xFF] + Array("ame: evil\n".utf8)) }
    #expect(throws: Never.self) { try CoreMetadata(parsing: fields + [0x0A, 0xF6, 0xFF]) }
  }

  @Test("explain each refusal") func explanations() {
    #expect(Set(CoreMetadataRefusal.allCases.map { "\($0.explanation)" }).count == CoreMetadataRefusal.allCases.count)
  }
}
