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
      try nuspec.target(in: sampleRegistry, .package).file == "acme.1.2.3.nupkg"
        && SampleNuGet.symbols().nuspec().target(in: sampleRegistry, .symbols).file == "acme.1.2.3.snupkg")
  }

  @Test(
    "passes in the shapes that tools gave it",
    arguments: [
      SampleNuGet(links: nil), SampleNuGet(links: SampleNuGet.relationships(to: "acme.NUSPEC")),
      SampleNuGet(links: SampleNuGet.relationships(to: "/Acme%2Enuspec")),
      SampleNuGet(links: SampleNuGet.relationships(to: "/Acme.nuspec", more: "TargetMode=\"Internal\"")),
      SampleNuGet(name: "Other name.nuspec", links: SampleNuGet.relationships(to: "/Other%20name.nuspec")),
      SampleNuGet(more: [
        (".signature.p7s", "x"), ("[Content_Types].xml", "x"), ("content/b.nuspec", "x"), ("content/a%2Fb%2Enuspec", "x"),
        ("content/[0].pieces", "x"), ("content/[a].piece", "x"), ("[0].piece", "x"),
        ("package/services/metadata/core-properties/1.psmdcp", "x"),
      ]),
      SampleNuGet(manifest: "<package>\(metadata)</package>"),
      SampleNuGet(manifest: "<package>\(metadata.replacing("<metadata>", with: "<metadata xmlns='\(SampleNuGet.schema)'>"))</package>"),
      SampleNuGet(
        manifest:
          "<package xmlns:xsi='x'>\(metadata.replacing("<id>", with: "<!-- a --><title>&#65;<![CDATA[<]]></title><id>"))<files/></package>"),
      SampleNuGet(manifest: "<?xml-stylesheet href='a'?><package>\(metadata.replacing("1.0", with: "\n\t 1.0 \n"))<?b?></package>"),
      SampleNuGet(manifest: "<package>\(metadata)<x><dependency id='b' version='1'/></x></package>"),
      SampleNuGet(manifest: SampleNuGet.text("Acme.140", "1.0.6")),
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
      (SampleNuGet(more: [("b%2Fc.nuspec", "x")]), .metadataPlace), (SampleNuGet(more: [("b%5Cc.nuspec", "x")]), .metadataPlace),
      (SampleNuGet(more: [("b%5Cc%2Enuspec", "x")]), .metadataPlace),
      (SampleNuGet(more: [("b%D8%80.nuspec", "x")]), .metadataPlace), (SampleNuGet(more: [("b\u{600}.nuspec", "x")]), .metadataPlace),
      (SampleNuGet(more: [("b.nuspec\u{301}", "x"), ("c\u{600}.nuspec", "x")]), .metadataPlace),
      (SampleNuGet(name: "a/\u{301}.nuspec"), .metadataPlace), (SampleNuGet(name: "Acme%5Cx.nuspec"), .nuget(.manifestName)),
      (SampleNuGet(name: "Acme%20x.nuspec"), .nuget(.manifestName)), (SampleNuGet(name: "Acme%2Enuspec"), .nuget(.manifestName)),
      (SampleNuGet(name: "Acm\u{E9}.nuspec"), .nuget(.manifestName)),
      (SampleNuGet(first: [("tools/b.nuspec", "x")]), .nuget(.manifestOrder)),
      (SampleNuGet(first: [("tools/b.NUSPEC", "x")]), .nuget(.manifestOrder)),
      (SampleNuGet(first: [("tools/b%2Enuspec", "x")]), .nuget(.manifestOrder)),
      (SampleNuGet(more: [("_rels/.rels/[0].last.piece", "x")]), .malformedArchive(.fileAndFolder)),
      (SampleNuGet(links: nil, more: [("_rels/.rels/[0].last.piece", "x")]), .nuget(.pieces)),
      (SampleNuGet(links: nil, more: [("_Rels/%2Erels/x", "x")]), .nuget(.pieces)),
      (SampleNuGet(more: [("lib/a/[0].piece", "x")]), .nuget(.pieces)), (SampleNuGet(more: [("b/[12].LAST.piece", "x")]), .nuget(.pieces)),
      (SampleNuGet(links: SampleNuGet.relationships(to: "/b.nuspec")), .nuget(.relationships)),
      (SampleNuGet(links: SampleNuGet.relationships(to: "//Acme.nuspec")), .nuget(.relationships)),
      (SampleNuGet(links: SampleNuGet.relationships(to: "/Acme.nuspec", more: "xml:base='/a/'")), .nuget(.relationships)),
      (
        SampleNuGet(links: SampleNuGet.relationships(to: "/Acme.nuspec").replacing("<Relationships", with: "<Relationships a='b'")),
        .nuget(.relationships)
      ),
      (
        SampleNuGet(links: SampleNuGet.relationships(to: "/Acme.nuspec").replacing("Relationships", with: "Related")),
        .nuget(.relationships)
      ),
      (
        SampleNuGet(links: SampleNuGet.relationships(to: "/Acme.nuspec").replacing("2006/relationships\"", with: "2006/related\"")),
        .nuget(.relationships)
      ),
      (
        SampleNuGet(
          links: SampleNuGet.relationships(to: "/Acme.nuspec").replacing(
            "</Relationships>", with: "<x:w xmlns:x='y'><Relationship Id='a' Type='b' Target='c'/></x:w></Relationships>")),
        .nuget(.relationships)
      ),
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
      (manifest("<package>\(metadata)<files><package/></files></package>"), .nuget(.root)),
      (manifest("<package>\(metadata)<files><x:METADATA xmlns:x='y'/></files></package>"), .nuget(.metadata)),
      (within("<id>a</id><version>1</version><dependencies><id>b</id></dependencies>"), .nuget(.repeatedField)),
      (within("<id>a</id><version>1</version><dependencies><Version>2</Version></dependencies>"), .nuget(.repeatedField)),
      (within("<id>a</id><version>1</version><packageTypes/><packageTypes/>"), .nuget(.packageTypes)),
      (within("<id>a</id><version>1</version><PackageTypes/>"), .nuget(.packageTypes)),
      (within("<id>a</id><version>1</version><x:packageTypes xmlns:x='y'/>"), .nuget(.packageTypes)),
      (within("<id>a</id><version>1</version><packageTypes><packagetype name='b'/></packageTypes>"), .nuget(.packageTypes)),
      (within("<id>a</id><version>1</version><packageTypes><packageType/></packageTypes>"), .nuget(.packageTypes)),
      (within("<id>a</id><version>1</version><packageTypes><packageType Name='b'/></packageTypes>"), .nuget(.packageTypes)),
      (within("<id>a</id><version>1</version><packageTypes><packageType name='&#83;'/></packageTypes>"), .nuget(.packageTypes)),
      (within("<id xmlns='y'>a</id><version>1</version>"), .nuget(.namespace)),
      (within("<id>&#97;</id><version>1</version>"), .nuget(.id)), (within("<id><![CDATA[a]]></id><version>1</version>"), .nuget(.id)),
      (within("<id a='b'>a</id><version>1</version>"), .nuget(.id)), (within("<id> a</id><version>1</version>"), .nuget(.id)),
      (within("<id>a</id><version>1 0</version>"), .nuget(.version)), (within("<id>a</id><version> </version>"), .nuget(.version)),
      (manifest("<!DOCTYPE a>\(metadata)"), UploadRefusal(XMLError(.documentType, at: 0))),
    ] as [(SampleNuGet, UploadRefusal)])
  func refused(package: SampleNuGet, refusal: UploadRefusal) { #expect(throws: refusal) { try package.nuspec() } }

  @Test(
    "is of one kind by its types",
    arguments: [
      ("", true, false), ("<packageTypes/>", true, false),
      ("<packageTypes><packageType name='DotnetTool'/><packageType name='Template' version='1.0'/></packageTypes>", true, false),
      ("<packageTypes><packageType name='SymbolsPackage'/></packageTypes>", false, true),
      ("<packageTypes><packageType name='symbolspackage'/></packageTypes>", false, false),
      ("<packageTypes><packageType name=' SymbolsPackage'/></packageTypes>", false, false),
      ("<packageTypes><packageType name='SymbolsPackage'/><packageType name='Template'/></packageTypes>", false, false),
    ])
  func kinds(types: String, isPackage: Bool, isSymbols: Bool) throws {
    let nuspec = try SampleNuGet.symbols(types).nuspec()
    for (kind, isOfKind) in [(NuGetPackageKind.package, isPackage), (.symbols, isSymbols)] {
      if isOfKind {
        _ = try nuspec.target(in: sampleRegistry, kind)
      } else {
        #expect(throws: UploadRefusal.metadataMismatch("packageType")) { try nuspec.target(in: sampleRegistry, kind) }
      }
    }
  }

  @Test("is not read longer than its budget lasts") func budget() {
    #expect(throws: UploadRefusal.inspectionTooLong) { try NuGetArchive.nuspec(in: SampleNuGet().bytes, WorkBudget { true }) }
    #expect(UploadRefusal(XMLError(.budgetSpent, at: 5)) == .inspectionTooLong)
  }
}
