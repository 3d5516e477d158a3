/// What the second version changes. Functions that it replaces are gone: a gateway of the first version can do nothing more.
enum PostgresSecondVersion {
  static let tables = """
    -- How an OIDC token may be exchanged: 1 once, 2 once for each package, 3 any number of times, for upload tokens that share their bindings.
    ALTER TABLE imprimatur.credentials ADD COLUMN rule bigint CHECK (rule BETWEEN 1 AND 3);
    UPDATE imprimatur.credentials SET rule = 1 WHERE kind = 1;
    -- Of an upload token whose bindings are those of the OIDC token that it was exchanged for.
    ALTER TABLE imprimatur.credentials ADD COLUMN origin bigint REFERENCES imprimatur.credentials ON DELETE CASCADE;
    CREATE INDEX credentials_by_origin ON imprimatur.credentials (origin) WHERE origin IS NOT NULL;

    -- The packages for which a token of rule 2 was exchanged, by SHA-256.
    CREATE TABLE imprimatur.exchanged_packages (
      credential bigint NOT NULL REFERENCES imprimatur.credentials ON DELETE CASCADE,
      package_key bytea NOT NULL CHECK (length(package_key) = 32),
      PRIMARY KEY (credential, package_key)
    );

    -- The order in which names were bound or claimed.
    CREATE SEQUENCE imprimatur.places;

    -- Digests beside SHA-256, where they were computed. Nobody knows the name and the package of a file of the first version.
    ALTER TABLE imprimatur.files ADD COLUMN package_key bytea, ADD COLUMN name bytea, ADD COLUMN md5 bytea, ADD COLUMN sha1 bytea,
      ADD COLUMN sha512 bytea, ADD COLUMN place bigint NOT NULL DEFAULT nextval('imprimatur.places');

    -- What was sent under a name whose bytes may change.
    CREATE TABLE imprimatur.revisions (
      credential bigint NOT NULL REFERENCES imprimatur.credentials ON DELETE CASCADE,
      package_key bytea NOT NULL,
      digest bytea NOT NULL CHECK (length(digest) = 32),
      file_key bytea NOT NULL,
      name bytea NOT NULL,
      version bytea,
      md5 bytea,
      sha1 bytea,
      sha512 bytea,
      place bigint NOT NULL DEFAULT nextval('imprimatur.places'),
      CONSTRAINT revisions_of_credential PRIMARY KEY (credential, package_key, digest, file_key)
    );

    -- Of an upload that streams a revision: what is recorded at its end.
    ALTER TABLE imprimatur.intents ADD COLUMN credential bigint REFERENCES imprimatur.credentials ON DELETE SET NULL,
      ADD COLUMN package_key bytea, ADD COLUMN file_key bytea, ADD COLUMN name bytea, ADD COLUMN version bytea;
    CREATE INDEX intents_by_credential ON imprimatur.intents (credential) WHERE credential IS NOT NULL;

    -- Records what was sent under a name, once more as the newest where it was recorded before.
    CREATE FUNCTION imprimatur.revise(
      _credential bigint, _package_key bytea, _digest bytea, _file_key bytea, _name bytea, _version bytea, _md5 bytea, _sha1 bytea, _sha512 bytea
    ) RETURNS void LANGUAGE sql AS $function$
      INSERT INTO imprimatur.revisions AS r (credential, package_key, digest, file_key, name, version, md5, sha1, sha512)
        VALUES (_credential, _package_key, _digest, _file_key, _name, _version, _md5, _sha1, _sha512)
        ON CONFLICT ON CONSTRAINT revisions_of_credential DO UPDATE SET version = excluded.version, md5 = coalesce(excluded.md5, r.md5),
          sha1 = coalesce(excluded.sha1, r.sha1), sha512 = coalesce(excluded.sha512, r.sha512), place = excluded.place
    $function$;
    """

