import CSQLite
import Glibc

/// Why a database can't be used.
package enum DatabaseFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// SQLite's extended result code.
  case sqlite(Int32)
  /// `errno`, where there is no file and none could be made.
  case file(Int32)
  /// It was written by a later version of this program.
  case newerVersion(Int64)
  /// It was written by an earlier version of this program, whose gateway may still use it.
  case olderVersion(Int64)
  /// It is a database of another program.
  case foreign
  /// The file was removed or another one was put in its place while it was in use: what it knew would be forgotten.
  case replaced
  /// It can't keep a write-ahead log.
  case noWriteAheadLog
  /// Another process serves from it.
  case inUse
  /// It holds what no version of this program writes.
  case damaged
  /// It was closed, as its process is ending.
  case closed

  package var description: String {
    switch self {
    case .sqlite(let code): unsafe "\(String(cString: sqlite3_errstr(code))) (SQLite \(code))"
    case .file(let number): unsafe "its file can't be opened: \(String(cString: strerror(number)))"
    case .newerVersion(let version): "it has version \(version), which only a later version of Imprimatur understands"
    case .olderVersion(let version): "it has version \(version), which a gateway of this version must bring to its own first"
    case .foreign: "it is the database of another program"
    case .replaced: "its file was removed or replaced while it was in use"
    case .noWriteAheadLog: "it can't keep a write-ahead log where it is"
    case .inUse: "another gateway serves from it"
    case .damaged: "it holds what no version of this program writes"
    case .closed: "it is closed"
    }
  }
}
