import CSQLite
import Digests

/// What a statement's parameter can be.
enum SQLValue {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  static func digest(_ digest: SHA256Digest) -> SQLValue { .blob(digest.bytes) }
  static func optionalText(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
  static func optionalBlob(_ bytes: [UInt8]?) -> SQLValue { bytes.map { .blob($0) } ?? .null }
  static func optionalDigest(_ digest: SHA256Digest?) -> SQLValue { digest.map { .digest($0) } ?? .null }
}

/// A prepared statement, run any number of times.
@safe final class Statement {
  private let handle: OpaquePointer

  @unsafe init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  deinit { unsafe sqlite3_finalize(handle) }

  /// Runs to the end; rows are dropped.
  func run(_ values: SQLValue...) throws(DatabaseFailure) {
    defer { rewind() }
    try bind(values)
    while try step() {}
  }

  /// Runs up to the first row and reads it; `nil` if there is none.
  func first<Value>(_ values: SQLValue..., read: (borrowing SQLRow) -> Value) throws(DatabaseFailure) -> Value? {
    defer { rewind() }
    try bind(values)
    return try step() ? unsafe read(SQLRow(handle)) : nil
  }

  /// Runs to the end and reads every row.
  func all<Value>(_ values: SQLValue..., read: (borrowing SQLRow) -> Value) throws(DatabaseFailure) -> [Value] {
    defer { rewind() }
    try bind(values)
    var rows: [Value] = []
    while try step() { rows.append(unsafe read(SQLRow(handle))) }
    return rows
  }

  /// True where there is a row.
  private func step() throws(DatabaseFailure) -> Bool {
    let code = unsafe sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw .sqlite(code)
    }
  }

  private func bind(_ values: [SQLValue]) throws(DatabaseFailure) {
    var index: Int32 = 0
    for value in values {
      index += 1
      let code =
        switch value {
        case .null: unsafe sqlite3_bind_null(handle, index)
        case .integer(let integer): unsafe sqlite3_bind_int64(handle, index, integer)
        case .text(var text): text.withUTF8 { unsafe sqlite3_bind_copied_text(handle, index, $0.baseAddress, UInt64($0.count)) }
        case .blob(let bytes): unsafe sqlite3_bind_copied_blob(handle, index, bytes, UInt64(bytes.count))
        }
      guard code == SQLITE_OK else { throw .sqlite(code) }
    }
  }

  /// The result repeats what `step` has said already.
  private func rewind() {
    unsafe sqlite3_reset(handle)
    unsafe sqlite3_clear_bindings(handle)
  }
}

/// The row at which a statement stands.
@safe struct SQLRow: ~Copyable {
  private let handle: OpaquePointer

  @unsafe fileprivate init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

  /// `nil` if the column is NULL.
  func blob(_ column: Int32) -> [UInt8]? {
    guard !isNull(column) else { return nil }
    guard let bytes = unsafe sqlite3_column_blob(handle, column) else { return [] }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
  }

  /// `nil` if the column is NULL or no digest.
  func digest(_ column: Int32) -> SHA256Digest? { blob(column).flatMap { SHA256Digest(bytes: $0) } }

  /// `nil` if the column is NULL or not UTF-8.
  func text(_ column: Int32) -> String? {
    guard !isNull(column) else { return nil }
    // The length must be asked after the text.
    guard let bytes = unsafe sqlite3_column_text(handle, column) else { return nil }
    return unsafe String(
      validating: UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))), as: UTF8.self)
  }
}
