import Foundation
import Observability
import TestSupport
import Testing

@testable import Configuration

/// What `check` finds beside what `serve` would refuse.
@Suite("A configuration on the machine that serves") struct SettingsMachineTests {
  private static let now = Timestamp(milliseconds: 1_796_000_000_000)

  /// A problem, and a text of the line that it points to, at whose end it stands.
  private struct Expected {
    let severity: SettingsProblem.Severity
    let place: String
    let message: String
  }

  private static func checked(
    _ sample: SettingsSample, _ files: MemoryFiles = MemoryFiles(),
    for purpose: SettingsFile.Purpose = .checking(at: now, certificates: { _, _, _ in [] })
  ) -> [SettingsProblem] {
    var files = files
    files.files[SettingsSample.path] = Array(sample.text.utf8)
    return SettingsFile.load(SettingsSample.path, environment: sample.environment, reading: files, for: purpose).problems
  }

  /// What stands in the file where a problem points to.
  private static func pointed(_ problem: SettingsProblem, _ text: String) -> Substring {
    text.split(separator: "\n", omittingEmptySubsequences: false)[problem.line - 1].dropFirst(problem.column - 1)
  }

  @Test(
    "that can't serve as it says is told so, at its place",
    arguments: [
      (
        SettingsSample(top: "state: {sqlite: /gone/state.db}"), "error", "/gone/state.db", "state.sqlite: there is no folder /gone"
      ),
      (
        SettingsSample(top: "state: {sqlite: /other/state.db}"), "warning", "/other/state.db",
        "state.sqlite: this user can't write to the folder /other"
      ),
      (SettingsSample(top: "audit: {file: /gone/a.jsonl}"), "error", "/gone/a.jsonl", "audit.file: there is no folder /gone"),
      (
        SettingsSample(top: "audit: {file: /gone/a.jsonl, on_failure: continue}"), "warning", "/gone/a.jsonl",
        "audit.file: there is no folder /gone"
      ),
      (
        SettingsSample(top: "server: {limits: {spool_directory: /gone}}"), "error", "/gone",
        "server.limits.spool_directory: there is no folder /gone"
      ),
      (
        SettingsSample(top: "server: {limits: {spool_directory: /other}}"), "warning", "/other",
        "server.limits.spool_directory: this user can't write to the folder /other"
      ),
      (SettingsSample(top: "server: {listen: \"0.0.0.0:80\"}"), "warning", "\"0.0.0.0:80\"", "server.listen: plain HTTP on all addresses"),
      (SettingsSample(top: "server: {listen: \"[::]:80\"}"), "warning", "\"[::]:80\"", "server.listen: plain HTTP on all addresses"),
      (SettingsSample(publisher: ", expires: 2026-11-30"), "warning", "2026-11-30", "publishers.0.expires: has passed"),
      (
        SettingsSample(upstream: "{url: \"http://r.example\", credential: {bearer: {env: SHORT}}}"), "warning", "{env: SHORT}",
        "registries.python.upstream.credential.bearer: the secret has 11 bytes"
      ),
      (
        SettingsSample(upstream: "{url: \"http://r.example\", credential: {basic: {username: u, password: {env: FOREIGN}}}}"), "warning",
        "{env: FOREIGN}", "registries.python.upstream.credential.basic.password: the secret is not ASCII"
      ),
      (
        SettingsSample(when: "{repository: acme/widgets.git, repository_owner_id: 42, environment: release}"), "error", "repository:",
        "publishers.0.when.repository: \"acme/widgets.git\" must be the repository's name, without .git"
      ),
      (
        SettingsSample(when: "{repository: acme/widgets, repository_owner_id: 42, ref: main}"), "error", "ref:",
        "publishers.0.when.ref: \"main\" must be a whole reference"
      ),
      (
        SettingsSample(when: "{repository: acme/widgets, repository_owner_id: 42, tag: \"refs/tags/v{version}\"}"), "error", "tag:",
        "publishers.0.when.tag: \"refs/tags/v{version}\" is compared with the tag's name alone"
      ),
      (
        SettingsSample(
          when: "{repository: acme/widgets, repository_owner_id: 42, workflow: .github/workflows/release.yml, environment: release}"),
        "error",
        "workflow:",
        "publishers.0.when.workflow: \".github/workflows/release.yml\" must be the name of a file"
      ),
    ])
  func table(sample: SettingsSample, severity: String, place: String, complaint: String) throws {
    var sample = sample
    sample.environment = ["SHORT": "hunter2-hun", "FOREIGN": "gr\u{fc}n-und-blau"]
    let files = MemoryFiles(
      folders: ["/gone": .missing, "/other": .unwritable])
    let problems = Self.checked(sample, files)
    #expect(problems.count == 1, "\(problems)")
    let problem = try #require(problems.first)
    #expect(problem.severity.rawValue == severity)
    #expect("\(problem.keyPath): \(problem.message)".hasPrefix(complaint), "\(problem)")
    #expect(Self.pointed(problem, sample.text).hasPrefix(place), "\(problem)")
  }

