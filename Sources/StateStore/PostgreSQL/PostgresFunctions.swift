/// What takes several steps and must be one transaction and one round trip: functions at the server, of the first version.
///
/// Within them each step sees what was committed before it began (PostgreSQL's manual, Function Volatility Categories), and each holds what it locks
/// until its commit. Locks are taken in one order: repository, package, file, credential.
enum PostgresFunctions {
  /// Held by uploads that begin, against an operator who freezes.
  static let freezeLock: Int64 = 0x494D_5052_0001

  /// Its verdict is one of `PostgresAnswer`'s codes. `_credential` is null where it is not ours to bind.
  static let beginUpload = """
    CREATE FUNCTION imprimatur.begin_upload(
      _intent bigint, _instance bigint, _note bytea, _registry bytea, _package_key bytea, _file_key bytea,
      _publisher_key bytea, _publisher bytea, _issuer bytea, _repository bytea, _repository_key bytea, _ids bytea, _run bytea, _creates boolean, _alone boolean,
      _credential bytea, _is_upload_token boolean, _until bigint, _version bytea, _is_streamed boolean, _digest bytea,
      OUT verdict bigint, OUT kind bigint, OUT name bytea, OUT why bytea, OUT since bigint, OUT digest bytea
    ) LANGUAGE plpgsql AS $function$
    DECLARE
      expected_kind CONSTANT bigint := CASE WHEN _is_upload_token THEN 3 ELSE 2 END;
      row_id bigint;
      found_kind bigint;
      found_until bigint;
      is_alive boolean;
      bound_version bytea;
      claimed bigint;
      is_taught_otherwise boolean;
      is_created_meanwhile boolean;
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(\(freezeLock));
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
          SELECT c.id, c.kind, c.remembered_until, c.identity IS NOT NULL INTO row_id, found_kind, found_until, is_alive
            FROM imprimatur.credentials c WHERE c.key = _credential FOR NO KEY UPDATE;
          IF row_id IS NULL OR found_kind <> expected_kind OR (_is_upload_token AND NOT is_alive) THEN
            verdict := CASE WHEN _is_upload_token THEN 6 ELSE 1 END;
            RETURN;
          END IF;
          IF found_until < _until THEN UPDATE imprimatur.credentials SET remembered_until = _until WHERE id = row_id; END IF;
        END IF;

        INSERT INTO imprimatur.releases VALUES (row_id, _package_key, _version) ON CONFLICT (credential, package_key) DO NOTHING;
        IF NOT FOUND THEN
          SELECT r.version INTO bound_version FROM imprimatur.releases r WHERE r.credential = row_id AND r.package_key = _package_key;
          IF NOT FOUND OR bound_version IS DISTINCT FROM _version THEN verdict := 2; RETURN; END IF;
        END IF;

        INSERT INTO imprimatur.files VALUES (row_id, _file_key, _digest, CASE WHEN _is_streamed THEN _intent END)
          ON CONFLICT (credential, file_key) DO NOTHING;
        IF NOT FOUND THEN
          SELECT f.digest, f.claim INTO digest, claimed FROM imprimatur.files f WHERE f.credential = row_id AND f.file_key = _file_key;
          -- Where it is gone, its upload has ended at this moment.
          IF NOT FOUND OR claimed IS NOT NULL THEN verdict := 4; RETURN; END IF;
          IF digest IS NULL THEN verdict := 5; RETURN; END IF;
          IF _is_streamed THEN verdict := 10; RETURN; END IF;
          IF digest <> _digest THEN verdict := 3; RETURN; END IF;
        END IF;
      END IF;

      INSERT INTO imprimatur.intents
        (id, instance, state, note, publisher_key, publisher, issuer, repository, ids, run, taught_repository, created_package, exclusive_file)
        VALUES (_intent, _instance, 1, _note, _publisher_key, _publisher, _issuer, _repository, _ids, _run,
          CASE WHEN _ids IS NOT NULL THEN _repository_key END, CASE WHEN _creates THEN _package_key END, CASE WHEN _alone THEN _file_key END);
      verdict := 0;
    END
    $function$;
    """

