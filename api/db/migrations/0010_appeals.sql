-- Appeals: somebody who has not decided before looks again at what was decided against an account.

-- Whose a decision is cannot be told otherwise by the appeal against it.
ALTER TABLE decisions ADD UNIQUE (id, account_id);

CREATE TABLE appeals (
  id text PRIMARY KEY CHECK (is_id(id, 'appeal')),
  -- Once: what was answered is not asked again.
  decision_id text NOT NULL UNIQUE,
  account_id text NOT NULL REFERENCES accounts,
  reason text NOT NULL CHECK (char_length(reason) BETWEEN 3 AND 4000),
  submitted_at timestamptz NOT NULL DEFAULT now(),
  decided_at timestamptz CHECK (decided_at >= submitted_at),
  decided_by text REFERENCES accounts CHECK (decided_by <> account_id),
  outcome text CHECK (outcome IN ('upheld', 'overturned', 'partially_overturned')),
  reply text CHECK (char_length(reply) BETWEEN 3 AND 4000),
  final_decision_id text UNIQUE REFERENCES decisions,
  restored_video_id text CHECK (is_id(restored_video_id, 'video')),
  FOREIGN KEY (decision_id, account_id) REFERENCES decisions (id, account_id),
  CHECK (num_nulls(decided_at, decided_by, outcome, reply) IN (0, 4)),
  CHECK ((final_decision_id IS NOT NULL) = (outcome IS NOT NULL AND outcome <> 'upheld')),
  CHECK (restored_video_id IS NULL OR final_decision_id IS NOT NULL)
);
COMMENT ON TABLE appeals IS 'retention: 180 days after the answer, or after what it is about was deleted';
CREATE INDEX appeals_of_account ON appeals (account_id, id);

-- An appeal waits among the cases, so that it is lent, escalated and looked at like one.
ALTER TABLE cases
  ADD appeal_id text UNIQUE REFERENCES appeals,
  ADD is_for_lead boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN cases.is_for_lead IS 'child safety: lent to lead reviewers only';
DROP INDEX cases_one_open;
CREATE UNIQUE INDEX cases_one_open ON cases (subject_type, subject_id)
  WHERE state <> 'closed' AND appeal_id IS NULL;
CREATE INDEX cases_closed ON cases (closed_at) WHERE state = 'closed';

-- Whether a person has decided, first or on appeal, about the request of a decision or the clip made of it;
-- `besides` is a decision that does not count.
CREATE FUNCTION has_decided(person text, about text, besides text) RETURNS boolean
  LANGUAGE sql STABLE
BEGIN ATOMIC
  WITH subject AS (
    SELECT d.subject_type AS kind, d.subject_id AS id FROM decisions d WHERE d.id = about
  ), kin AS (
    SELECT kind, id FROM subject
    UNION SELECT 'submission', v.submission_id FROM subject s JOIN videos v ON s.kind = 'video' AND v.id = s.id
    UNION SELECT 'video', v.id FROM subject s JOIN videos v ON s.kind = 'submission' AND v.submission_id = s.id
  )
  SELECT EXISTS (
    SELECT FROM kin JOIN decisions d ON (d.subject_type, d.subject_id) = (kin.kind, kin.id)
      LEFT JOIN appeals a ON a.decision_id = d.id
    WHERE d.id IS DISTINCT FROM besides AND person IN (d.reviewer_id, a.decided_by));
END;
GRANT EXECUTE ON FUNCTION has_decided TO filigrane_app;

CREATE FUNCTION refuse_same_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.decided_at IS NOT NULL THEN
    RAISE EXCEPTION 'appeal % is answered', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF has_decided(NEW.decided_by, NEW.decision_id, NEW.final_decision_id) THEN
    RAISE EXCEPTION 'appeal % asks for somebody who has not decided before', NEW.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER another_person BEFORE UPDATE ON appeals FOR EACH ROW EXECUTE FUNCTION refuse_same_person();

ALTER TABLE uses DROP CONSTRAINT uses_kind_check,
  ADD CHECK (kind IN ('clips', 'attempts', 'preflights', 'output_blocks', 'appeals'));

GRANT SELECT, INSERT, DELETE ON appeals TO filigrane_app;
GRANT UPDATE (decided_at, decided_by, outcome, reply, final_decision_id, restored_video_id) ON appeals TO filigrane_app;
GRANT DELETE ON cases TO filigrane_app;
