import ArgumentParser
import Configuration
import Demo
import Foundation
import Gateway
import NIOPosix
import Observability

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Shows the whole job with nothing to configure: an issuer, a registry, and the gateway between them.")

  @Flag(help: "Exit after the tour: 0 if each step went as it should, else 1.") var once = false

  func run() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("imprimatur-demo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    let group = MultiThreadedEventLoopGroup.singleton
    let issuer = try await Issuer.start(on: group) { Int64(Date.now.timeIntervalSince1970) }
    let registry = try await LegacyRegistry.start(on: group)
    let files = try DemoFiles(in: folder, issuer: issuer, registry: registry)
    guard try await runGateway(files, issuer, registry) else { throw ExitCode(1) }
  }

  /// Runs the gateway while the tour lasts, and longer where nobody said `--once`. Whether the tour went as it should.
  private func runGateway(_ files: DemoFiles, _ issuer: Issuer, _ registry: LegacyRegistry) async throws -> Bool {
    let (ports, started) = AsyncStream.makeStream(of: Int.self)
    let gateway = Gateway(configurationFile: files.configuration, environment: [:], output: .file(path: files.log))
    return try await withThrowingTaskGroup(of: Bool?.self) { tasks in
      tasks.addTask {
        defer { started.finish() }
        do throws(Gateway.Failure) {
          try await gateway.run { started.yield($0.port) }
        } catch {
          if !Task.isCancelled { throw error.reported() }
        }
        return nil
      }
      tasks.addTask {
        var port: Int?
        for await value in ports {
          port = value
          break
        }
        guard let port else { return false }
        let tour = Tour(issuer: issuer, registry: registry, gatewayPort: port, on: MultiThreadedEventLoopGroup.singleton) {
          Terminal.say($0)
        }
        let isFine = try await tour.run()
        try files.showRecords()
        if isFine, !once { DemoInvitation(issuer: issuer, registry: registry, gatewayPort: port).show() }
        return isFine
      }
      var isFine = false
      while let ended = try await tasks.next() {
        guard let verdict = ended else { continue }
        isFine = verdict
        if once || !verdict { tasks.cancelAll() }
      }
      return isFine
    }
  }
}

/// What the gateway of the demonstration reads and writes.
private struct DemoFiles {
  let configuration: String
  let log: String
  private let audit: String

  init(in folder: URL, issuer: Issuer, registry: LegacyRegistry) throws {
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    configuration = path("imprimatur.yaml")
    log = path("log.jsonl")
    audit = path("audit.jsonl")
    let text = """
      version: 1
      server: {listen: "127.0.0.1:0", limits: {spool_directory: .}}
      state: {sqlite: state.db}
      audit: {file: audit.jsonl}
      issuers:
        github: {provider: github, url: "\(issuer.url)", allow_http: true}
      registries:
        python:
          protocol: pypi
          audience: \(Tour.audience)
          upstream:
            url: \(registry.url)
            credential: {basic: {username: \(LegacyRegistry.username), password: {file: registry-password}}}
      publishers:
        - id: widgets-release
          issuer: github
          when:
            repository: acme/widgets
            repository_owner_id: "42"
            repository_id: "1234"
            workflow: release.yml
            tag: "v*"
          may_publish: {python: [\(Tour.package)]}

      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: configuration))
    try Data(LegacyRegistry.password.utf8).write(to: URL(fileURLWithPath: path("registry-password")))
  }

  func showRecords() throws {
    Terminal.say("\nThe audit records of these attempts:\n")
    for line in try String(contentsOfFile: audit, encoding: .utf8).split(separator: "\n") { Terminal.say(String(line)) }
  }
}

/// The lines by which a person tries it.
private struct DemoInvitation {
  let issuer: Issuer
  let registry: LegacyRegistry
  let gatewayPort: Int

  func show() {
    Terminal.say(
      """

      It keeps running; end it with Ctrl-C. To publish a wheel or an sdist of your own, whose name must be \(Tour.package):

        TOKEN=$(curl -s '\(issuer.url)/token?audience=\(Tour.audience)')
        uv publish --trusted-publishing never --publish-url http://127.0.0.1:\(gatewayPort)/ --username __token__ --password "$TOKEN" dist/*

      To exchange a token for an upload token, as `uv publish` does by itself over https:

        TOKEN=$(curl -s '\(issuer.url)/token?audience=\(Tour.audience)')
        curl -s --json "{\\"token\\": \\"$TOKEN\\"}" http://127.0.0.1:\(gatewayPort)/_/oidc/mint-token

      What the registry has: curl http://127.0.0.1:\(gatewayPort)/simple/ (through the gateway) or curl \(registry.url)/simple/
      """)
  }
}
