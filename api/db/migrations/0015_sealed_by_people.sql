-- What came with a refused request is sealed too, and what a person finds, in a released clip as well.
ALTER TABLE sealed_media
  ALTER COLUMN video_id DROP NOT NULL,
  ADD COLUMN submission_id text CHECK (is_id(submission_id, 'sub')),
  ADD CHECK (num_nonnulls(video_id, submission_id) = 1),
  DROP CONSTRAINT sealed_media_part_check,
  ADD CONSTRAINT sealed_media_part_check CHECK (part IN ('clip', 'brought', 'received', 'reference'));
COMMENT ON COLUMN sealed_media.submission_id IS
  'of a request that became no clip; it goes after 30 days, and what was sealed of it stays';
CREATE INDEX sealed_media_of_video ON sealed_media (video_id) WHERE video_id IS NOT NULL;
CREATE INDEX sealed_media_of_submission ON sealed_media (submission_id) WHERE submission_id IS NOT NULL;

-- A clip that was withdrawn may have been sealed: nothing of what it shows stays, its manifest's picture neither.
ALTER TABLE videos
  DROP CONSTRAINT videos_check4,
  ADD CONSTRAINT videos_check4 CHECK (status <> 'completed' OR deleted_at IS NOT NULL OR withdrawn_at IS NOT NULL
    OR (marked_digest IS NOT NULL AND manifest_digest IS NOT NULL AND provenance IS NOT NULL));
ALTER TABLE marks
  DROP CONSTRAINT marks_check1,
  ADD CONSTRAINT marks_check1 CHECK ((payload IS NULL) = (manifest_digest IS NULL)
    OR (withdrawn_at IS NOT NULL AND manifest_digest IS NULL));

COMMENT ON TABLE webhook_deliveries IS
  'retention: 30 days; ids, and what people decided as words of ours; no content, nobody''s words';
