import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("Core metadata") struct CoreMetadataTests {
  @Test(
    "are read as every reader reads them",
    arguments: [
      "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", "Metadata-Version: 2.1\nName: acme\nVersion: 1.0",
      "Metadata-Version: 2.1\r\nName:acme\r\nVersion:  1.0 \t\r\n\r\nText\r\n",
      "Summary: x\n folded\n\tagain\nVersion: 1.0\nMetadata-Version: 2.1\nName: acme\nLicense: a\n        \n        b\n\n",
      "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\nAuthor: J\u{f6}rg\n\nName: evil\nname : evil\u{2028}\r\u{c}Version: 2.0\n",
      "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\nDescription: one\n        two\n        Name: evil\n        \n",
      "Metadata-Version: 2.1\nX-Name: evil\nName-: evil\nName: acme\nVersion: 1.0\n",
    ])
  func read(text: String) throws {
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
      ("+Name : evil\n", .line), ("+Na\u{200b}me: evil\n", .line), ("+Name\n", .line), ("+: x\n", .line), ("+From x\n", .line),
      (" +\n", .line), ("\u{feff}+", .line), ("+Summary: x\rName: evil\n", .lineBoundary), ("+Summary: x\u{b}Name: evil\n", .lineBoundary),
      ("+License: x\u{c}Name: evil\n", .lineBoundary), ("+Summary: x\u{1c}Name: evil\n", .lineBoundary),
      ("+Summary: x\r\r\n", .lineBoundary),
      ("+Summary: x\u{85}Name: evil\n", .lineBoundary), ("+Summary: x\u{2028}Name: evil\n", .lineBoundary),
      ("+Summary: x\u{2029}Name: evil\n", .lineBoundary), ("+Summary: \u{7f}\n", .lineBoundary), ("+\r\nName: evil\n", .lineBoundary),
      ("+Summary: x\r\n\nName: evil\n", .lineBoundary), ("+\nDescription \0\n", .nul),
      ("Metadata-Version: 2.1\nName: acme\n evil\nVersion: 1.0\n", .folded),
      ("Metadata-Version: 2.1\nVersion: 1.0\nName:\n acme\n", .folded),
      ("Summary: x\n  \nMetadata-Version: 2.1\nName: acme\nVersion: 1.0\n", .folded), ("+ \n", .folded),
      ("Metadata-Version: 2.1\nName: ac me\nVersion: 1.0\n", .value), ("Metadata-Version: 2.1\nName:\nVersion: 1.0\n", .value),
      ("Metadata-Version: 2.1\nName: =?utf-8?q?acme?=\nVersion: 1.0\n", .value),
      ("Metadata-Version: 2.1\nName: acme\nVersion: one\n", .value),
      ("Metadata-Version: 2.1\nName: \u{430}cme\nVersion: 1.0\n", .value),
    ] as [(String, CoreMetadataRefusal)])
  func refused(text: String, expected: CoreMetadataRefusal) {
    let text = text.replacing("+", with: "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    #expect(throws: expected) { try CoreMetadata(parsing: Array(text.utf8)) }
  }

  @Test("must be UTF-8 as far as they are fields") func encoding() {
    let fields = Array("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n".utf8)
    #expect(throws: CoreMetadataRefusal.encoding) { try CoreMetadata(parsing: fields + Array("Author: J".utf8) + [0xF6, 0x0A]) }
    #expect(throws: Never.self) { try CoreMetadata(parsing: fields + [0x0A, 0xF6, 0xFF]) }
  }

  @Test("explain each refusal") func explanations() {
    #expect(Set(CoreMetadataRefusal.allCases.map(\.explanation)).count == CoreMetadataRefusal.allCases.count)
  }
}
