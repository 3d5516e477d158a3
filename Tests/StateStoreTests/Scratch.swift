import Foundation

@testable import StateStore

/// A folder of its own for one test.
final class Scratch {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "imprimatur-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var database: String { path("state.db") }

  func path(_ name: String) -> String { folder.appending(path: name).path }
}

/// The stores that must all behave alike.
enum StoreKind: CaseIterable, Sendable {
  case memory
  case file
  case postgres

  func with(_ body: (any StateStore) async throws -> Void) async throws {
    let scratch = try Scratch()
    switch self {
    case .memory: try await body(SQLiteStore.memory())
    case .file: try await body(SQLiteStore(path: scratch.database))
    case .postgres:
      let database = try await PostgresDatabase.onCommonServer()
      let store = database.store(connections: 2)
      try await body(store)
      await store.close()
      try await database.drop()
    }
  }
}
