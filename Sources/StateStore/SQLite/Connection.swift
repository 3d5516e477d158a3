import CSQLite

/// A connection to one SQLite database, for one thread at a time.
@safe final class Connection {
  /// How long another process may hold the file before this one gives up; longer than the last checkpoint of one that ends.
  private static let busyMilliseconds: Int32 = 1000

  /// Nobody asks how much memory SQLite uses, and to count it takes a lock at each allocation.
  private static let countsNoMemory = imprimatur_sqlite_count_no_memory() == SQLITE_OK

  private let handle: OpaquePointer

  /// The file must exist; `:memory:` is a database without one.
  init(path: String) throws(DatabaseFailure) {
    _ = Self.countsNoMemory
    var handle: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let code = unsafe sqlite3_open_v2(path, &handle, flags, nil)
    guard code == SQLITE_OK, let handle = unsafe handle else {
      unsafe sqlite3_close_v2(handle)
      throw .sqlite(code)
    }
    unsafe self.handle = handle
    unsafe sqlite3_busy_timeout(handle, Self.busyMilliseconds)
  }

  /// Statements that still live keep the database open until they are gone.
  deinit { unsafe sqlite3_close_v2(handle) }

  /// Runs statements that give no rows worth reading.
  func execute(_ sql: String) throws(DatabaseFailure) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw .sqlite(code) }
  }

  func prepare(_ sql: String) throws(DatabaseFailure) -> Statement {
    var statement: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement = unsafe statement else { throw .sqlite(code) }
    return unsafe Statement(statement)
  }

  /// The one integer that a query gives, such as a pragma; `nil` if it gives no row.
  func integer(_ sql: String) throws(DatabaseFailure) -> Int64? { try prepare(sql).first { $0.integer(0) } }

  /// The one text that a query gives, such as a pragma; empty where it gives none.
  func text(_ sql: String) throws(DatabaseFailure) -> String { try prepare(sql).first { $0.text(0) ?? "" } ?? "" }

  /// The rows that the last statement inserted, changed or deleted itself.
  var changes: Int { Int(unsafe sqlite3_changes64(handle)) }

  /// The rows that statements of this connection ever inserted, changed or deleted, also by way of others.
  var totalChanges: Int64 { unsafe sqlite3_total_changes64(handle) }

  var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

  /// SQLite ends a transaction by itself after some failures.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }
}
