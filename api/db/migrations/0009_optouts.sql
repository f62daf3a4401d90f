-- What rights holders forbid, by name.
CREATE TABLE optouts (
  id text PRIMARY KEY CHECK (is_id(id, 'optout')),
  account_id text NOT NULL REFERENCES accounts,
  owner jsonb NOT NULL CHECK (jsonb_typeof(owner) = 'object'),
  kind text NOT NULL CHECK (kind IN ('character', 'work', 'franchise', 'brand', 'person')),
  names text[] NOT NULL CHECK (cardinality(names) BETWEEN 1 AND 10 AND array_position(names, NULL) IS NULL),
  aliases text[] NOT NULL DEFAULT '{}' CHECK (cardinality(aliases) <= 50 AND array_position(aliases, NULL) IS NULL),
  uses jsonb NOT NULL CHECK (jsonb_typeof(uses) = 'object'),
  territories text[] NOT NULL DEFAULT '{}' CHECK (cardinality(territories) <= 250),
  valid_from timestamptz NOT NULL DEFAULT now(),
  valid_to timestamptz CHECK (valid_to > valid_from),
  stance text NOT NULL DEFAULT 'opt_out' CHECK (stance IN ('opt_out', 'opt_in_only')),
  tier text NOT NULL DEFAULT 'self_declared' CHECK (tier IN ('self_declared', 'verified', 'trusted')),
  status text NOT NULL DEFAULT 'draft' CHECK (status IN
    ('draft', 'submitted', 'active', 'quarantined', 'disputed', 'rejected', 'withdrawn')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  submitted_at timestamptz,
  verified_at timestamptz,
  verified_by text REFERENCES accounts,
  withdrawn_at timestamptz,
  CHECK (cardinality(names) + cardinality(aliases) <= 50),
  CHECK ((tier = 'self_declared') = (verified_at IS NULL)),
  CHECK ((verified_at IS NULL) = (verified_by IS NULL)),
  CHECK (status IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL),
  CHECK ((status = 'withdrawn') = (withdrawn_at IS NOT NULL))
);
COMMENT ON TABLE optouts IS
  'retention: drafts 30 days after the last change, withdrawn and rejected ones 180 days; others while in force';
COMMENT ON COLUMN optouts.territories IS 'ISO 3166-1 alpha-2; none means everywhere';
CREATE INDEX optouts_of_account ON optouts (account_id, id);
CREATE INDEX optouts_waiting ON optouts (id) WHERE status = 'active' AND tier = 'self_declared';
CREATE INDEX optouts_beginning ON optouts (valid_from) WHERE status = 'active';
CREATE INDEX optouts_ending ON optouts (valid_to) WHERE status = 'active';
CREATE INDEX optouts_ended ON optouts (updated_at) WHERE status IN ('draft', 'withdrawn', 'rejected');

-- Whatever changes what is in force raises the number that decisions stand on, in the same transaction.
CREATE FUNCTION raise_opt_outs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE generations SET value = value + 1 WHERE name = 'opt_outs';
  RETURN NULL;
END $$;
CREATE TRIGGER in_force_changed AFTER UPDATE ON optouts
  FOR EACH ROW WHEN ('active' IN (OLD.status, NEW.status)) EXECUTE FUNCTION raise_opt_outs();
CREATE TRIGGER in_force_came AFTER INSERT ON optouts
  FOR EACH ROW WHEN (NEW.status = 'active') EXECUTE FUNCTION raise_opt_outs();
CREATE TRIGGER in_force_left AFTER DELETE ON optouts
  FOR EACH ROW WHEN (OLD.status = 'active') EXECUTE FUNCTION raise_opt_outs();

-- Whose an entry is never changes.
GRANT SELECT, INSERT, DELETE ON optouts TO filigrane_app;
GRANT UPDATE (owner, kind, names, aliases, uses, territories, valid_from, valid_to, stance, tier, status,
  updated_at, submitted_at, verified_at, verified_by, withdrawn_at) ON optouts TO filigrane_app;
