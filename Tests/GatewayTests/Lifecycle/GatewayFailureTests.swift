import Configuration
import Glibc
import NIOCore
import NIOPosix
import Observability
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("A gateway that can't run") struct GatewayFailureTests {
  private static func run(_ sample: SettingsSample, in folder: TemporaryFolder) async throws -> Gateway.Failure {
    let path = folder.write(sample.text, to: "imprimatur.yaml")
    let gateway = Gateway(configurationFile: path, environment: [:], output: .file(path: "\(folder.path)/log")) { ObservabilitySample.time }
    // Those signals are ignored from when the gateway has waited for them, and would not end the tests any more.
    defer { for number in [SIGTERM, SIGINT, SIGHUP] { signal(number, SIG_DFL) } }
    let failure = await #expect(throws: Gateway.Failure.self) { try await gateway.run() }
    return try #require(failure)
  }

  private static func line(_ failure: Gateway.Failure) -> String { text(StartupLine.failure(failure, at: ObservabilitySample.time)) }

  @Test("says all that is wrong with its configuration") func configuration() async throws {
    let failure = try await Self.run(SettingsSample(top: "lgo: {}\nserver: {listen: nowhere}"), in: try TemporaryFolder())
    let object = try StrictJSON.parseObject(Array(Self.line(failure).utf8.dropLast()))
    #expect(object["event"]?.string == "config.rejected" && object["problems"]?.array?.count == 2)
  }

  @Test("says that its address is taken, as its configuration wants its log", arguments: ["json", "text"])
  func address(format: String) async throws {
    let other = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(other.localAddress?.port)
    let folder = try TemporaryFolder()
    let top = """
      server: {listen: "127.0.0.1:\(port)"}
      state: {sqlite: \(folder.path)/state.db}
      log: {format: \(format)}
      audit: {file: \(folder.path)/none/audit.jsonl}
      """
    let failure = try await Self.run(SettingsSample(top: top), in: folder)
    try await other.close()
    let line = Self.line(failure)
    #expect(line.contains("server.failed") && line.contains("can't listen on 127.0.0.1:\(port): Address already in use"))
    #expect(line.hasPrefix("{") == (format == "json"))
  }

  @Test("is told that it can be looked into before it has a log") func exposed() throws {
    let object = try StrictJSON.parseObject(Array(StartupLine.exposed(at: ObservabilitySample.time).dropLast()))
    #expect(object["event"]?.string == "server.exposed")
  }
}
