import Configuration
import Foundation
import TestSupport
import Testing

@testable import Gateway

@Suite("The files of a configuration") struct WatchedFilesTests {
  private static let publisher =
    "{id: a, issuer: github, when: {repository: acme/a, repository_owner_id: 42, ref: refs/x}, may_publish: {python: a}}"

  private static let sample = SettingsSample(
    top: """
      server: {tls: {certificate: tls.crt, key: tls.key}}
      include: [one.yaml, "p.d/*.yaml"]
      """,
    issuers: "{github: {provider: github, jwks_file: keys/keys.json, ca_file: issuer.pem}}",
    upstream: """
      {url: "https://r.example", credential: {bearer: {file: token}}, ca_file: registry.pem,
      client_certificate: {certificate: client.crt, key: {file: client.key}}}
      """)

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["tls.crt", "tls.key", "issuer.pem", "registry.pem", "client.crt", "client.key", "token", "keys/keys.json", "p.d/note.txt"]
    {
      folder.write("x", to: name)
    }
    folder.write("[]", to: "one.yaml")
    folder.write("- \(publisher)", to: "p.d/a.yaml")
    folder.write(sample.text, to: "imprimatur.yaml")
    return folder
  }

  private static func settings(in folder: TemporaryFolder) throws -> Settings {
    let (settings, problems) = SettingsFile.load("\(folder.path)/imprimatur.yaml", environment: [:], reading: SettingsDisk())
    return try #require(settings, "\(problems)")
  }

  @Test(
    "are seen to change when one of them is written",
    arguments: [
      ("imprimatur.yaml", true), ("one.yaml", true), ("p.d/a.yaml", true), ("tls.crt", true), ("tls.key", true), ("issuer.pem", true),
      ("registry.pem", true), ("client.crt", true), ("client.key", true), ("keys/keys.json", true),
      // One that an include comes to match, and the link that Kubernetes turns when it writes a volume
      ("p.d/b.yaml", true), ("..data", true), ("p.d/..data", true), ("keys/..data", true),
      // Secrets are looked at when they are used; others are nobody's
      ("token", false), ("p.d/note.txt", false), ("p.d/b.yml", false), ("p.d/.b.yaml", false), ("p.d/sub/b.yaml", false),
      ("state.db", false),
    ])
  func written(name: String, isChange: Bool) throws {
    let folder = try Self.folder()
    let settings = try Self.settings(in: folder)
    let before = WatchedFiles(of: settings)
    #expect(WatchedFiles(of: settings) == before)
    folder.write("written anew", to: name)
    #expect((WatchedFiles(of: settings) != before) == isChange)
  }

  @Test("are seen to change when one of them is gone", arguments: ["one.yaml", "p.d/a.yaml", "p.d", "keys/keys.json", "imprimatur.yaml"])
  func removed(name: String) throws {
    let folder = try Self.folder()
    let settings = try Self.settings(in: folder)
    let before = WatchedFiles(of: settings)
    try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
    #expect(WatchedFiles(of: settings) != before)
  }

  @Test("are seen to change once where another is read from then on")
  func other() throws {
    let folder = try Self.folder()
    let before = WatchedFiles(of: try Self.settings(in: folder))
    folder.write("- \(Self.publisher.replacing("id: a", with: "id: b"))", to: "p.d/b.yaml")
    folder.write("x", to: "other.pem")
    folder.write(Self.sample.text.replacing("issuer.pem", with: "other.pem"), to: "imprimatur.yaml")
    let now = WatchedFiles(of: try Self.settings(in: folder))
    #expect(now != before)
    #expect(now.asSeen(in: now) == now)
    #expect(now.asSeen(in: before) != now)
    let settings = try Self.settings(in: folder)
    #expect(WatchedFiles(of: settings).asSeen(in: now) == WatchedFiles(of: settings))
  }

  @Test("are seen to change where one was written while it was read", arguments: ["imprimatur.yaml", "p.d/a.yaml", "keys/keys.json"])
  func raced(name: String) throws {
    let folder = try Self.folder()
    let settings = try Self.settings(in: folder)
    let now = WatchedFiles(of: settings)
    folder.write("written while the others were read", to: name)
    #expect(WatchedFiles(of: settings) != WatchedFiles(of: settings).asSeen(in: now))
  }
}
