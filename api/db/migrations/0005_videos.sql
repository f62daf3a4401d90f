-- The way of a clip, as rows: what was asked, what was decided, what was made.

CREATE TABLE objects (
  digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
  media_type text NOT NULL CHECK (media_type ~ '^(video|image|audio|application)/[a-z0-9.+-]+$'),
  byte_count bigint NOT NULL CHECK (byte_count > 0),
  stored_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE objects IS 'retention: until no row needs the bytes; swept with them';

CREATE TABLE submissions (
  id text PRIMARY KEY CHECK (is_id(id, 'sub')),
  account_id text NOT NULL REFERENCES accounts,
  kind text NOT NULL CHECK (kind IN ('create', 'remix', 'import')),
  prompt text NOT NULL CHECK (length(prompt) <= 32000),
  model text NOT NULL CHECK (length(model) BETWEEN 1 AND 200),
  duration_s integer NOT NULL CHECK (duration_s BETWEEN 1 AND 20),
  width_px integer NOT NULL CHECK (width_px BETWEEN 16 AND 1920 AND width_px % 2 = 0),
  height_px integer NOT NULL CHECK (height_px BETWEEN 16 AND 1920 AND height_px % 2 = 0),
  seed bigint NOT NULL CHECK (seed >= 0),
  cameo_ids text[] NOT NULL DEFAULT '{}' CHECK (cardinality(cameo_ids) <= 3),
  reference_digest text REFERENCES objects,
  parent_video_id text CHECK (is_id(parent_video_id, 'video')),
  safety_identifier text CHECK (length(safety_identifier) <= 64),
  brought_generator text CHECK (length(brought_generator) <= 200),
  brought_model text CHECK (length(brought_model) <= 200),
  submitted_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CHECK ((kind = 'remix') = (parent_video_id IS NOT NULL)),
  CHECK (width_px * height_px <= 1920 * 1080)
);
COMMENT ON TABLE submissions IS 'retention: with its clip; refused ones 30 days (expires_at)';
CREATE INDEX submissions_of_account ON submissions (account_id, id);
CREATE INDEX submissions_expiring ON submissions (expires_at);
CREATE INDEX submissions_reference ON submissions (reference_digest) WHERE reference_digest IS NOT NULL;

CREATE TABLE evidence (
  digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
  body jsonb NOT NULL,
  words jsonb NOT NULL DEFAULT '[]',
  kept_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
COMMENT ON TABLE evidence IS 'retention: 180 days (expires_at); findings, and the words heard or read in a clip';
CREATE INDEX evidence_expiring ON evidence (expires_at);

CREATE TABLE decisions (
  id text PRIMARY KEY CHECK (is_id(id, 'decision')),
  event_id text NOT NULL UNIQUE REFERENCES audit_events,
  account_id text NOT NULL REFERENCES accounts,
  subject_type text NOT NULL CHECK (subject_type IN ('submission', 'video')),
  subject_id text NOT NULL,
  surface text NOT NULL CHECK (surface IN ('prompt', 'output', 'publish')),
  verdict text NOT NULL CHECK (verdict IN ('allow', 'label', 'review', 'block')),
  reasons jsonb NOT NULL,
  unchecked text[] NOT NULL,
  policy_digest text NOT NULL,
  evidence_digest text NOT NULL,
  detector_versions text[] NOT NULL,
  reviewer_id text REFERENCES accounts,
  decided_at timestamptz NOT NULL,
  CHECK (verdict NOT IN ('review', 'block') OR jsonb_array_length(reasons) > 0)
);
COMMENT ON TABLE decisions IS 'retention: 10 years, as the log; reasons name rules and places, no content';
CREATE INDEX decisions_of_subject ON decisions (subject_type, subject_id, id);
CREATE TRIGGER never_changes BEFORE UPDATE OR TRUNCATE ON decisions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

CREATE TABLE videos (
  id text PRIMARY KEY CHECK (is_id(id, 'video')),
  account_id text NOT NULL REFERENCES accounts,
  submission_id text UNIQUE REFERENCES submissions ON DELETE SET NULL,
  status text NOT NULL CHECK (status IN ('queued', 'in_progress', 'completed', 'failed')),
  stage text NOT NULL CHECK (stage IN
    ('generating', 'output_check', 'held_for_review', 'marking', 'signing', 'done')),
  progress integer NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
  -- Rises with every claim of a stage; a worker commits only while the row still bears its number.
  attempt integer NOT NULL DEFAULT 0,
  failed_attempts integer NOT NULL DEFAULT 0,
  error_code text CHECK (error_code IN ('held_for_review', 'prompt_blocked', 'output_blocked', 'input_blocked',
    'public_figure_blocked', 'likeness_permission_denied', 'rights_opt_out', 'minor_protection', 'generator_failed')),
  decision_id text REFERENCES decisions,
  -- The generations and policy the decision stood on, compared again at release.
  decided_under jsonb,
  visibility text NOT NULL DEFAULT 'private' CHECK (visibility IN ('private', 'unlisted', 'public')),
  generated_digest text REFERENCES objects,
  marked_digest text REFERENCES objects,
  manifest_digest text REFERENCES objects,
  thumbnail_digest text REFERENCES objects,
  spritesheet_digest text REFERENCES objects,
  provenance jsonb,
  charged_on date,
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  expires_at timestamptz,
  withdrawn_at timestamptz,
  withdrawn_reason text CHECK (withdrawn_reason IN ('likeness', 'rights', 'policy', 'law')),
  deleted_at timestamptz,
  CHECK ((status = 'completed') = (stage = 'done')),
  CHECK ((status = 'failed') = (error_code IS NOT NULL)),
  CHECK ((stage = 'held_for_review') = (error_code IS NOT DISTINCT FROM 'held_for_review')),
  CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
  CHECK (status <> 'completed' OR deleted_at IS NOT NULL
         OR (marked_digest IS NOT NULL AND manifest_digest IS NOT NULL AND provenance IS NOT NULL)),
  CHECK (visibility = 'private' OR status = 'completed'),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
COMMENT ON TABLE videos IS 'retention: by tier (expires_at); a deleted one keeps no content, only its state';
CREATE INDEX videos_of_account ON videos (account_id, id) WHERE deleted_at IS NULL;
CREATE INDEX videos_expiring ON videos (expires_at) WHERE deleted_at IS NULL;
CREATE INDEX videos_generated ON videos (generated_digest) WHERE generated_digest IS NOT NULL;
CREATE INDEX videos_marked ON videos (marked_digest) WHERE marked_digest IS NOT NULL;

CREATE FUNCTION announce_video() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('video', NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER announced AFTER INSERT OR UPDATE OF status, stage, progress, deleted_at, withdrawn_at ON videos
  FOR EACH ROW EXECUTE FUNCTION announce_video();

-- Invisible marks: each bears its counter under a keyed permutation, unique for ever, outliving the clip.
CREATE SEQUENCE mark_counter MINVALUE 0 START 0 MAXVALUE 4294967295 NO CYCLE;
CREATE TABLE marks (
  counter bigint PRIMARY KEY CHECK (counter BETWEEN 0 AND 4294967295),
  video_id text NOT NULL UNIQUE CHECK (is_id(video_id, 'video')),
  payload bytea CHECK (octet_length(payload) = 8),
  fingerprint bytea,
  manifest_digest text REFERENCES objects,
  registered_at timestamptz,
  withdrawn_at timestamptz,
  CHECK ((payload IS NULL) = (fingerprint IS NULL)),
  CHECK ((payload IS NULL) = (manifest_digest IS NULL)),
  CHECK (registered_at IS NULL OR payload IS NOT NULL)
);
COMMENT ON TABLE marks IS 'retention: for ever, so that a clip met later can be answered for; no personal data';

-- Counted use: clips a day, and the caps that keep free refusals from being a free oracle.
CREATE TABLE uses (
  account_id text NOT NULL REFERENCES accounts,
  kind text NOT NULL CHECK (kind IN ('clips', 'attempts', 'preflights', 'output_blocks')),
  window_start timestamptz NOT NULL,
  used integer NOT NULL CHECK (used >= 0),
  PRIMARY KEY (account_id, kind, window_start)
);
COMMENT ON TABLE uses IS 'retention: 35 days after the window';

CREATE TABLE cases (
  id text PRIMARY KEY CHECK (is_id(id, 'case')),
  subject_type text NOT NULL CHECK (subject_type IN ('submission', 'video')),
  subject_id text NOT NULL,
  account_id text NOT NULL REFERENCES accounts,
  decision_id text NOT NULL REFERENCES decisions,
  queue text NOT NULL DEFAULT 'general' CHECK (queue IN ('general', 'likeness', 'rights', 'minors')),
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'escalated', 'closed')),
  priority integer NOT NULL DEFAULT 0,
  opened_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL,
  claimed_by text REFERENCES accounts,
  lease_until timestamptz,
  closed_at timestamptz,
  outcome text CHECK (outcome IN ('violates', 'does_not_violate', 'withdrawn')),
  final_decision_id text REFERENCES decisions,
  CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  CHECK ((state = 'closed') = (outcome IS NOT NULL)),
  CHECK ((claimed_by IS NULL) = (lease_until IS NULL))
);
COMMENT ON TABLE cases IS 'retention: 180 days after closing';
CREATE UNIQUE INDEX cases_one_open ON cases (subject_type, subject_id) WHERE state <> 'closed';
CREATE INDEX cases_waiting ON cases (queue, priority DESC, opened_at) WHERE state <> 'closed';

GRANT SELECT, INSERT, UPDATE, DELETE ON objects, submissions, evidence, uses TO filigrane_app;
GRANT SELECT, INSERT ON decisions TO filigrane_app;
GRANT SELECT, INSERT, UPDATE ON videos, marks, cases TO filigrane_app;
GRANT USAGE ON SEQUENCE mark_counter TO filigrane_app;

-- What a decision depends on beside its content; each change raises a number, and a release whose numbers
-- have moved since its decision is decided again.
CREATE TABLE generations (
  name text PRIMARY KEY CHECK (name IN ('opt_outs', 'banks', 'grants')),
  value bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE generations IS 'retention: for ever; no personal data';
INSERT INTO generations (name) VALUES ('opt_outs'), ('banks'), ('grants');
CREATE FUNCTION announce_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('generation', NEW.name || ' ' || NEW.value);
  RETURN NULL;
END $$;
CREATE TRIGGER announced AFTER UPDATE ON generations
  FOR EACH ROW EXECUTE FUNCTION announce_generation();
GRANT SELECT, UPDATE ON generations TO filigrane_app;
