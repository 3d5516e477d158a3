import PublisherPolicy
import StrictParsers
import TestSupport
import Testing

@testable import RegistryProtocols

@Suite("An upload of a crate") struct CargoUploadTests {
  @Test("is read in pieces of any length, and framed anew", arguments: [1, 3, 7, 100, .max]) func pieces(length: Int) throws {
    let crate = SampleCrate(json: " {\"name\" : \"acme_widgets\", \"vers\" : \"1.2.3\", \"readme\":\"\\u0041\"}")
    let (upload, file, announcedAt) = try SampleCrate.inspect(crate.body, pieces: length)
    #expect(file == crate.crate)
    #expect(
      upload.target
        == PublishTarget(
          registry: RegistryName("crates"), package: .init(canonical: "acme-widgets"), writtenName: "acme_widgets",
          version: .init(written: "1.2.3", canonical: "1.2.3"),
          file: "acme_widgets-1.2.3.crate"))
    let json = Array("{\"name\":\"acme_widgets\",\"vers\":\"1.2.3\",\"readme\":\"A\"}".utf8)
    #expect(upload.envelope == [CrateFrame.prefix(json.count) + json + CrateFrame.prefix(file.count)])
    #expect(upload.contentType == "application/octet-stream" && upload.segments.count == 2)
    if length < 100 { #expect(try #require(announcedAt) < crate.metadata.count + 4 + length) }
  }

  @Test(
    "is refused where its lengths are not its parts'",
    arguments: [
      ([], "it ends before the length of the metadata does"), ([0, 0], "it ends before the length of the metadata does"),
      ([0, 0, 0, 0], "it has no metadata"), ([100, 0, 0, 0, 0x7B], "it ends before the metadata do"),
    ] as [([UInt8], StaticString)])
  func frames(body: [UInt8], explanation: StaticString) throws {
    #expect(try SampleCrate.refusal(body) == .malformedFrame(MetadataDoubt(explanation)))
  }

  @Test("is refused where its crate is shorter or longer than it says") func crateLengths() throws {
    let sample = SampleCrate()
    let (body, head) = (sample.body, 4 + sample.metadata.count)
    for (changed, explanation) in [
      (Array(body[..<head]), "it ends before the length of the crate does"),
      (Array(body[..<(head + 2)]), "it ends before the length of the crate does"),
      (Array(body[..<head]) + [0, 0, 0, 0], "it has no crate"), (Array(body[..<(head + 4)]), "it ends before the crate does"),
      (Array(body.dropLast()), "it ends before the crate does"), (body + [0], "something stands after the crate"),
      (body + body, "something stands after the crate"),
    ] as [([UInt8], StaticString)] {
      #expect(try SampleCrate.refusal(changed) == .malformedFrame(MetadataDoubt(explanation)))
    }
    #expect(try SampleCrate.refusal([0xFF, 0xFF, 0xFF, 0x7F]) == .formTooLarge)
    #expect(try SampleCrate.refusal([1, 0, 0x10, 0]) == .formTooLarge)
  }

