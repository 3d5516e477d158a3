/// The tables and their versions.
enum Schema {
  /// "IMPR": by this a database of ours is known.
  private static let applicationID: Int64 = 0x494D_5052

  /// Each brings a database from the version that is its index to the next. What stands here was released and never changes.
  private static let migrations = [
    """
    CREATE TABLE credentials (
      id INTEGER PRIMARY KEY,
      -- SHA-256 of the OIDC token's id, or of the upload token.
      key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
      -- 1 an OIDC token that was exchanged, 2 one that was presented with an upload, 3 an upload token
      kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
      remembered_until INTEGER NOT NULL,
      -- Of a live upload token; a burnt one has neither.
      identity BLOB,
      expiry INTEGER
    ) STRICT;
    CREATE INDEX credentials_by_end ON credentials (remembered_until);

    -- The one version of a package that a credential may send.
    CREATE TABLE releases (
      credential INTEGER NOT NULL REFERENCES credentials ON DELETE CASCADE,
      registry TEXT NOT NULL,
      package TEXT NOT NULL,
      version TEXT,
      PRIMARY KEY (credential, registry, package)
    ) STRICT, WITHOUT ROWID;

    -- A file of that version: bound to its digest, or claimed by the intent that streams it, or neither where nobody knows what was sent.
    CREATE TABLE files (
      credential INTEGER NOT NULL REFERENCES credentials ON DELETE CASCADE,
      registry TEXT NOT NULL,
      package TEXT NOT NULL,
      name TEXT NOT NULL,
      digest BLOB CHECK (length(digest) = 32),
      claim INTEGER,
      PRIMARY KEY (credential, registry, package, name),
      CHECK (digest IS NULL OR claim IS NULL)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX files_in_flight ON files (claim) WHERE claim IS NOT NULL;

    -- Outlives its credential: an upload may take longer than its token lives.
    CREATE TABLE intents (
      id INTEGER PRIMARY KEY,
      note BLOB NOT NULL
    ) STRICT;

    CREATE TABLE probes (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      count INTEGER NOT NULL
    ) STRICT;
    INSERT INTO probes VALUES (1, 0);
    """
  ]

  /// The version of a database of ours, 0 of an empty one. It changes nothing, since the file may be somebody else's.
  static func version(of connection: Connection) throws(DatabaseFailure) -> Int {
    let version = try connection.integer("PRAGMA user_version") ?? 0
    if try connection.integer("PRAGMA application_id") != applicationID {
      let tables = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
      guard version == 0, tables == 0 else { throw .foreign }
    }
    guard let known = Int(exactly: version), known >= 0 else { throw .foreign }
    guard known <= migrations.count else { throw .newerVersion(version) }
    return known
  }

  /// Makes the tables, or brings them to this program's version, in one transaction.
  static func migrate(_ connection: Connection, from version: Int) throws(DatabaseFailure) {
    guard version < migrations.count else { return }
    try connection.execute("BEGIN EXCLUSIVE")
    for script in migrations.dropFirst(version) { try connection.execute(script) }
    try connection.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(migrations.count); COMMIT")
  }
}
