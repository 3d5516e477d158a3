import PublisherPolicy
import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("A package of NuGet's") struct NuGetArchiveTests {
  private static let metadata = "<metadata><id>A</id><version>1.0</version></metadata>"

  @Test("says by its manifest what it is") func plain() throws {
    let nuspec = try SampleNuGet().nuspec()
    #expect((nuspec.id.written, nuspec.version.written) == ("Acme", "1.2.3"))
    #expect(
      nuspec.target(in: sampleRegistry, .package).file == "acme.1.2.3.nupkg"
        && nuspec.target(in: sampleRegistry, .symbols).file == "acme.1.2.3.snupkg")
  }

  @Test(
    "passes in the shapes that tools gave it",
    arguments: [
      SampleNuGet(links: nil), SampleNuGet(links: SampleNuGet.relationships(to: "acme.NUSPEC")),
      SampleNuGet(links: SampleNuGet.relationships(to: "/Acme%2Enuspec")),
      SampleNuGet(name: "Other name.nuspec", links: SampleNuGet.relationships(to: "/Other%20name.nuspec")),
      SampleNuGet(more: [
        (".signature.p7s", "x"), ("[Content_Types].xml", "x"), ("content/b.nuspec", "x"),
        ("package/services/metadata/core-properties/1.psmdcp", "x"),
      ]),
      SampleNuGet(manifest: "<package>\(metadata)</package>"),
      SampleNuGet(manifest: "<package>\(metadata.replacing("<metadata>", with: "<metadata xmlns='\(SampleNuGet.schema)'>"))</package>"),
      SampleNuGet(
        manifest:
          "<package xmlns:xsi='x'>\(metadata.replacing("<id>", with: "<!-- a --><title>&#65;<![CDATA[<]]></title><id>"))<files/></package>"),
    ])
  func shapes(package: SampleNuGet) throws { _ = try package.nuspec() }

  private static func manifest(_ text: String) -> SampleNuGet { SampleNuGet(manifest: text) }
  private static func within(_ text: String) -> SampleNuGet { manifest("<package><metadata>\(text)</metadata></package>") }

  @Test(
    "is refused where two readers could take it differently",
    arguments: [
      (SampleNuGet(name: "Acme.txt"), .metadataPlace), (SampleNuGet(name: "a/Acme.nuspec"), .metadataPlace),
      (SampleNuGet(more: [("b.nuspec", "x")]), .metadataPlace), (SampleNuGet(more: [("b.NuSpec", "x")]), .metadataPlace),
      (SampleNuGet(more: [("b%2eNuspec", "x")]), .metadataPlace), (SampleNuGet(more: [("_Rels/.rels", "x")]), .metadataPlace),
      (SampleNuGet(links: SampleNuGet.relationships(to: "/b.nuspec")), .nuget(.relationships)),
      (SampleNuGet(links: SampleNuGet.relationships(to: "/Acme.nuspec", more: "TargetMode=\"External\"")), .nuget(.relationships)),
      (SampleNuGet(links: SampleNuGet.relationships(to: "&#47;Acme.nuspec")), .nuget(.relationships)),
      (SampleNuGet(links: "<Relationships/>"), .nuget(.relationships)),
      (
        SampleNuGet(links: SampleNuGet.relationships(to: "/Acme.nuspec").replacing("http://x", with: SampleNuGet.manifestType)),
        .nuget(.relationships)
      ),
      (
        SampleNuGet(links: SampleNuGet.relationships(to: "/Acme.nuspec").replacing("http://x", with: "&#104;ttp")),
        .nuget(.relationships)
      ),
      (SampleNuGet(links: "<"), UploadRefusal(XMLError(.unexpectedEnd, at: 1))),
      (manifest("<packages>\(metadata)</packages>"), .nuget(.root)),
      (manifest("<x:package xmlns:x='y'>\(metadata)</x:package>"), .nuget(.root)),
      (manifest("<package/>"), .nuget(.metadata)), (manifest("<package>\(metadata)\(metadata)</package>"), .nuget(.metadata)),
      (manifest("<package>\(metadata)<Metadata/></package>"), .nuget(.metadata)),
      (manifest("<package xmlns='x'>\(metadata)</package>"), .nuget(.namespace)),
      (
        manifest("<package xmlns='\(SampleNuGet.schema)'>\(metadata.replacing("<metadata>", with: "<metadata xmlns=''>"))</package>"),
        .nuget(.namespace)
      ),
      (within("<version>1</version>"), .nuget(.id)), (within("<id>a</id>"), .nuget(.version)),
      (within("<id>a</id><id>a</id><version>1</version>"), .nuget(.repeatedField)),
      (within("<Id>a</Id><version>1</version>"), .nuget(.repeatedField)),
      (within("<id>a</id><version>1</version><VERSION/>"), .nuget(.repeatedField)),
      (within("<x:id xmlns:x='y'>a</x:id><version>1</version>"), .nuget(.repeatedField)),
      (within("<id xmlns='y'>a</id><version>1</version>"), .nuget(.namespace)),
      (within("<id>&#97;</id><version>1</version>"), .nuget(.id)), (within("<id><![CDATA[a]]></id><version>1</version>"), .nuget(.id)),
      (within("<id a='b'>a</id><version>1</version>"), .nuget(.id)), (within("<id> a</id><version>1</version>"), .nuget(.id)),
      (within("<id>a</id><version>1 </version>"), .nuget(.version)), (within("<id>a.1</id><version>2.0</version>"), .nuget(.ambiguousID)),
      (manifest("<!DOCTYPE a>\(metadata)"), UploadRefusal(XMLError(.documentType, at: 0))),
    ] as [(SampleNuGet, UploadRefusal)])
  func refused(package: SampleNuGet, refusal: UploadRefusal) { #expect(throws: refusal) { try package.nuspec() } }

  @Test("is not read longer than its budget lasts") func budget() {
    #expect(throws: UploadRefusal.inspectionTooLong) { try NuGetArchive.nuspec(in: SampleNuGet().bytes, WorkBudget { true }) }
    #expect(UploadRefusal(XMLError(.budgetSpent, at: 5)) == .inspectionTooLong)
  }
}
