import Foundation
import StrictParsers
import Testing

@testable import StateStore

/// A database of its own for one test, on the server that `Tests/run` starts for all of them or on one that the test starts itself.
struct PostgresDatabase: Sendable {
  /// Of a database of the server in which others can be made.
  private let server: String
  let name = "test_\(UUID().uuidString.lowercased().filter { $0 != "-" })"

  /// Without a server the test fails: what is not proven must not look as if it were.
  static func onCommonServer() async throws -> PostgresDatabase {
    let url = ProcessInfo.processInfo.environment["IMPRIMATUR_TEST_POSTGRES"]
    return try await PostgresDatabase(on: #require(url, "IMPRIMATUR_TEST_POSTGRES holds the URL of a server: see `unit` in Tests/run"))
  }

  init(on server: String) async throws {
    self.server = server
    try await execute("CREATE DATABASE \(name)", on: server)
  }

  func drop() async throws { try await execute("DROP DATABASE \(name) WITH (FORCE)", on: server) }

  var url: String { server.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/\(name)" }

  var location: PostgresLocation? { PostgresLocation(url: Array(url.utf8)) }

  func store(
    role: StoreRole = .gateway, connections: Int = PostgresStore.usualConnections, times: PostgresTimes = .patient,
    report: @escaping @Sendable (StoreCondition<PostgresFailure>) -> Void = { _ in }
  ) -> PostgresStore {
    PostgresStore(role: role, connections: connections, times: times, report: report) { location }
  }

  func execute(_ sql: String) async throws { try await execute(sql, on: url) }

  private func execute(_ sql: String, on url: String) async throws {
    try await waiting { try Self.connection(to: url).execute(sql, until: .now.advanced(by: .seconds(60))) }
  }

  /// The one number that a query gives.
  func number(_ sql: String) async throws -> Int64 {
    try await waiting { [url] in
      try Self.connection(to: url).run(sql, until: .now.advanced(by: .seconds(60))).one { row throws(PostgresFailure) in try row.integer(0)
      }
    }
  }

  /// The rows of one of our tables.
  func count(_ table: String) async throws -> Int64 { try await number("SELECT count(*) FROM imprimatur.\(table)") }

  /// Ends all connections to this database.
  func disconnectAll() async throws {
    try await execute(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
  }

  func connection() throws -> PostgresConnection { try Self.connection(to: url) }

  private static func connection(to url: String) throws -> PostgresConnection {
    let location = try #require(PostgresLocation(url: Array(url.utf8)))
    return try PostgresConnection.open(location, until: .now.advanced(by: .seconds(60)))
  }
}

/// A server that one test starts, stops and freezes as it likes.
final class PostgresServer: Sendable {
  let url: String
  private let folder: String

  init() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "imprimatur-postgres-\(UUID().uuidString)").path
    self.folder = folder
    url = try await waiting { try Self.run("start", folder) }
  }

  deinit {
    _ = try? Self.run("stop", folder)
    try? FileManager.default.removeItem(atPath: folder)
    try? FileManager.default.removeItem(atPath: "\(folder).log")
  }

  func stop() async throws { try await run("stop") }
  func start() async throws { try await run("start") }
  func freeze() async throws { try await run("freeze") }
  func thaw() async throws { try await run("thaw") }

  private func run(_ command: String) async throws { _ = try await waiting { [folder] in try Self.run(command, folder) } }

  /// What it says on its standard output, without the newline.
  private static func run(_ command: String, _ folder: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../postgres")
    process.arguments = [command, folder]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "Tests/postgres \(command)")
    return String(decoding: said, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}

/// Does what waits for others on a thread of its own: there are few for the tests' tasks.
private func waiting<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread { continuation.resume(with: Result { try body() }) }.start()
  }
}

extension PostgresTimes {
  /// No test's result may depend on the machine's load.
  static var patient: PostgresTimes {
    var times = PostgresTimes()
    times.connecting = .seconds(60)
    times.waiting = .seconds(60)
    times.statement = .seconds(60)
    times.statementAtServer = .seconds(60)
    times.lockAtServer = .seconds(60)
    return times
  }

  /// For tests of a server that doesn't answer. It is long enough for the answers of one that does.
  static var short: PostgresTimes {
    var times = patient
    times.connecting = .seconds(8)
    times.statement = .seconds(8)
    return times
  }
}
