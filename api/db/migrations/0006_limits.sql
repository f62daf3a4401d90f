-- How often one may ask, and what a repeated request is answered.

-- Lost in a crash, written without waiting for the disk: an unlogged row costs no commit.
CREATE UNLOGGED TABLE rate_limits (
  subject text PRIMARY KEY,
  arrives_at timestamptz NOT NULL
);
COMMENT ON TABLE rate_limits IS 'retention: one hour after the last request';
COMMENT ON COLUMN rate_limits.arrives_at IS 'theoretical arrival time of the generic cell rate algorithm';

CREATE TABLE idempotency_keys (
  key_id text NOT NULL REFERENCES api_keys,
  idempotency_key text NOT NULL CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
  request_sha256 bytea NOT NULL CHECK (octet_length(request_sha256) = 32),
  status integer CHECK (status BETWEEN 200 AND 499),
  sealed_response bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (key_id, idempotency_key),
  CHECK ((status IS NULL) = (sealed_response IS NULL))
);
COMMENT ON TABLE idempotency_keys IS 'retention: 24 hours; the response is sealed with a key that only the caller holds';
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits, idempotency_keys TO filigrane_app;
