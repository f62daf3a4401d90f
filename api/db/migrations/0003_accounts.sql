-- Who may ask: accounts and the keys they ask with.
CREATE TABLE accounts (
  id text PRIMARY KEY CHECK (is_id(id, 'acct')),
  display_name text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 100 AND display_name = btrim(display_name)),
  tier text NOT NULL DEFAULT 'free' CHECK (tier IN ('free', 'pro')),
  age_band text NOT NULL DEFAULT 'unknown' CHECK (age_band IN ('teen', 'adult', 'unknown')),
  territory text NOT NULL DEFAULT 'ZZ' CHECK (territory ~ '^[A-Z]{2}$'),
  locale text NOT NULL DEFAULT 'en' CHECK (locale ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  suspended_at timestamptz CHECK (suspended_at >= created_at),
  closed_at timestamptz CHECK (closed_at >= created_at)
);
COMMENT ON TABLE accounts IS 'retention: as long as the account is open, then 30 days';
COMMENT ON COLUMN accounts.territory IS 'ISO 3166-1 alpha-2, ZZ where unknown';
-- Nobody passes for another by taking a name that differs in case.
CREATE UNIQUE INDEX accounts_open_name ON accounts (lower(display_name)) WHERE closed_at IS NULL;

CREATE TABLE api_keys (
  id text PRIMARY KEY CHECK (is_id(id, 'key')),
  account_id text NOT NULL REFERENCES accounts,
  role text NOT NULL CHECK (role IN (
    'creator', 'guardian', 'rights_holder', 'reviewer', 'lead_reviewer', 'child_safety', 'auditor', 'policy_editor', 'admin'
  )),
  scopes text[] CHECK (cardinality(scopes) > 0 AND array_position(scopes, NULL) IS NULL),
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100 AND name = btrim(name)),
  secret_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(secret_sha256) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz CHECK (last_used_at >= created_at),
  revoked_at timestamptz CHECK (revoked_at >= created_at)
);
COMMENT ON TABLE api_keys IS 'retention: with the account';
COMMENT ON COLUMN api_keys.scopes IS 'narrows the scopes of the role; null means all of them';
COMMENT ON COLUMN api_keys.secret_sha256 IS 'of the 256-bit secret, which is shown once and kept nowhere';
CREATE UNIQUE INDEX api_keys_live_name ON api_keys (account_id, name) WHERE revoked_at IS NULL;
CREATE INDEX api_keys_account ON api_keys (account_id, id);

CREATE FUNCTION refuse_unrevoking() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'key % is revoked for good', OLD.id USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER api_keys_stay_revoked BEFORE UPDATE OF revoked_at ON api_keys
  FOR EACH ROW WHEN (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)
  EXECUTE FUNCTION refuse_unrevoking();

-- A key's secret, role and account never change; an account or key is never deleted by the application.
GRANT SELECT, INSERT ON accounts, api_keys TO filigrane_app;
GRANT UPDATE (display_name, tier, age_band, territory, locale, suspended_at, closed_at) ON accounts TO filigrane_app;
GRANT UPDATE (last_used_at, revoked_at) ON api_keys TO filigrane_app;
