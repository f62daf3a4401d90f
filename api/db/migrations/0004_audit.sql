-- The log: events lie apart from the leaves that commit to them, so that an event can be erased
-- while the tree stays whole.  Retention: events 10 years unless erased; leaves for ever.

CREATE TABLE audit_events (
  event_id text PRIMARY KEY CHECK (is_id(event_id, 'event')),
  at timestamptz NOT NULL,
  actor_type text NOT NULL CHECK (actor_type IN ('account', 'system', 'anonymous')),
  actor_id text,
  actor_role text,
  action text NOT NULL CHECK (action ~ '^[a-z_]+:[a-z_]+$'),
  action_class text NOT NULL CHECK (action_class IN ('decision', 'consent', 'policy', 'review', 'access', 'key')),
  resource_type text NOT NULL,
  resource_id text NOT NULL,
  body bytea NOT NULL,
  salt bytea NOT NULL CHECK (octet_length(salt) = 32),
  CHECK ((actor_type = 'account') = (actor_id IS NOT NULL))
);
CREATE INDEX audit_events_resource ON audit_events (resource_type, resource_id, event_id);
CREATE INDEX audit_events_actor ON audit_events (actor_id, event_id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_action ON audit_events (action, event_id);

-- Filled in the transaction of the act, emptied by the one sequencer.
CREATE TABLE audit_intake (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id text NOT NULL UNIQUE,
  leaf bytea NOT NULL CHECK (octet_length(leaf) <= 65535)
);

CREATE TABLE audit_entries (
  index bigint PRIMARY KEY CHECK (index >= 0),
  event_id text NOT NULL UNIQUE,
  leaf bytea NOT NULL
);

CREATE TABLE audit_tiles (
  level integer NOT NULL CHECK (level >= 0),
  number bigint NOT NULL CHECK (number >= 0),
  hashes bytea NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192 AND octet_length(hashes) % 32 = 0),
  PRIMARY KEY (level, number)
) WITH (fillfactor = 70);
ALTER TABLE audit_tiles ALTER hashes SET STORAGE EXTERNAL;

CREATE TABLE audit_checkpoints (
  size bigint PRIMARY KEY CHECK (size >= 0),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  note text NOT NULL,
  signed_at timestamptz NOT NULL DEFAULT now()
);

-- The public half of the key that signs, so that every process can publish it.
CREATE TABLE audit_keys (
  verifier_key text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION audit_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF substr(NEW.hashes, 1, octet_length(OLD.hashes)) IS DISTINCT FROM OLD.hashes
     OR (NEW.level, NEW.number) IS DISTINCT FROM (OLD.level, OLD.number) THEN
    RAISE EXCEPTION 'tile %/% may only grow', OLD.level, OLD.number USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_keys
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER never_changes BEFORE UPDATE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER stays BEFORE DELETE OR TRUNCATE ON audit_tiles
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER only_grows BEFORE UPDATE ON audit_tiles
  FOR EACH ROW EXECUTE FUNCTION audit_tile_grows();

COMMENT ON TABLE audit_events IS 'retention: 10 years, or until erased with its salt; no content, ids of accounts';
COMMENT ON TABLE audit_intake IS 'retention: until sequenced, about 100 ms; no personal data';
COMMENT ON TABLE audit_entries IS 'retention: for ever; no personal data: salted commitments';
COMMENT ON TABLE audit_tiles IS 'retention: for ever; no personal data';
COMMENT ON TABLE audit_checkpoints IS 'retention: for ever; no personal data';
COMMENT ON TABLE audit_keys IS 'retention: for ever; no personal data';

GRANT SELECT, INSERT ON audit_events TO filigrane_app;
GRANT INSERT ON audit_intake TO filigrane_app;
GRANT SELECT ON audit_entries, audit_tiles, audit_checkpoints, audit_keys TO filigrane_app;

GRANT SELECT, UPDATE (id), DELETE ON audit_intake TO filigrane_log;  -- FOR UPDATE SKIP LOCKED asks for UPDATE
GRANT SELECT, INSERT ON audit_entries, audit_checkpoints, audit_keys TO filigrane_log;
GRANT SELECT, INSERT, UPDATE ON audit_tiles TO filigrane_log;
