/// The tables of the first version, all in a schema of our own.
///
/// Names are kept as bytes, which hold any character and compare as what they are, and are found by digests, since an index holds no long values.
enum PostgresTables {
  static let first = """
    CREATE TABLE imprimatur.credentials (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      -- SHA-256 of the OIDC token's id, or of the upload token.
      key bytea NOT NULL UNIQUE CHECK (length(key) = 32),
      -- 1 an OIDC token that was exchanged, 2 one that was presented with an upload, 3 an upload token
      kind bigint NOT NULL CHECK (kind BETWEEN 1 AND 3),
      remembered_until bigint NOT NULL,
      -- Of a live upload token; a burnt one has neither.
      identity bytea,
      expiry bigint,
      -- The publishers through which an upload token lives, and the one package that it is for, where it is for one.
      publishers bytea[],
      package bytea
    );
    CREATE INDEX credentials_by_end ON imprimatur.credentials (remembered_until);
    CREATE INDEX credentials_alive ON imprimatur.credentials (id) WHERE identity IS NOT NULL;

    -- The one version of a package that a credential may send.
    CREATE TABLE imprimatur.releases (
      credential bigint NOT NULL REFERENCES imprimatur.credentials ON DELETE CASCADE,
      package_key bytea NOT NULL,
      version bytea,
      PRIMARY KEY (credential, package_key)
    );

    -- A file of that version: bound to its digest, or claimed by the intent that streams it, or neither where nobody knows what was sent.
    CREATE TABLE imprimatur.files (
      credential bigint NOT NULL REFERENCES imprimatur.credentials ON DELETE CASCADE,
      file_key bytea NOT NULL,
      digest bytea CHECK (length(digest) = 32),
      claim bigint,
      PRIMARY KEY (credential, file_key),
      CHECK (digest IS NULL OR claim IS NULL)
    );
    CREATE UNIQUE INDEX files_in_flight ON imprimatur.files (claim) WHERE claim IS NOT NULL;

    -- The gateways that use this database. One that gives no sign of life for long is dead, and its uploads are interrupted.
    CREATE TABLE imprimatur.instances (
      id bigint PRIMARY KEY,
      seen_at timestamptz NOT NULL,
      -- Since when its signs of life have come without a gap: for so long it could have seen those of the others.
      since timestamptz NOT NULL
    );

    -- An upload that is about to go upstream or has, and what it uses and reserves meanwhile. Outlives its credential: an upload may take longer
    -- than its token lives.
    CREATE TABLE imprimatur.intents (
      id bigint PRIMARY KEY,
      place bigint GENERATED ALWAYS AS IDENTITY,
      instance bigint NOT NULL,
      -- 1 open, 2 found open after its gateway's end, 3 must never be opened: whoever asked for it was refused meanwhile
      state bigint NOT NULL CHECK (state BETWEEN 1 AND 3),
      since timestamptz NOT NULL DEFAULT clock_timestamp(),
      note bytea NOT NULL,
      publisher_key bytea,
      publisher bytea,
      issuer bytea,
      repository bytea,
      ids bytea,
      run bytea,
      -- The repository whose ids are to be learnt.
      taught_repository bytea,
      -- The package that nobody else may bring into being meanwhile, and the file that nobody else may send.
      created_package bytea,
      exclusive_file bytea
    );
    CREATE INDEX intents_by_instance ON imprimatur.intents (instance);
    CREATE INDEX intents_that_teach ON imprimatur.intents (taught_repository) WHERE taught_repository IS NOT NULL;
    CREATE INDEX intents_that_create ON imprimatur.intents (created_package) WHERE created_package IS NOT NULL;
    CREATE UNIQUE INDEX intents_alone ON imprimatur.intents (exclusive_file) WHERE exclusive_file IS NOT NULL;

    -- A publisher since it was first used; the ids that it learnt then, unless the configuration holds them.
    CREATE TABLE imprimatur.publishers (
      key bytea PRIMARY KEY,
      publisher bytea NOT NULL,
      issuer bytea NOT NULL,
      repository bytea NOT NULL,
      ids bytea,
      first_time bigint NOT NULL,
      first_run bytea,
      last_time bigint NOT NULL,
      last_run bytea
    );
    CREATE INDEX publishers_by_repository ON imprimatur.publishers (sha256(repository)) WHERE ids IS NOT NULL;
    CREATE INDEX publishers_by_ids ON imprimatur.publishers (sha256(ids)) WHERE ids IS NOT NULL;

    -- Which identity brought a package into being, of those that were learnt.
    CREATE TABLE imprimatur.creations (
      package_key bytea PRIMARY KEY,
      publisher bytea NOT NULL,
      issuer bytea NOT NULL,
      ids bytea NOT NULL
    );

    CREATE TABLE imprimatur.freezes (
      -- 1 everything, 2 a registry, 3 a publisher
      kind bigint NOT NULL CHECK (kind BETWEEN 1 AND 3),
      name bytea NOT NULL,
      why bytea NOT NULL,
      since bigint NOT NULL,
      PRIMARY KEY (kind, name)
    );

    -- What operators did that no gateway has recorded yet.
    CREATE TABLE imprimatur.deeds (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      note bytea NOT NULL,
      -- Until then a gateway is about to record it.
      leased_until bigint NOT NULL DEFAULT 0
    );
    """
}
