-- What child safety found in a clip: sealed bytes in the object store, the wrapped key of each here.
CREATE TABLE sealed_media (
  id text PRIMARY KEY CHECK (is_id(id, 'sealed')),
  video_id text NOT NULL REFERENCES videos,
  account_id text NOT NULL REFERENCES accounts,
  decision_id text NOT NULL REFERENCES decisions,
  part text NOT NULL CHECK (part IN ('clip', 'brought')),
  object_digest text NOT NULL UNIQUE REFERENCES objects,
  wrapped_key bytea NOT NULL CHECK (length(wrapped_key) = 60),
  media_type text NOT NULL,
  plain_sha256 text NOT NULL CHECK (plain_sha256 ~ '^[0-9a-f]{64}$'),
  byte_count bigint NOT NULL CHECK (byte_count > 0),
  sealed_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL CHECK (expires_at > sealed_at),
  exported_at timestamptz
);
COMMENT ON TABLE sealed_media IS
  'retention: one year (expires_at), as what is reported must be preserved; the row is the key, its end the erasure';
CREATE INDEX sealed_media_waiting ON sealed_media (sealed_at, id) WHERE exported_at IS NULL;
CREATE INDEX sealed_media_expiring ON sealed_media (expires_at);
GRANT SELECT, INSERT, UPDATE (exported_at), DELETE ON sealed_media TO filigrane_app;
