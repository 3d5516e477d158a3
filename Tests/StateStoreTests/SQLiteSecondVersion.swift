/// The schema of an SQLite database that the program's commit 7fdecd1 made, as that wrote it.
enum SQLiteSecondVersion {
  static let schema = #"""
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
    PRAGMA application_id = 1229803602; PRAGMA user_version = 2;
    """#
}
