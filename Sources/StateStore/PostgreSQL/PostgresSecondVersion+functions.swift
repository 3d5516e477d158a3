extension PostgresSecondVersion {
  static let endIntents = """
    DROP FUNCTION imprimatur.end_intents;

    -- As in the first version, and with digests beside SHA-256 and revisions that were streamed.
    CREATE FUNCTION imprimatur.end_intents(
      _intents bigint[], _kinds bigint[], _digests bytea[], _md5s bytea[], _sha1s bytea[], _sha512s bytea[], _times bigint[], _publisher_keys bytea[],
      _publishers bytea[], _issuers bytea[], _repositories bytea[], _ids bytea[], _runs bytea[], _created_packages bytea[]
    ) RETURNS void LANGUAGE plpgsql AS $function$
    DECLARE
      used record;
    BEGIN
      -- In one order, so that gateways that end uploads of the same publishers don't wait for each other in a circle.
      FOR used IN
        SELECT e.time, coalesce(e.publisher_key, i.publisher_key) AS publisher_key, coalesce(e.publisher, i.publisher) AS publisher,
            coalesce(e.issuer, i.issuer) AS issuer, coalesce(e.repository, i.repository) AS repository, coalesce(e.ids, i.ids) AS ids,
            coalesce(e.run, i.run) AS run, coalesce(e.created_package, i.created_package) AS created_package
          FROM unnest(
            _intents, _times, _publisher_keys, _publishers, _issuers, _repositories, _ids, _runs, _created_packages
          ) WITH ORDINALITY AS e (id, time, publisher_key, publisher, issuer, repository, ids, run, created_package, place)
          LEFT JOIN imprimatur.intents i ON i.id = e.id
          WHERE e.time >= 0 AND coalesce(e.publisher_key, i.publisher_key) IS NOT NULL ORDER BY 2, e.place
      LOOP
        INSERT INTO imprimatur.publishers AS p VALUES (
            used.publisher_key, used.publisher, used.issuer, used.repository, used.ids, used.time, used.run, used.time, used.run)
          ON CONFLICT (key) DO UPDATE
          SET ids = coalesce(p.ids, excluded.ids), last_time = excluded.last_time, last_run = excluded.last_run
          -- Once a minute is enough for a run that uploads many files.
          WHERE (p.ids IS NULL AND excluded.ids IS NOT NULL) OR p.last_run IS DISTINCT FROM excluded.last_run
            OR excluded.last_time >= p.last_time + 60;
        IF used.created_package IS NOT NULL AND used.ids IS NOT NULL THEN
          INSERT INTO imprimatur.creations VALUES (used.created_package, used.publisher, used.issuer, used.ids)
            ON CONFLICT (package_key) DO NOTHING;
        END IF;
      END LOOP;
      -- 1 bound, 2 streamed, 3 released
      DELETE FROM imprimatur.files f USING unnest(_intents, _kinds) AS e (id, kind) WHERE f.claim = e.id AND e.kind = 3;
      UPDATE imprimatur.files f SET claim = NULL, digest = e.digest, md5 = e.md5, sha1 = e.sha1, sha512 = e.sha512
        FROM unnest(_intents, _digests, _md5s, _sha1s, _sha512s) AS e (id, digest, md5, sha1, sha512) WHERE f.claim = e.id;
      -- A credential that is being forgotten is waited for, and then has nothing more.
      FOR used IN
        SELECT i.credential, i.package_key, e.digest, i.file_key, i.name, i.version, e.md5, e.sha1, e.sha512
          FROM unnest(_intents, _digests, _md5s, _sha1s, _sha512s) WITH ORDINALITY AS e (id, digest, md5, sha1, sha512, place)
          JOIN imprimatur.intents i ON i.id = e.id JOIN imprimatur.credentials c ON c.id = i.credential
          WHERE e.digest IS NOT NULL ORDER BY e.place FOR KEY SHARE OF c
      LOOP
        PERFORM imprimatur.revise(
          used.credential, used.package_key, used.digest, used.file_key, used.name, used.version, used.md5, used.sha1, used.sha512);
      END LOOP;
      DELETE FROM imprimatur.intents i WHERE i.id = ANY (_intents) AND i.state <> 3;
    END
    $function$;
    """

  static let exchange = """
    -- False: a replay.
    CREATE FUNCTION imprimatur.exchange(
      _token bytea, _rule bigint, _package bytea, _until bigint, _hash bytea, _identity bytea, _expiry bigint, _publishers bytea[], _limit bytea
    ) RETURNS boolean LANGUAGE plpgsql AS $function$
    DECLARE
      row_id bigint;
      found_kind bigint;
      found_rule bigint;
      found_until bigint;
    BEGIN
      INSERT INTO imprimatur.credentials (key, kind, rule, remembered_until) VALUES (_token, 1, _rule, _until)
        ON CONFLICT (key) DO NOTHING RETURNING id INTO row_id;
      IF row_id IS NULL THEN
        SELECT c.id, c.kind, c.rule, c.remembered_until INTO row_id, found_kind, found_rule, found_until
          FROM imprimatur.credentials c WHERE c.key = _token FOR NO KEY UPDATE;
        IF row_id IS NULL OR found_kind <> 1 OR found_rule IS DISTINCT FROM _rule OR _rule = 1 THEN RETURN false; END IF;
      END IF;
      IF _rule = 2 THEN
        INSERT INTO imprimatur.exchanged_packages VALUES (row_id, sha256(_package)) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN RETURN false; END IF;
      END IF;
      IF found_until < _until THEN UPDATE imprimatur.credentials SET remembered_until = _until WHERE id = row_id; END IF;
      INSERT INTO imprimatur.credentials (key, kind, remembered_until, identity, expiry, publishers, package, origin)
        VALUES (_hash, 3, _expiry, _identity, _expiry, _publishers, _limit, CASE WHEN _rule = 3 THEN row_id END);
      RETURN true;
    END
    $function$;
    """
}
