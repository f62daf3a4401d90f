-- Who is signed in on the pages: a session stands for the key it was opened with, and ends with it.
CREATE TABLE sessions (
  secret_sha256 bytea PRIMARY KEY CHECK (octet_length(secret_sha256) = 32),
  key_id text NOT NULL REFERENCES api_keys,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL DEFAULT now() + interval '12 hours'
    CHECK (expires_at > created_at AND expires_at <= created_at + interval '12 hours')
);
COMMENT ON TABLE sessions IS 'retention: until expires_at, 12 hours at most, or until signed out';
COMMENT ON COLUMN sessions.secret_sha256 IS 'of the 256-bit cookie, which only the browser holds';
CREATE INDEX sessions_expiring ON sessions (expires_at);

GRANT SELECT, INSERT, DELETE ON sessions TO filigrane_app;
