-- Whose account a subject of the identity provider has, and the key its tokens stand for in each role.
CREATE TABLE identities (
  subject_sha256 bytea NOT NULL CHECK (octet_length(subject_sha256) = 32),
  role text NOT NULL,
  account_id text NOT NULL REFERENCES accounts,
  key_id text NOT NULL UNIQUE REFERENCES api_keys,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject_sha256, role)
);
COMMENT ON TABLE identities IS 'retention: with the account; a digest of issuer and subject, no name';
GRANT SELECT, INSERT ON identities TO filigrane_app;
