-- What it takes to decide again: what the policy was told beside the evidence, and the policy itself.
CREATE TABLE decision_facts (
  decision_id text PRIMARY KEY REFERENCES decisions,
  facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'object'),
  expires_at timestamptz NOT NULL
);
COMMENT ON TABLE decision_facts IS 'retention: 180 days (expires_at), as the evidence; tier, age band and territory of then';
CREATE INDEX decision_facts_expiring ON decision_facts (expires_at);

CREATE TABLE policy_bundles (
  digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
  files jsonb NOT NULL CHECK (jsonb_typeof(files) = 'object'),
  first_used_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE policy_bundles IS 'retention: 10 years after the last decision under it; no personal data';
CREATE TRIGGER never_changes BEFORE UPDATE OR TRUNCATE ON policy_bundles
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT, INSERT, DELETE ON decision_facts TO filigrane_app;
GRANT SELECT, INSERT ON policy_bundles TO filigrane_app;
