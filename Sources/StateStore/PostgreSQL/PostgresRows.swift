import CPostgreSQL
import Digests
import StrictParsers

/// The rows that a statement gave, in binary form.
@safe final class PostgresRows {
  private let result: OpaquePointer

  @unsafe init(_ result: OpaquePointer) { unsafe self.result = result }

  deinit { unsafe PQclear(result) }

  var count: Int { Int(unsafe PQntuples(result)) }

  /// Reads every row.
  func map<Value>(_ read: (PostgresRow) throws(PostgresFailure) -> Value) throws(PostgresFailure) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count { values.append(try read(PostgresRow(rows: self, index: Int32(index)))) }
    return values
  }

  /// Reads the one row that a statement must give.
  func one<Value>(_ read: (PostgresRow) throws(PostgresFailure) -> Value) throws(PostgresFailure) -> Value {
    guard count == 1 else { throw .unexpectedAnswer }
    return try read(PostgresRow(rows: self, index: 0))
  }

  /// `nil` if the value is NULL.
  fileprivate func value(_ row: Int32, _ column: Int32, of type: UInt32) throws(PostgresFailure) -> [UInt8]? {
    guard unsafe column < PQnfields(result), unsafe PQftype(result, column) == type, unsafe PQfformat(result, column) == 1 else {
      throw .unexpectedAnswer
    }
    guard unsafe PQgetisnull(result, row, column) == 0 else { return nil }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column))))
  }
}

/// One row; its values are asked for by their column's place and must have the type that is asked for.
struct PostgresRow {
  fileprivate let rows: PostgresRows
  fileprivate let index: Int32

  func flag(_ column: Int32) throws(PostgresFailure) -> Bool {
    guard let bytes = try rows.value(index, column, of: PostgresType.bool), bytes.count == 1 else { throw .unexpectedAnswer }
    return bytes != [0]
  }

  func integer(_ column: Int32) throws(PostgresFailure) -> Int64 {
    guard let bytes = try rows.value(index, column, of: PostgresType.int8), bytes.count == 8 else { throw .unexpectedAnswer }
    return Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
  }

  func bytes(_ column: Int32) throws(PostgresFailure) -> [UInt8] {
    guard let bytes = try optionalBytes(column) else { throw .unexpectedAnswer }
    return bytes
  }

  func optionalBytes(_ column: Int32) throws(PostgresFailure) -> [UInt8]? { try rows.value(index, column, of: PostgresType.bytea) }

  func text(_ column: Int32) throws(PostgresFailure) -> ExactString {
    guard let text = try optionalText(column) else { throw .unexpectedAnswer }
    return text
  }

  func optionalText(_ column: Int32) throws(PostgresFailure) -> ExactString? {
    guard let bytes = try optionalBytes(column) else { return nil }
    guard let text = ExactString(utf8: bytes) else { throw .damaged }
    return text
  }

  func optionalDigest(_ column: Int32) throws(PostgresFailure) -> SHA256Digest? {
    guard let bytes = try optionalBytes(column) else { return nil }
    guard let digest = SHA256Digest(bytes: bytes) else { throw .unexpectedAnswer }
    return digest
  }
}
