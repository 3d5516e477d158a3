/// Why a PostgreSQL database can't be used.
///
/// None of libpq's own messages is among them: they quote what they were given, and with it the password.
package enum PostgresFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where it is can't be read, or is not a URL of a PostgreSQL database.
  case location
  /// No server was found, or none that lets itself be written.
  case unreachable
  /// A server did not let us in.
  case refused(SQLState)
  /// It did not answer in time.
  case timedOut
  /// The connection ended, with what the server said at last.
  case ended(SQLState?)
  /// A statement failed, and all that belonged to it was taken back.
  case statement(SQLState)
  /// What it answered has another form than was asked for.
  case unexpectedAnswer
  /// It holds what no version of this program writes.
  case damaged
  /// It has no tables of ours, or older ones, and a command makes none.
  case noTables
  /// Its tables were written by a later version of this program.
  case newerVersion(Int64)
  /// The tables that were in use are gone, or others were put in their place: what they knew would be forgotten.
  case replaced

  /// Whether the statement that failed so surely changed nothing.
  var isWithoutEffect: Bool {
    switch self {
    case .timedOut, .ended, .unexpectedAnswer: false
    case .location, .unreachable, .refused, .statement, .damaged, .noTables, .newerVersion, .replaced: true
    }
  }

  /// Whether the connection is of no more use.
  var endsConnection: Bool {
    switch self {
    case .statement, .damaged: false
    case .location, .unreachable, .refused, .timedOut, .ended, .unexpectedAnswer, .noTables, .newerVersion, .replaced: true
    }
  }

  package var description: String {
    switch self {
    case .location: "its URL can't be read"
    case .unreachable: "no server is reached that can be written"
    case .refused(let state): "the server refuses the connection: \(Self.words(state))"
    case .timedOut: "the server does not answer in time"
    case .ended(nil): "the connection was lost"
    case .ended(let state?): "the server ended the connection: \(Self.words(state))"
    case .statement(let state): "the server refuses a statement: \(Self.words(state))"
    case .unexpectedAnswer: "the server gave an answer that was not asked for"
    case .damaged: "it holds what no version of this program writes"
    case .noTables: "no gateway of this version has used it yet"
    case .newerVersion(let version): "it has version \(version), which only a later version of Imprimatur understands"
    case .replaced: "its tables were removed or replaced while they were in use"
    }
  }

  private static func words(_ state: SQLState) -> String { state.meaning.map { "\($0) (SQLSTATE \(state))" } ?? "SQLSTATE \(state)" }
}