  /// Its verdict is one of `PostgresAnswer`'s codes. `_credential` is null where it is not ours to bind.
  static let beginUpload = """
    DROP FUNCTION imprimatur.begin_upload;

    CREATE FUNCTION imprimatur.begin_upload(
      _intent bigint, _instance bigint, _note bytea, _registry bytea, _package_key bytea, _file_key bytea,
      _publisher_key bytea, _publisher bytea, _issuer bytea, _repository bytea, _repository_key bytea, _ids bytea, _run bytea, _creates boolean, _alone boolean,
      _credential bytea, _is_upload_token boolean, _until bigint, _version bytea, _is_streamed boolean, _digest bytea, _md5 bytea, _sha1 bytea, _sha512 bytea,
      -- 1 a file, 2 a revision, 3 a part
      _file_kind bigint, _file bytea,
      OUT verdict bigint, OUT kind bigint, OUT name bytea, OUT why bytea, OUT since bigint, OUT digest bytea
    ) LANGUAGE plpgsql AS $function$
    DECLARE
      expected_kind CONSTANT bigint := CASE WHEN _is_upload_token THEN 3 ELSE 2 END;
      is_streamed_revision CONSTANT boolean := _credential IS NOT NULL AND _file_kind = 2 AND _is_streamed;
      row_id bigint;
      -- The credential that the bindings belong to.
      owner bigint;
      found_origin bigint;
      found_kind bigint;
      found_until bigint;
      is_alive boolean;
      bound_version bytea;
      claimed bigint;
      is_taught_otherwise boolean;
      is_created_meanwhile boolean;
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(\(PostgresFunctions.freezeLock));
      SELECT f.kind, f.name, f.why, f.since INTO kind, name, why, since FROM imprimatur.freezes f
        WHERE f.kind = 1 OR (f.kind = 2 AND f.name = _registry) OR (f.kind = 3 AND f.name = _publisher) ORDER BY f.kind LIMIT 1;
      IF FOUND THEN verdict := 7; RETURN; END IF;

      IF _ids IS NOT NULL THEN
        PERFORM imprimatur.lock_key(_repository_key);
        PERFORM imprimatur.lock_key(_package_key);
      END IF;
      IF _alone THEN
        PERFORM imprimatur.lock_key(_file_key);
        IF EXISTS (SELECT FROM imprimatur.intents i WHERE i.exclusive_file = _file_key) THEN verdict := 4; RETURN; END IF;
      END IF;

      IF _ids IS NOT NULL THEN
        -- In one statement, and so at one moment: an upload that ends turns what it reserved into what was learnt.
        SELECT
          EXISTS (SELECT FROM imprimatur.publishers p WHERE sha256(p.repository) = sha256(_repository) AND p.repository = _repository
              AND p.issuer = _issuer AND p.ids IS NOT NULL AND p.ids <> _ids)
            OR EXISTS (SELECT FROM imprimatur.intents i WHERE i.taught_repository = _repository_key AND i.ids <> _ids),
          (SELECT c.publisher FROM imprimatur.creations c
            WHERE c.package_key = _package_key AND c.publisher <> _publisher AND NOT (c.issuer = _issuer AND c.ids = _ids)),
          EXISTS (SELECT FROM imprimatur.intents i
            WHERE i.created_package = _package_key AND NOT (i.issuer = _issuer AND i.ids = _ids))
          INTO is_taught_otherwise, name, is_created_meanwhile;
        IF is_taught_otherwise THEN verdict := 8; RETURN; END IF;
        IF name IS NOT NULL THEN verdict := 9; RETURN; END IF;
        IF is_created_meanwhile THEN verdict := 8; RETURN; END IF;
      END IF;

      IF _credential IS NOT NULL THEN
        IF NOT _is_upload_token THEN
          INSERT INTO imprimatur.credentials (key, kind, remembered_until) VALUES (_credential, 2, _until)
            ON CONFLICT (key) DO NOTHING RETURNING id INTO row_id;
        END IF;
        IF row_id IS NULL THEN
          -- Locked: of two uploads with one credential the second sees what the first has bound.
          SELECT c.id, c.kind, c.remembered_until, c.identity IS NOT NULL, c.origin INTO row_id, found_kind, found_until, is_alive, found_origin
            FROM imprimatur.credentials c WHERE c.key = _credential FOR NO KEY UPDATE;
          IF row_id IS NULL OR found_kind <> expected_kind OR (_is_upload_token AND NOT is_alive) THEN
            verdict := CASE WHEN _is_upload_token THEN 6 ELSE 1 END;
            RETURN;
          END IF;
          IF found_until < _until THEN UPDATE imprimatur.credentials SET remembered_until = _until WHERE id = row_id; END IF;
        END IF;
        owner := row_id;
        IF found_origin IS NOT NULL THEN
          -- Locked as well: other upload tokens have the same bindings.
          SELECT c.id, c.remembered_until INTO owner, found_until FROM imprimatur.credentials c WHERE c.id = found_origin FOR NO KEY UPDATE;
          -- Where it is gone, the upload token went with it at this moment.
          IF owner IS NULL THEN verdict := 6; RETURN; END IF;
          IF found_until < _until THEN UPDATE imprimatur.credentials SET remembered_until = _until WHERE id = owner; END IF;
        END IF;

        IF _file_kind = 1 OR (_file_kind = 2 AND _version IS NOT NULL) THEN
          INSERT INTO imprimatur.releases VALUES (owner, _package_key, _version) ON CONFLICT (credential, package_key) DO NOTHING;
          IF NOT FOUND THEN
            SELECT r.version INTO bound_version FROM imprimatur.releases r WHERE r.credential = owner AND r.package_key = _package_key;
            IF NOT FOUND OR bound_version IS DISTINCT FROM _version THEN
              -- Another version fits that names bytes which the credential has already sent.
              IF _file_kind = 1 OR _digest IS NULL OR NOT EXISTS (SELECT FROM imprimatur.revisions v
                  WHERE v.credential = owner AND v.package_key = _package_key AND v.digest = _digest) THEN
                verdict := 2;
                RETURN;
              END IF;
            END IF;
          END IF;
        END IF;

        IF _file_kind = 1 THEN
          INSERT INTO imprimatur.files (credential, file_key, digest, claim, package_key, name, md5, sha1, sha512)
            VALUES (owner, _file_key, _digest, CASE WHEN _is_streamed THEN _intent END, _package_key, _file, _md5, _sha1, _sha512)
            ON CONFLICT (credential, file_key) DO NOTHING;
          IF NOT FOUND THEN
            SELECT f.digest, f.claim INTO digest, claimed FROM imprimatur.files f WHERE f.credential = owner AND f.file_key = _file_key;
            -- Where it is gone, its upload has ended at this moment.
            IF NOT FOUND OR claimed IS NOT NULL THEN verdict := 4; RETURN; END IF;
            IF digest IS NULL THEN verdict := 5; RETURN; END IF;
            IF _is_streamed THEN verdict := 10; RETURN; END IF;
            IF digest <> _digest THEN verdict := 3; RETURN; END IF;
            UPDATE imprimatur.files f SET package_key = _package_key, name = _file, md5 = coalesce(f.md5, _md5), sha1 = coalesce(f.sha1, _sha1),
                sha512 = coalesce(f.sha512, _sha512)
              WHERE f.credential = owner AND f.file_key = _file_key
                AND (f.name IS NULL OR coalesce(_md5, _sha1, _sha512) IS NOT NULL);
          END IF;
        ELSIF _file_kind = 2 AND NOT _is_streamed THEN
          PERFORM imprimatur.revise(owner, _package_key, _digest, _file_key, _file, _version, _md5, _sha1, _sha512);
        END IF;
      END IF;

      INSERT INTO imprimatur.intents
        (id, instance, state, note, publisher_key, publisher, issuer, repository, ids, run, taught_repository, created_package, exclusive_file,
          credential, package_key, file_key, name, version)
        VALUES (_intent, _instance, 1, _note, _publisher_key, _publisher, _issuer, _repository, _ids, _run,
          CASE WHEN _ids IS NOT NULL THEN _repository_key END, CASE WHEN _creates THEN _package_key END, CASE WHEN _alone THEN _file_key END,
          CASE WHEN is_streamed_revision THEN owner END, CASE WHEN is_streamed_revision THEN _package_key END,
          CASE WHEN is_streamed_revision THEN _file_key END, CASE WHEN is_streamed_revision THEN _file END,
          CASE WHEN is_streamed_revision THEN _version END);
      verdict := 0;
    END
    $function$;
    """
}