  static let others = """
    -- Until the transaction's end, against others that lock the same key. Other keys may share the lock, and wait for nothing.
    CREATE FUNCTION imprimatur.lock_key(_key bytea) RETURNS void LANGUAGE sql AS $function$
      SELECT pg_advisory_xact_lock(('x' || encode(substring(_key FOR 8), 'hex'))::bit(64)::bigint)
    $function$;

    -- Places in the arrays belong together. A time below 0: the registry did not take the upload. What was ended before is left as it is; what was
    -- learnt is learnt, even if the intent was taken for a dead gateway's meanwhile. Nulls: what the intent says.
    CREATE FUNCTION imprimatur.end_intents(
      _intents bigint[], _kinds bigint[], _digests bytea[], _times bigint[], _publisher_keys bytea[], _publishers bytea[], _issuers bytea[],
      _repositories bytea[], _ids bytea[], _runs bytea[], _created_packages bytea[]
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
      UPDATE imprimatur.files f SET digest = e.digest, claim = NULL FROM unnest(_intents, _digests) AS e (id, digest) WHERE f.claim = e.id;
      DELETE FROM imprimatur.intents i WHERE i.id = ANY (_intents) AND i.state <> 3;
    END
    $function$;

    -- Closes intents that nobody knows to have been opened, and those that a statement opens which still runs: it meets the row that is left here.
    CREATE FUNCTION imprimatur.void_intents(_instance bigint, _intents bigint[]) RETURNS void LANGUAGE plpgsql AS $function$
    DECLARE
      intent bigint;
    BEGIN
      DELETE FROM imprimatur.intents i WHERE i.state = 3 AND i.since < now() - interval '1 hour';
      FOREACH intent IN ARRAY _intents LOOP
        INSERT INTO imprimatur.intents (id, instance, state, note) VALUES (intent, _instance, 3, '') ON CONFLICT (id) DO NOTHING;
        IF NOT FOUND THEN
          DELETE FROM imprimatur.files f WHERE f.claim = intent;
          DELETE FROM imprimatur.intents i WHERE i.id = intent AND i.state <> 3;
        END IF;
      END LOOP;
    END
    $function$;

    CREATE FUNCTION imprimatur.beat(_instance bigint, _patience bigint) RETURNS bigint LANGUAGE sql AS $function$
      INSERT INTO imprimatur.instances AS i VALUES (_instance, clock_timestamp(), clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, since =
          CASE WHEN excluded.seen_at - i.seen_at > _patience * interval '0.5 ms' THEN excluded.seen_at ELSE i.since END;
      SELECT version FROM imprimatur.schema_version;
    $function$;

    -- Those that have given no sign of life for `_patience` milliseconds during which this gateway, and the server, could have seen one.
    CREATE FUNCTION imprimatur.is_dead(_other bigint, _instance bigint, _patience bigint) RETURNS boolean LANGUAGE sql AS $function$
      SELECT _other <> _instance AND NOT EXISTS (
        SELECT FROM imprimatur.instances o, imprimatur.instances own WHERE o.id = _other AND own.id = _instance
          AND clock_timestamp() - greatest(o.seen_at, own.since, pg_postmaster_start_time()) <= _patience * interval '1 ms'
        UNION ALL
        SELECT FROM imprimatur.instances o WHERE o.id = _other AND NOT EXISTS (SELECT FROM imprimatur.instances WHERE id = _instance))
    $function$;

    -- Takes over what dead gateways left open: one gateway each, and the next one if that dies, too.
    CREATE FUNCTION imprimatur.interrupted_intents(_instance bigint, _patience bigint) RETURNS TABLE (id bigint, note bytea)
      LANGUAGE plpgsql AS $function$
    DECLARE
      dead bigint[];
    BEGIN
      SELECT array_agg(o.instance) INTO dead FROM (SELECT DISTINCT i.instance FROM imprimatur.intents i) o
        WHERE imprimatur.is_dead(o.instance, _instance, _patience);
      IF dead IS NOT NULL THEN
        DELETE FROM imprimatur.intents i WHERE i.instance = ANY (dead) AND i.state = 3;
        UPDATE imprimatur.intents i SET instance = _instance, state = 2 WHERE i.id IN
          (SELECT o.id FROM imprimatur.intents o WHERE o.instance = ANY (dead) FOR UPDATE SKIP LOCKED);
        UPDATE imprimatur.files f SET claim = NULL FROM imprimatur.intents i
          WHERE i.instance = _instance AND i.state = 2 AND f.claim = i.id;
      END IF;
      DELETE FROM imprimatur.instances n WHERE n.seen_at < now() - interval '1 day'
        AND NOT EXISTS (SELECT FROM imprimatur.intents i WHERE i.instance = n.id);
      RETURN QUERY SELECT i.id, i.note FROM imprimatur.intents i WHERE i.instance = _instance AND i.state = 2 ORDER BY i.place;
    END
    $function$;

    CREATE FUNCTION imprimatur.freeze(_kind bigint, _name bytea, _why bytea, _since bigint, _deed bytea) RETURNS void
      LANGUAGE plpgsql AS $function$
    BEGIN
      -- Uploads that have not seen it have begun before it is in force.
      PERFORM pg_advisory_xact_lock(\(freezeLock));
      INSERT INTO imprimatur.freezes VALUES (_kind, _name, _why, _since)
        ON CONFLICT (kind, name) DO UPDATE SET why = excluded.why, since = excluded.since;
      INSERT INTO imprimatur.deeds (note) VALUES (_deed);
    END
    $function$;
    """
}
