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
    """,
    """
    -- The publishers through which an upload token lives, and the one package that it is for, where it is for one. Tokens from before have no
    -- publisher, and are worth nothing.
    ALTER TABLE credentials ADD COLUMN package TEXT;
    CREATE TABLE token_publishers (
      credential INTEGER NOT NULL REFERENCES credentials ON DELETE CASCADE,
      place INTEGER NOT NULL,
      publisher TEXT NOT NULL,
      PRIMARY KEY (credential, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX token_publishers_by_publisher ON token_publishers (publisher);

    -- What an upload uses, and what it reserves while it runs: ids to be learnt, a package to be created, a file.
    ALTER TABLE intents ADD COLUMN registry TEXT;
    ALTER TABLE intents ADD COLUMN package TEXT;
    ALTER TABLE intents ADD COLUMN file TEXT;
    ALTER TABLE intents ADD COLUMN publisher TEXT;
    ALTER TABLE intents ADD COLUMN issuer TEXT;
    ALTER TABLE intents ADD COLUMN repository TEXT;
    ALTER TABLE intents ADD COLUMN ids BLOB;
    ALTER TABLE intents ADD COLUMN run TEXT;
    ALTER TABLE intents ADD COLUMN creates INTEGER NOT NULL DEFAULT 0 CHECK (creates IN (0, 1));
    ALTER TABLE intents ADD COLUMN exclusive INTEGER NOT NULL DEFAULT 0 CHECK (exclusive IN (0, 1));
    CREATE INDEX intents_that_teach ON intents (issuer, repository) WHERE ids IS NOT NULL;
    CREATE INDEX intents_that_create ON intents (registry, package) WHERE creates = 1;
    CREATE UNIQUE INDEX intents_alone ON intents (registry, package, file) WHERE exclusive = 1;

    -- A publisher since it was first used; the ids that it learnt then, unless the configuration holds them.
    CREATE TABLE publishers (
      publisher TEXT NOT NULL,
      issuer TEXT NOT NULL,
      repository TEXT NOT NULL,
      ids BLOB,
      first_time INTEGER NOT NULL,
      first_run TEXT,
      last_time INTEGER NOT NULL,
      last_run TEXT,
      PRIMARY KEY (publisher, issuer, repository)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX publishers_by_repository ON publishers (issuer, repository) WHERE ids IS NOT NULL;
    CREATE INDEX publishers_by_ids ON publishers (issuer, ids) WHERE ids IS NOT NULL;

    -- Which identity brought a package into being, of those that were learnt.
    CREATE TABLE creations (
      registry TEXT NOT NULL,
      package TEXT NOT NULL,
      publisher TEXT NOT NULL,
      issuer TEXT NOT NULL,
      ids BLOB NOT NULL,
      PRIMARY KEY (registry, package)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE freezes (
      -- 1 everything, 2 a registry, 3 a publisher
      kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 3),
      name TEXT NOT NULL,
      why TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;

    -- What operators did that no gateway has recorded yet.
    CREATE TABLE deeds (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      note BLOB NOT NULL,
      -- Until then a gateway is about to record it.
      leased_until INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    """,
    """
    -- How an OIDC token may be exchanged: 1 once, 2 once for each package, 3 any number of times, for upload tokens that share their bindings.
    ALTER TABLE credentials ADD COLUMN rule INTEGER CHECK (rule BETWEEN 1 AND 3);
    UPDATE credentials SET rule = 1 WHERE kind = 1;
    -- Of an upload token whose bindings are those of the OIDC token that it was exchanged for.
    ALTER TABLE credentials ADD COLUMN origin INTEGER REFERENCES credentials ON DELETE CASCADE;
    CREATE INDEX credentials_by_origin ON credentials (origin) WHERE origin IS NOT NULL;

    -- The packages for which a token of rule 2 was exchanged.
    CREATE TABLE exchanged_packages (
      credential INTEGER NOT NULL REFERENCES credentials ON DELETE CASCADE,
      package TEXT NOT NULL,
      PRIMARY KEY (credential, package)
    ) STRICT, WITHOUT ROWID;

    -- Beside SHA-256, where they were computed, and the intent by which the name was bound or claimed, for the order.
    ALTER TABLE files ADD COLUMN md5 BLOB;
    ALTER TABLE files ADD COLUMN sha1 BLOB;
    ALTER TABLE files ADD COLUMN sha512 BLOB;
    ALTER TABLE files ADD COLUMN intent INTEGER;

    -- What was sent under a name whose bytes may change.
    CREATE TABLE revisions (
      credential INTEGER NOT NULL REFERENCES credentials ON DELETE CASCADE,
      registry TEXT NOT NULL,
      package TEXT NOT NULL,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      name TEXT NOT NULL,
      version TEXT,
      md5 BLOB,
      sha1 BLOB,
      sha512 BLOB,
      intent INTEGER NOT NULL,
      PRIMARY KEY (credential, registry, package, digest, name)
    ) STRICT, WITHOUT ROWID;

    -- Of an upload that streams a revision: what is recorded at its end.
    ALTER TABLE intents ADD COLUMN credential INTEGER REFERENCES credentials ON DELETE SET NULL;
    ALTER TABLE intents ADD COLUMN version TEXT;
    CREATE INDEX intents_by_credential ON intents (credential) WHERE credential IS NOT NULL;
    """,
    """
    -- The notes of the intents that one transaction opened, as `GroupedNotes` writes them: one row fills its pages, and takes few writes to end.
    CREATE TABLE notes (
      id INTEGER PRIMARY KEY,
      notes BLOB NOT NULL
    ) STRICT;
    -- The row with the note; of an intent from before, the note stands in the intent.
    ALTER TABLE intents ADD COLUMN notes INTEGER;
    """,
  ]

  /// The version that this program works with.
  static var current: Int { migrations.count }

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
  static func migrate(_ connection: Connection, from version: Int, to target: Int = current) throws(DatabaseFailure) {
    guard version < target else { return }
    try connection.execute("BEGIN EXCLUSIVE")
    // A command beside the gateway may have come first.
    let version = try self.version(of: connection)
    for script in migrations[..<target].dropFirst(version) { try connection.execute(script) }
    try connection.execute("PRAGMA application_id = \(applicationID); PRAGMA user_version = \(target); COMMIT")
  }
}
