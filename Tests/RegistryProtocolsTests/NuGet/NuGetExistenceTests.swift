import PublisherPolicy
import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("A registry of NuGet's that is asked what it has") struct NuGetExistenceTests {
  private static let flat = "/v3/package/acme/index.json"
  private static func index(_ url: String) -> String { #"{"resources":[{"@id":"\#(url)","@type":"PackageBaseAddress/3.0.0"}]}"# }
  private static func list(_ versions: String...) -> String { #"{"versions":[\#(versions.map { "\"\($0)\"" }.joined(separator: ","))]}"# }
  private static func feed(_ content: String) -> String {
    "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:m='urn:m' xmlns:d='urn:d'>\(content)</feed>"
  }
  private static func entry(_ version: String) -> String { "<entry><m:properties><d:Version>\(version)</d:Version></m:properties></entry>" }
  private static func query(_ place: String, _ rest: String = "") -> String {
    "\(place)/FindPackagesById()?id='acme'&semVerLevel=2.0.0\(rest)"
  }
  private static let next = "<link rel='next' href='http://h/?a&amp;b'/>"

  private static func target(_ version: String, _ kind: NuGetPackageKind = .package) throws -> PublishTarget {
    let version = try #require(NuGetVersion(ExactString(version)))
    return PublishTarget(
      registry: sampleRegistry, package: .init(canonical: "acme"), version: .init(written: version.written, canonical: version.canonical),
      file: ExactString("acme.\(version.canonical).\(kind.suffix)"))
  }

  /// What a registry's documents say, all else being a 404, and what was asked.
  private static func ask(
    _ subject: ExistenceProbe.Subject, _ version: String, _ nuget: NuGetProtocol, _ documents: [String: String]
  ) throws -> (existence: Existence, asked: [String]) {
    var asked: [String] = []
    var probe = try #require(nuget.probes(subject, target(version), for: request("PUT", "/api/v2/package")).first)
    while true {
      let body = documents[probe.path.text]
      asked.append(probe.path.text)
      let answer = ExistenceProbe.Answer(
        status: body.map { Int($0) ?? 200 } ?? 404, location: nil, authority: "h", body: Array((body ?? "").utf8))
      switch probe.reading(answer) {
      case .means(let existence): return (existence, asked)
      case .asks(let following): probe = following
      }
    }
  }

  @Test(
    "is believed where its places are known",
    arguments: [
      ("1.0", ["/v3/index.json": index("http://h/a/flat2/"), "/a/flat2/acme/index.json": list("1.0.0")], .exists, .exists),
      ("1.1", ["/v3/index.json": index("http://h/a/flat2"), "/a/flat2/acme/index.json": list("1.0.0")], .exists, .absent),
      ("1.0", ["/v3/index.json": index("https://h:443/a/flat2/")], .absent, .absent),
      ("1.0", ["/index.json": index("/a/flat2/")], .absent, .absent),
      ("1.0", ["/v3/index.json": index("/a/flat2/"), "/a/flat2/acme/index.json": "500"], .unknown, .unknown),
      ("1.0", ["/v3/index.json": index("/a/flat2/"), "/a/flat2/acme/index.json": "204"], .unknown, .unknown),
      ("1.0", ["/v3/index.json": index("/a/flat2/"), "/a/flat2/acme/index.json": #"{"versions":[1]}"#], .unknown, .unknown),
      ("1.0-01", ["/v3/index.json": index("/a/flat2/"), "/a/flat2/acme/index.json": list("x", "1.0.0-1")], .exists, .exists),
      ("1.0", ["/v3/index.json": index("/a?b/")], .unknown, .unknown),
      ("1.0", ["/v3/index.json": index("http://other/flat/")], .unknown, .unknown),
      ("1.0", ["/v3/index.json": index("http://other/flat/"), flat: list("1.0")], .exists, .exists),
      ("1.1", ["/v3/index.json": "x", flat: list("1.0")], .exists, .absent), ("1.1", [flat: "x"], .unknown, .unknown),
      ("1.1", [flat: #"{"versions":[]}"#], .absent, .absent), ("1.0", [:], .unknown, .unknown),
      ("1.0", [query("/nuget"): feed(entry("1.0.0"))], .exists, .exists),
      ("1.1", [query("/nuget"): feed(entry("1.0.0"))], .exists, .absent),
      ("1.1", [query(""): "<html/>", query("/api/v2"): feed("")], .absent, .absent),
      ("1.1", [query("/v2"): feed("<entry><content>\(entry("1.1").dropFirst(7).dropLast(8))</content></entry>")], .exists, .exists),
      ("1.1", [query(""): feed("<entry/>")], .unknown, .unknown), ("1.1", [query(""): "<html/>"], .unknown, .unknown),
      ("1.0", [query(""): feed(entry("0.1") + entry("0.2") + next), query("", "&$skip=2"): feed(entry("1.0"))], .exists, .exists),
      ("1.1", [query(""): feed(entry("0.1") + next), query("", "&$skip=1"): feed(entry("1.0"))], .exists, .absent),
      ("1.1", [query(""): feed(entry("0.1") + next)], .exists, .unknown),
      ("1.1", [query(""): feed(entry("0.1") + next), query("", "&$skip=1"): feed(entry("0.1") + next)], .exists, .unknown),
      ("1.1", [query(""): feed(next)], .unknown, .unknown),
    ] as [(String, [String: String], Existence, Existence)])
  func places(version: String, documents: [String: String], package: Existence, file: Existence) throws {
    #expect(try Self.ask(.package, version, sampleNuGet(), documents).existence == package)
    #expect(try Self.ask(.file, version, sampleNuGet(), documents).existence == file)
  }

  @Test("is asked at each place that servers have") func order() throws {
    let asked = try Self.ask(.package, "1.0", sampleNuGet(upstream: "http://h/n/feed.json/index.json"), [:]).asked
    #expect(
      asked == ["/index.json", "/v3/index.json"] + ["", "/api/v2", "/nuget", "/v2"].map { Self.query($0) }
        + ["/v3-flatcontainer", "/v3/package", "/v3/content", "/package", "/download", "/v3/flatcontainer"].map { "\($0)/acme/index.json" })
    let below = try Self.ask(
      .package, "1.0", sampleNuGet(upstream: "http://h/n/v3/index.json"), ["/v3/index.json": Self.index("http://h/n/flat/")])
    #expect(below.existence == .absent && below.asked == ["/v3/index.json", "/flat/acme/index.json"])
  }

  @Test(
    "is asked where its configuration says",
    arguments: [(list("1.0.0"), .exists), (list("1.0.1"), .absent), ("404", .absent), ("400", .unknown), ("x", .unknown)]
      as [(String, Existence)])
  func configured(body: String, existence: Existence) throws {
    let found = try Self.ask(.file, "1.0", sampleNuGet(container: "/flat"), ["/flat/acme/index.json": body])
    #expect(found.existence == existence && found.asked == ["/flat/acme/index.json"])
    #expect(sampleNuGet(container: "/flat").absence == nil && sampleNuGet().absence?.key == "flat_container")
  }

  @Test("tells nobody which symbols it has") func symbols() throws {
    let (target, routed) = (try Self.target("1.0", .symbols), try request("PUT", "/api/v2/symbolpackage"))
    #expect(sampleNuGet().probes(.file, target, for: routed).isEmpty && !sampleNuGet().probes(.package, target, for: routed).isEmpty)
  }

  @Test(
    "says in its index where it takes what",
    arguments: [
      ("x", nil, ["upstream.url"]), (#"{"resources":[]}"#, nil, ["upstream.url"]),
      (#"{"resources":[{"@id":"http://other/push","@type":"PackagePublish/2.0.0"}]}"#, nil, ["upstream.url"]),
      (#"{"resources":[{"@id":"http://h/n/push","@type":"PackagePublish/2.0.0"}]}"#, "/push/", ["symbols"]),
      (
        #"{"resources":[{"@id":"/n/push","@type":"PackagePublish/2.0.0"},{"@id":"http://other/s","@type":"SymbolPackagePublish/4.9.0"}]}"#,
        "/push/", ["symbols"]
      ),
      (
        #"{"resources":[{"@id":"/n/push","@type":"PackagePublish/2.0.0"},{"@id":"/n/s","@type":"SymbolPackagePublish/4.9.0"}]}"#, "/push/",
        []
      ),
    ] as [(String, ExactString?, [String])])
  func directory(document: String, place: ExactString?, keys: [String]) throws {
    let links = LinkRewrite(upstreamOrigin: "http://h", upstreamPath: "/n", publicOrigin: "", publicPath: "")
    let directory = try #require(sampleNuGet(upstream: "http://h/n/index.json").directory)
    let reading = directory.read(Array(document.utf8), links)
    #expect(directory.path == "/index.json" && reading.probe?.path == place && reading.problems.map(\.key) == keys)
    #expect(reading.problems.allSatisfy { $0.isError == ($0.key == "upstream.url") })
    let refusing = try #require(sampleNuGet(upstream: "http://h/n/index.json", symbols: .refuse).directory)
    #expect(refusing.read(Array(document.utf8), links).problems.map(\.key) == keys.filter { $0 != "symbols" })
    #expect(sampleNuGet(upstream: "http://h/n").directory == nil)
  }
}
