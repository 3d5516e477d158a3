/// A connection to a database whose tables are known to be ours, by one gateway or command.
final class PostgresSession {
  /// Who uses the database.
  struct User: Sendable {
    /// By which its intents are known: a number that no other process has.
    let instance: Int64
    let role: StoreRole
    let times: PostgresTimes
  }

  let user: User
  let connection: PostgresConnection
  /// Which database it is.
  let database: [UInt8]

  /// - Parameter known: Which database it must be; `nil` if this process has not used one yet.
  init(_ location: PostgresLocation, for user: User, known: [UInt8]?) throws(PostgresFailure) {
    self.user = user
    let deadline = ContinuousClock.now.advanced(by: user.times.connecting)
    let connection = try PostgresConnection.open(location, until: deadline)
    try Self.configure(connection, user.times, until: deadline)
    self.connection = connection
    database = try Self.opened(connection, for: user, known: known, until: deadline)
    try beat()
  }

  /// What a server is usually told to do may differ from what is relied on here.
  private static func configure(
    _ connection: PostgresConnection, _ times: PostgresTimes, until deadline: ContinuousClock.Instant
  ) throws(PostgresFailure) {
    try connection.execute(
      """
      SET search_path = pg_catalog, pg_temp;
      SET statement_timeout = \(times.statementAtServer.milliseconds);
      SET lock_timeout = \(times.lockAtServer.milliseconds);
      SET idle_in_transaction_session_timeout = \(times.migration.milliseconds);
      SET default_transaction_isolation = 'read committed';
      SET default_transaction_deferrable = off;
      -- A token whose use the server forgets when it crashes could be used again.
      SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
      """, until: deadline)
  }

  private static func opened(
    _ connection: PostgresConnection, for user: User, known: [UInt8]?, until deadline: ContinuousClock.Instant
  ) throws(PostgresFailure) -> [UInt8] {
    var found = try PostgresSchema.look(into: connection, until: deadline)
    if let known, found?.database != known { throw .replaced }
    if (found?.version ?? 0) < PostgresSchema.newest {
      guard user.role == .gateway else { throw .noTables }
      try PostgresSchema.migrate(connection, until: .now.advanced(by: user.times.migration))
      found = try PostgresSchema.look(into: connection, until: .now.advanced(by: user.times.statement))
    }
    guard let found else { throw .replaced }
    guard found.version <= PostgresSchema.newest else { throw .newerVersion(found.version) }
    return found.database
  }

  var isUsable: Bool { connection.isUsable }

  /// Runs one statement as a transaction of its own.
  func run(_ sql: String, _ values: PostgresValue...) throws(PostgresFailure) -> PostgresRows { try run(sql, values) }

  func run(_ sql: String, _ values: [PostgresValue]) throws(PostgresFailure) -> PostgresRows {
    try connection.run(sql, values, until: .now.advanced(by: user.times.statement))
  }

  // MARK: - Life

  var instance: PostgresValue { .integer(user.instance) }
  var patience: PostgresValue { .integer(user.times.patience.milliseconds) }

  /// Gives a sign of life, by which also the database is known to be writable, and still of a version that is understood.
  func beat() throws(PostgresFailure) {
    let version = try run("SELECT imprimatur.beat($1, $2)", instance, patience).one { row throws(PostgresFailure) in try row.integer(0) }
    guard version <= PostgresSchema.newest else { throw .newerVersion(version) }
  }

  /// Says that no sign of life will come any more, so that nobody waits for one.
  func leave() throws(PostgresFailure) { _ = try run("DELETE FROM imprimatur.instances WHERE id = $1", instance) }
}

extension Duration {
  /// Rounded down; bounded by what a server takes for a time-out.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return min(max(seconds, 0), 1_000_000) * 1000 + max(attoseconds, 0) / 1_000_000_000_000_000
  }
}