  @Test(
    "is refused where its metadata do not say beyond doubt what it is",
    arguments: [
      ("{}", .missingField("name")), (#"{"name":"a"}"#, .missingField("vers")), (#"{"vers":"1.0.0"}"#, .missingField("name")),
      (#"{"name":1,"vers":"1.0.0"}"#, .malformedField("name")), (#"{"name":"a","vers":null}"#, .malformedField("vers")),
      (#"{"name":"","vers":"1.0.0"}"#, .malformedField("name")), (#"{"name":"foo bar","vers":"1.0.0"}"#, .malformedField("name")),
      (#"{"name":"snow☃","vers":"1.0.0"}"#, .malformedField("name")), (#"{"name":"áccênts","vers":"1.0.0"}"#, .malformedField("name")),
      (#"{"name":"\#(String(repeating: "a", count: 65))","vers":"1.0.0"}"#, .malformedField("name")),
      (#"{"name":"a","vers":"broken"}"#, .malformedField("vers")), (#"{"name":"a","vers":"1.0"}"#, .malformedField("vers")),
      (#"{"name":"a","vers":"1.0.0","Vers":"2.0.0"}"#, .unknownField("Vers")),
      (#"{"name":"a","vers":"1.0.0","NAME":"b"}"#, .unknownField("NAME")), (#"{"name":"a","vers":"1.0.0","verſ":"2"}"#, .unknownField("?")),
      (#"{"name":"a","vers":"1.0.0","name":"b"}"#, .malformedJSON(JSONError(.repeatedName, at: 27))),
      (#"{"name":"a","vers":"1.0.0","n\u0061me":"b"}"#, .malformedJSON(JSONError(.repeatedName, at: 27))),
      (#"{"name":"a","vers":"1.0.0"} x"#, .malformedJSON(JSONError(.trailingBytes, at: 28))),
      ("[]", .malformedJSON(JSONError(.notAnObject, at: 0))), (#"{"name":"a","vers":"1.0.0","cksum":7}"#, .malformedField("cksum")),
      (#"{"name":"acme_widgets","vers":"1.2.3","cksum":"xx"}"#, .malformedField("cksum")),
      (#"{"name":"acme_widgets","vers":"1.2.3","cksum":"00"}"#, .digestMismatch("cksum")),
      (#"{"name":"acme_widgets","vers":"1.2.4"}"#, .metadataPlace), (#"{"name":"acme-widgets","vers":"1.2.3"}"#, .metadataPlace),
      (#"{"name":"acme_widgets","vers":"1.2.3","cksum":null,"future":{"x":[1]}}"#, nil),
    ] as [(String, UploadRefusal?)])
  func metadata(json: String, expected: UploadRefusal?) throws { #expect(try SampleCrate(json: json).refusal == expected) }

  @Test(
    "is refused where its manifest says another name or version, or could be read in two ways",
    arguments: [
      ("[package]\nname = 'other'\nversion = '1.2.3'", .metadataMismatch("name")),
      ("[package]\nname = 'acme-widgets'\nversion = '1.2.3'", .metadataMismatch("name")),
      ("[package]\nname = 'acme_widgets'\nversion = '1.2.4'", .metadataMismatch("version")),
      (
        "[package]\nname = 'acme_widgets'\nversion = '1.2.3'\nname = 'b'",
        .malformedMetadata(MetadataDoubt(TOMLError.Reason.repeatedKey, at: 50))
      ),
      ("[package]\nname = 'acme_widgets'\nversion.workspace = true", .malformedMetadata(MetadataDoubt("their version is not one"))),
      ("[package]\nname = 'acme_widgets'", .malformedMetadata(MetadataDoubt("their version is not one"))),
      ("[package]\nversion = '1.2.3'", .malformedMetadata(MetadataDoubt("their name is not one"))),
      ("[package]\nname = ['acme_widgets']\nversion = '1.2.3'", .malformedMetadata(MetadataDoubt("their name is not one"))),
      ("[dependencies]\n", .malformedMetadata(MetadataDoubt("they have no package"))),
      ("", .malformedMetadata(MetadataDoubt("they have no package"))),
      (
        "[package]\nname = 'acme_widgets'\nversion = '1.2.3'\n[project]\nname = 'b'\nversion = '1.2.3'",
        .malformedMetadata(MetadataDoubt("they have both a package and a project"))
      ),
      (
        "[package]\nname = 'acme_widgets'\nversion = '1.2.3'\n[Package]\nname = 'b'\nversion = '1.2.3'",
        .malformedMetadata(MetadataDoubt("a key in them is spelt as another but for its case"))
      ),
      (
        "[package]\nname = 'acme_widgets'\nversion = '1.2.3'\nNAME = 'b'",
        .malformedMetadata(MetadataDoubt("a key in them is spelt as another but for its case"))
      ),
      ("[project]\nname = 'acme_widgets'\nversion = '1.2.3'", nil),
      ("package = {name = 'acme_widgets', version = ' 1.2.3 '}", .malformedMetadata(MetadataDoubt("their version is not one"))),
      ("package = {name = 'acme_widgets', version = '1.2.3'}", nil), ("package.name = 'acme_widgets'\npackage.version = '1.2.3'", nil),
    ] as [(String, UploadRefusal?)])
  func manifests(manifest: String, expected: UploadRefusal?) throws { #expect(try SampleCrate(manifest: manifest).refusal == expected) }

  @Test(
    "is refused where the manifest as it was written says otherwise",
    arguments: [
      ("[package]\nname = 'other'\nversion = '1.2.3'", .metadataMismatch("name")),
      ("[package]\nname = 'acme_widgets'\nversion = '1.2.4'", .metadataMismatch("version")),
      ("[package]\nname = 1", .metadataMismatch("name")), ("[package]\nname = 'acme_widgets'\nversion = 1", .metadataMismatch("version")),
      ("[package", .malformedMetadata(MetadataDoubt(TOMLError.Reason.unexpectedEnd, at: 8))),
      ("[package]\nname = 'acme_widgets'\nversion.workspace = true", nil),
      ("[package]\nname = 'acme_widgets'\nversion = {workspace = true}\n[workspace.package]\nversion = '7.0.0'", nil),
      ("[package]\nname = 'acme_widgets'\nversion = \" 1.2.3\\n\"", nil), ("\u{FEFF}[package]\r\nname = \"acme_widgets\"\r\n", nil),
      ("[package]\nname = 'acme_widgets'\nName = 'b'\n[Package]", nil), ("cargo-features = []", nil), ("", nil),
    ] as [(String, UploadRefusal?)])
  func originals(original: String, expected: UploadRefusal?) throws { #expect(try SampleCrate(original: original).refusal == expected) }

  @Test(
    "is refused where its manifest is not in its one place",
    arguments: [
      (SampleCrate(folder: "acme-widgets-1.2.3"), .metadataPlace), (SampleCrate(folder: "acme_widgets-1.2.4"), .metadataPlace),
      (SampleCrate(folder: "acme_widgets-1.2.3/x"), .metadataPlace), (SampleCrate(folder: "Acme_widgets-1.2.3"), .metadataPlace),
      (SampleCrate(more: [("acme_widgets-1.2.3/cargo.toml", [])]), .metadataPlace),
      (SampleCrate(more: [("acme_widgets-1.2.3/CARGO.TOML", [])]), .metadataPlace),
      (SampleCrate(more: [("other-1.2.3/Cargo.toml", [])]), .metadataPlace), (SampleCrate(more: [("Cargo.toml", [])]), .metadataPlace),
      (SampleCrate(more: [("acme_widgets-1.2.3/Cargo.toml", Array("x".utf8))]), .malformedArchive(.repeatedMember)),
      // Cargo of 2018 wrote the manifest a second time where its author had left that of an earlier crate.
      (
        SampleCrate(
          original: "[package]\nname = 'acme_widgets'",
          more: [("acme_widgets-1.2.3/Cargo.toml.orig", Array("[package]\nname = 'acme_widgets'".utf8))]),
        nil
      ), (SampleCrate(original: "", more: [("acme_widgets-1.2.3/Cargo.toml.orig", [0x0A])]), .malformedArchive(.repeatedMember)),
      (SampleCrate(more: [("acme_widgets-1.2.3/../x", [])]), .malformedArchive(.tar(.name))),
      (SampleCrate(more: [("/x", [])]), .malformedArchive(.tar(.name))),
      (SampleCrate(more: [("acme_widgets-1.2.3/tests/Cargo.toml", Array("[".utf8)), ("acme_widgets-1.2.3/tests/cargo.toml", [])]), nil),
      (SampleCrate(more: [("acme_widgets-1.2.3/tests/", [])]), nil),
    ] as [(SampleCrate, UploadRefusal?)])
  func places(crate: SampleCrate, expected: UploadRefusal?) throws { #expect(try crate.refusal == expected) }

  @Test("is the one that a file's name and content say") func files() throws {
    let crate = SampleCrate(name: "Acme", version: "1.0.0-rc.1+build.7")
    let target = try sampleCargo().target(ofFile: "Acme-1.0.0-rc.1+build.7.crate", crate.crate, .unlimited)
    #expect(target?.package.canonical == "acme" && target?.version?.written == "1.0.0-rc.1+build.7")
    #expect(target?.version?.canonical == "1.0.0-rc.1" && target?.writtenName == "Acme")
    #expect(throws: UploadRefusal.fileNameMismatch) { try sampleCargo().target(ofFile: "acme-1.0.0.crate", crate.crate, .unlimited) }
    let lying = SampleCrate(folder: "b-1.2.3").crate
    #expect(throws: UploadRefusal.metadataPlace) { try sampleCargo().target(ofFile: "b-1.2.3.crate", lying, .unlimited) }
  }

  @Test("is refused where its manifest or its metadata take more than is read of them") func sizes() throws {
    let comment = "[package]\nname = 'acme_widgets'\nversion = '1.2.3'\n#"
    #expect(try SampleCrate(manifest: comment + String(repeating: "x", count: 1 << 20)).refusal == nil)
    #expect(try SampleCrate(manifest: comment + String(repeating: "x", count: 2 << 20)).refusal == .malformedArchive(.memberTooLarge))
    func json(_ count: Int) -> String { #"{"name":"acme_widgets","vers":"1.2.3","deps":[0\#(String(repeating: ",0", count: count))]}"# }
    #expect(try SampleCrate(json: json(16_000)).refusal == nil)
    #expect(try SampleCrate(json: json(17_000)).refusal?.code == .malformedJSON)
  }

  @Test("has its manifest read for no longer than its budget") func manifestBudget() {
    #expect(throws: UploadRefusal.inspectionTooLong) {
      try CrateManifest(parsing: Array("a = 1".utf8), isOriginal: true, WorkBudget { true })
    }
  }

  @Test("is not inspected for longer than its budget") func budget() {
    #expect(throws: UploadRefusal.inspectionTooLong) {
      try sampleCargo().target(ofFile: "a", SampleCrate().crate, WorkBudget { true })
    }
  }
}