  @Test("has folders by default, too") func folders() {
    let files = MemoryFiles(folders: ["/var/lib/imprimatur": .missing, "/var/tmp": .missing])
    #expect(
      Self.checked(SettingsSample(), files).map(\.keyPath).sorted() == ["server.limits.spool_directory", "state.sqlite"])
  }

  @Test(
    "says by a TLS terminator or a certificate how its plain listener is protected",
    arguments: [
      "listen: \"0.0.0.0:80\", public_url: https://u.example", "listen: \"0.0.0.0:80\", trusted_proxies: [10.0.0.1]",
      "listen: 127.0.0.1:80", "listen: 10.0.0.5:80",
    ])
  func protected(server: String) { #expect(Self.checked(SettingsSample(top: "server: {\(server)}")).isEmpty) }

  @Test("is told what would be told of it elsewhere, where secrets and folders are not at hand") func elsewhere() {
    let sample = SettingsSample(
      top: "server: {tls: {certificate: none.crt, key: none.key}}",
      upstream: "{url: \"http://r.example\", credential: {bearer: {systemd: token}}}", publisher: ", expires: 2026-11-30")
    let files = MemoryFiles(folders: ["/var/lib/imprimatur": .missing, "/var/tmp": .missing])
    #expect(Self.checked(sample, files, for: .reviewing(at: Self.now)).map(\.keyPath) == ["publishers.0.expires"])
    #expect(Self.checked(sample, files, for: .judging).isEmpty)
    #expect(Self.checked(SettingsSample(publisher: ", expires: 2026-11-30"), files, for: .serving).isEmpty)
  }

  @Test("tells of each line of a large file that is over") func lines() {
    let line =
      #"{"id":"widgets-2","issuer":"github","when":{"repository":"acme/w","repository_id":"1","environment":"r"},"#
      + #""may_publish":{"python":"acme-w"},"expires":"2026-01-01"}"#
    let files = MemoryFiles(files: ["/etc/imprimatur/more.jsonl": Array("\n\(line)\n".dropFirst().utf8)])
    let problems = Self.checked(SettingsSample(top: "include: [more.jsonl]"), files)
    #expect(problems.map(\.message) == [SettingsSchema.overWarning] && problems.first?.line == 1)
  }

  @Test("has secrets that no other user reads", arguments: ["credential", "tls"]) func readers(place: String) throws {
    let folder = try TemporaryFolder()
    let secret = folder.write("not-a-real-password", to: "secret")
    let sample =
      place == "tls"
      ? SettingsSample(top: "server: {tls: {certificate: c.pem, key: \(secret)}}")
      : SettingsSample(upstream: "{url: \"http://r.example\", credential: {bearer: {file: \(secret)}}}")
    var files = MemoryFiles(files: [secret: [1], "/etc/imprimatur/c.pem": [2]])
    #expect(Self.checked(sample, files).isEmpty)
    files.open = [secret]
    let problems = Self.checked(sample, files)
    #expect(problems.map(\.severity) == [.warning] && problems[0].message.contains("every user of this machine can read \(secret)"))
  }

  @Test(
    "has a certificate that is valid, and its key",
    arguments: [
      (.expired(now), "certificate", "has expired: it was valid until 2026-11-30"),
      (.early(now), "certificate", "is not valid before 2026-11-30"),
      (.foreignKey, "key", "does not belong to the certificate /etc/imprimatur/c.pem"), (.noKey, "key", "holds no private key in PEM"),
      (.noCertificate, "certificate", "holds no certificate in PEM"),
    ] as [(CertificateFault, String, String)], [false, true])
  func certificates(row: (fault: CertificateFault, key: String, words: String), isClients: Bool) throws {
    let folder = try TemporaryFolder()
    let key = folder.write("key", to: "k.pem")
    let pair = "{certificate: c.pem, key: \(isClients ? "{file: \(key)}" : key)}"
    let sample =
      isClients
      ? SettingsSample(upstream: "{url: \"https://r.example\", credential: {none: true}, client_certificate: \(pair)}")
      : SettingsSample(top: "server: {tls: \(pair)}")
    let files = MemoryFiles(files: ["/etc/imprimatur/c.pem": [2], key: Array("key".utf8)])
    let purpose = SettingsFile.Purpose.checking(at: Self.now) { chain, key, time in
      chain == [2] && key == Array("key".utf8) && time == Self.now.unixTime ? [row.fault] : []
    }
    let problems = Self.checked(sample, files, for: purpose)
    #expect(problems.count == 1 && problems[0].severity == .error, "\(problems)")
    #expect(problems[0].keyPath.hasSuffix(".\(row.key)") && problems[0].message.contains(row.words), "\(problems)")
    #expect(Self.checked(sample, files, for: .serving).isEmpty)
  }

  @Test("is a folder that can be written, or a file that others can read, on the disk itself") func disk() throws {
    let folder = try TemporaryFolder()
    let file = folder.write("x", to: "file")
    #expect(SettingsDisk().access(toFolder: folder.path) == .writable)
    #expect(SettingsDisk().access(toFolder: file) == .missing)
    #expect(SettingsDisk().access(toFolder: "/nowhere") == .missing)
    for (mode, isOpen) in [(0o600, false), (0o640, false), (0o644, true), (0o604, true)] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
      #expect(SettingsDisk().isOpenToOthers(file) == isOpen)
    }
    #expect(!SettingsDisk().isOpenToOthers("/nowhere"))
  }
}
