/// The schema `imprimatur` and its versions. Other schemas of the database are nobody's business here.
enum PostgresSchema {
  /// Held while tables are made.
  private static let migrationLock: Int64 = 0x494D_5052_0000

  /// Each brings a schema from the version that is its index to the next. What stands here was released and never changes.
  private static let migrations = [
    [PostgresTables.first, PostgresFunctions.others, PostgresFunctions.beginUpload],
    [PostgresSecondVersion.tables, PostgresSecondVersion.beginUpload, PostgresSecondVersion.endIntents, PostgresSecondVersion.exchange],
  ].map { $0.joined(separator: "\n") }

  static var newest: Int64 { Int64(migrations.count) }

  /// What the server holds.
  struct Found: Equatable {
    let version: Int64
    /// Which database it is: one that was made anew has another.
    let database: [UInt8]
  }

  /// `nil` if it holds no schema of ours.
  static func look(into connection: PostgresConnection, until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> Found? {
    // A query of the catalogue sees what another gateway has just made; a name that was looked up in vain may be remembered.
    let isThere = try connection.run(
      """
      SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'imprimatur' AND c.relname = 'schema_version')
      """, until: deadline)
    guard try isThere.one({ row throws(PostgresFailure) in try row.flag(0) }) else { return nil }
    return try connection.run("SELECT version, database FROM imprimatur.schema_version", until: deadline).one {
      row throws(PostgresFailure) in
      Found(version: try row.integer(0), database: try row.bytes(1))
    }
  }

  /// Makes the tables, or brings them to this program's version, in one transaction; one gateway at a time, while others wait or ask again.
  static func migrate(_ connection: PostgresConnection, until deadline: ContinuousClock.Instant) throws(PostgresFailure) {
    try connection.execute(
      "BEGIN; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(\(migrationLock))", until: deadline)
    let version = try look(into: connection, until: deadline)?.version ?? 0
    // Another one may have come first.
    if version < newest {
      let scripts = (version == 0 ? [foundation] : []) + migrations.dropFirst(Int(clamping: version))
      try connection.execute(scripts.joined(separator: "\n"), until: deadline)
      try connection.execute("UPDATE imprimatur.schema_version SET version = \(newest)", until: deadline)
    }
    try connection.execute("COMMIT", until: deadline)
  }

  /// An administrator may have made the schema for a user that may not.
  private static let foundation = """
    DO $do$ BEGIN IF to_regnamespace('imprimatur') IS NULL THEN CREATE SCHEMA imprimatur; END IF; END $do$;
    CREATE TABLE imprimatur.schema_version (
      one boolean PRIMARY KEY DEFAULT true CHECK (one),
      version bigint NOT NULL,
      database bytea NOT NULL
    );
    INSERT INTO imprimatur.schema_version (version, database) VALUES (0, uuid_send(gen_random_uuid()));
    """
}
