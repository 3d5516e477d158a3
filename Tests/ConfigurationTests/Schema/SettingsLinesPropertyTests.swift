import PublisherPolicy
import TestSupport
import Testing

@testable import Configuration

/// A line is read in a way of its own, and in YAML's where that can't: both must come to the same.
@Suite("Any line of publishers") struct SettingsLinesPropertyTests {
  private static let upstream = #"upstream: {url: "http://127.0.0.1:1/", credential: {none: true}}"#
  private static let registries = [
    ", host: a.example}",
    #"versioned: {host: b.example, protocol: generic, template: "/{name}/{version}/{file}", audience: b, \#(upstream)}"#,
    #"unversioned: {host: c.example, protocol: generic, template: "/{name}/{file}", audience: c, \#(upstream)"#,
  ].joined(separator: ", ")

  private static func load(_ name: String, _ text: String) -> (publishers: [Publisher]?, complaints: [String]) {
    let sample = SettingsSample(
      top: "include: [\(name)]", issuers: "{github: {provider: github}, gitlab: {provider: gitlab}}", registry: registries,
      files: ["/etc/imprimatur/\(name)": text])
    let (settings, problems) = sample.load()
    return (settings?.publishers, problems.map { "\($0.severity): \($0.message)" }.sorted())
  }

  /// Each condition that a line may have, with what may stand there: nearly always what is fine.
  private static let values: [(key: String, fine: [String], wrong: [String])] = [
    (
      "repository", [#""acme/widgets""#, #"["acme/Widgets","acme/x-*"]"#, #""acme/*""#],
      [#""acme""#, #""""#, #""acme/ widgets""#, "{}", "[]", #"["acme/a",1.5]"#, #""a\u0007/b""#]
    ),
    ("repository_owner_id", ["42", #""42""#, #"["1",2]"#], ["-1", "4.2", #""x""#, "true", #""4*""#]),
    ("repository_id", ["1", #"["3","1"]"#], [#""""#, "1e3"]),
    ("workflow", [#""release.yml""#, #"["a.yml","b.yaml"]"#], [#""*.yml""#, #""a/b.yml""#, #"" a.yml""#]),
    ("reusable_workflow", [#""a/b/.github/workflows/c.yml@x""#], [#""c.yml""#]),
    ("environment", [#""release""#, #"["Release","on"]"#, "true", "7", #""r\u00e9l\/ease""#], [#""a\n""#, "[[1]]"]),
    ("tag", [#""v{version}""#, #"["v1","v{version}"]"#, #""v*""#, #""*""#], [#""v{version}*""#, #""{version}{version}""#]),
    ("event_name", [#""push""#, #"["push","workflow_run"]"#, #""workflow_*""#], [#""""#]),
    ("ref_protected", ["true", #""true""#], ["{}"]),
    ("project", [#""a/b""#], []),
    ("repositry", [#""a/b""#], []),
  ]

  private static func condition(_ random: inout SeededRandom) -> String? {
    let number = Int.random(in: 0..<values.count * 3, using: &random)
    // What GitHub does not know makes every line wrong in which it stands.
    let (key, fine, wrong) = values[number < values.count ? number : number % (values.count - 2)]
    let isWrong = Int.random(in: 0..<20, using: &random) == 0
    return (isWrong ? wrong : fine).randomElement(using: &random).map { "\"\(key)\":\($0)" }
  }

  private static func line(_ random: inout SeededRandom) -> String {
    func one(_ usual: [String], _ rare: [String]) -> String {
      (Int.random(in: 0..<25, using: &random) == 0 ? rare : usual).randomElement(using: &random) ?? ""
    }
    var conditions: [String: String] = [:]
    let identifying = one([#""repository":"acme/a""#, #""repository_id":"7""#], [#""ref":"refs/x""#])
    for written in [identifying] + (0..<4).compactMap({ _ in condition(&random) }) {
      conditions[String(written.prefix { $0 != ":" })] = written
    }
    let packages = (0..<Int.random(in: 1...2, using: &random)).map { _ in
      let name = one([#""a""#, #""A_b.c""#, #"["a","b-*"]"#, "7", "true"], [#""*""#, #""a/b""#, "[]", #""""#, "{}", #"["a",["b"]]"#])
      return (one([#""python""#, #""versioned""#, #""unversioned""#], [#""pyton""#]), name)
    }
    let members = [
      "\"id\":" + one([#""one""#, #""two-2""#], [#""widgets""#, #""One""#, "1", #""""#]),
      "\"issuer\":" + one([#""github""#], [#""gitlab""#, #""gitlub""#, "true"]),
      "\"when\":" + one(["{\(conditions.values.sorted().joined(separator: ","))}"], ["[]", "1"]),
      "\"may_publish\":{"
        + Dictionary(packages) { first, _ in first }.map { "\($0):\($1)" }.sorted().joined(separator: ",") + "}",
      one(["", #""create":"any""#, #""create":"none""#], [#""create":"some""#, #""create":true"#]),
      one(["", #""expires":"2027-01-01""#], [#""expires":"2027-02-30""#, #""expires":2027"#]),
      one([""], [#""name":"x""#]),
    ]
    return "{\(members.filter { !$0.isEmpty }.shuffled(using: &random).joined(separator: ","))}"
  }

  @Test("means what it would mean in YAML, whatever stands there")
  func same() {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    var accepted = 0
    let count = 1_000
    for _ in 0..<count {
      let line = Self.line(&random)
      let asLine = Self.load("a.jsonl", line)
      let asYAML = Self.load("a.yaml", "- \(line)")
      #expect(asLine.publishers == asYAML.publishers, "seed \(seed): \(line)")
      #expect(asLine.complaints == asYAML.complaints, "seed \(seed): \(line)")
      if asYAML.publishers != nil { accepted += 1 }
    }
    #expect((count / 10...count * 9 / 10).contains(accepted), "seed \(seed): \(accepted) were accepted")
  }
}
