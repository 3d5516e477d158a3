import PublisherPolicy
import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("The index of a registry of crates") struct CargoIndexTests {
  private static let links = LinkRewrite(
    upstreamOrigin: "http://registry:8000", upstreamPath: "/base", publicOrigin: "https://upload.example.com", publicPath: "/cargo")

  @Test(
    "leads uploads and downloads through the gateway",
    arguments: [
      (
        #"{"dl":"http://registry:8000/base/dl","api":"http://registry:8000/base"}"#,
        #"{"dl":"https://upload.example.com/cargo/dl","api":"https://upload.example.com/cargo"}"#
      ),
      (
        #"{"api":"https://crates.example.com/","dl":"https://crates.example.com/api/v1/crates/{crate}/{version}/download"}"#,
        #"{"api":"https://upload.example.com/cargo","dl":"https://upload.example.com/cargo/api/v1/crates/{crate}/{version}/download"}"#
      ),
      (
        #"{"dl":"https://static.example.com/x","api":"http://registry:8000/base"}"#,
        #"{"dl":"https://static.example.com/x","api":"https://upload.example.com/cargo"}"#
      ),
      (
        #"{"dl":"https://static.example.com/x","api":"http://registry:8000/base","auth-required":true}"#,
        #"{"dl":"https://upload.example.com/cargo/api/v1/crates","api":"https://upload.example.com/cargo","auth-required":true}"#
      ),
      (
        #"{"dl":"https://crates.example.com.evil.example/","api":"https://crates.example.com","auth-required":false,"more":[1]}"#,
        #"{"dl":"https://crates.example.com.evil.example/","api":"https://upload.example.com/cargo","auth-required":false,"more":[1]}"#
      ),
      (
        #"{"dl":"https://crates.example.com","api":"https://crates.example.com/"}"#,
        #"{"dl":"https://upload.example.com/cargo","api":"https://upload.example.com/cargo"}"#
      ),
      (#"{"dl":"https://static.example.com/x","api":null}"#, #"{"dl":"https://static.example.com/x","api":null}"#),
      (#"{"dl":"x","dl":"y"}"#, nil), ("<html>", nil), ("[]", nil), ("", nil),
    ] as [(String, String?)])
  func configuration(document: String, expected: String?) {
    let written = CargoConfiguration.rewrite.rewrite(.init(mediaType: "", body: Array(document.utf8)), Self.links)
    #expect(written.map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  @Test("is rewritten whatever its media type is", arguments: ["", "text/plain", "application/json; charset=utf-8", "\u{FF}"])
  func mediaTypes(type: String) { #expect(CargoConfiguration.rewrite.mediaType(type.utf8) != nil) }

  private static func target(_ name: String, _ version: String = "1.0.0") -> PublishTarget? {
    guard let name = CrateName(ExactString(name)), let version = SemanticVersion(ExactString(version)) else { return nil }
    return CrateRelease(name: name, version: version).target(in: RegistryName("crates"))
  }

  @Test("is asked in each of its places, for each spelling") func paths() throws {
    let target = try #require(Self.target("Acme_widgets-x"))
    let asked = try request("PUT", "/api/v1/crates/new", [("Content-Length", "0")])
    #expect(
      try sampleCargo(index: "/index/").probes(.package, target, for: asked).map(\.path) == [
        "/index/ac/me/acme_widgets-x", "/index/ac/me/acme-widgets-x", "/index/ac/me/acme_widgets_x",
      ])
    #expect(
      try sampleCargo().probes(.package, #require(Self.target("abc")), for: asked).map(\.path) == [
        "/3/a/abc", "/api/v1/crates/3/a/abc", "/index/3/a/abc",
      ])
    for (name, path) in [("a", "/1/a"), ("ab", "/2/ab"), ("abcd", "/ab/cd/abcd")] {
      #expect(try sampleCargo(index: "/").probes(.file, #require(Self.target(name)), for: asked).map(\.path) == [ExactString(path)])
    }
  }

  @Test(
    "says what the registry has",
    arguments: [
      (200, #"{"name":"acme","vers":"0.9.0"}"# + "\n" + #"{"name":"acme","vers":"1.0.0"}"#, .exists, .exists),
      (200, #"{"name":"ACME","vers":"0.9.0"}"# + "\n", .existsAs("ACME"), .absent), (200, "", .absent, .absent),
      (200, #"{"name":"Acme","vers":"1.0.0"}"#, .existsAs("Acme"), .existsAs("Acme")),
      (200, #"{"name":"Acme","vers":"1.0.0"}"# + "\n" + #"{"name":"acme","vers":"0.1.0"}"#, .exists, .existsAs("Acme")),
      // To cargo they are one version.
      (200, #"{"name":"acme","vers":"1.0.0+other"}"#, .exists, .exists), (200, #"{"name":"acme","vers":"1.0.0-x+y"}"#, .exists, .absent),
      (200, #"{"name":"acme","vers":"no version"}"#, .exists, .absent),
      (200, "<html>acme 1.0.0</html>", .absent, .absent),
      (200, #"{"name":"other","vers":"1.0.0"}"#, .absent, .absent), (404, "", .absent, .absent), (410, "", .absent, .absent),
      (401, "", .unknown, .unknown), (403, "", .unknown, .unknown), (500, "", .unknown, .unknown), (302, "", .unknown, .unknown),
    ] as [(Int, String, Existence, Existence)])
  func existence(status: Int, body: String, package: Existence, file: Existence) throws {
    for version in ["1.0.0", "1.0.0+evil"] { try existence(of: version, status, body, package, file) }
  }

  private func existence(of version: String, _ status: Int, _ body: String, _ package: Existence, _ file: Existence) throws {
    let target = try #require(Self.target("acme", version))
    let answer = ExistenceProbe.Answer(status: status, location: nil, authority: "registry", body: Array(body.utf8))
    for (subject, expected) in [(ExistenceProbe.Subject.package, package), (.file, file)] {
      let found = CargoIndex.probes(subject, target, in: [""]).map { $0.meaning(answer) }
      #expect(found == [expected])
    }
  }

  @Test(
    "is below the registry's URL",
    arguments: [
      ("/index", "/index/1/a"), ("/", "/1/a"), ("http://registry:8000/base", "/1/a"),
      ("sparse+http://registry:8000/base/index/", "/index/1/a"),
    ] as [(String, ExactString)])
  func places(index: String, path: ExactString) throws {
    let asked = try request("PUT", "/api/v1/crates/new", [("Content-Length", "0")])
    #expect(try sampleCargo(index: index).probes(.package, #require(Self.target("a")), for: asked).map(\.path) == [path])
  }

  @Test(
    "is nowhere else",
    arguments: [
      "index", "http://registry/index/", "http://registry:8000/based", "http://registry:8000/base/../x", "http://other:8000/base/", "/a//b",
      "/a/../b", "/a?b", "",
    ])
  func misplaced(index: String) {
    #expect(throws: OptionProblem.self) { try sampleCargo(index: index) }
  }
}
