-- What another service gave for a clip, as it came with its own manifest: an ingredient of ours.
ALTER TABLE videos ADD COLUMN received_digest text REFERENCES objects;
COMMENT ON COLUMN videos.received_digest IS 'only where the file bore a manifest; it goes with the clip';
CREATE INDEX videos_received ON videos (received_digest) WHERE received_digest IS NOT NULL;
ALTER TABLE sealed_media DROP CONSTRAINT sealed_media_part_check,
  ADD CONSTRAINT sealed_media_part_check CHECK (part IN ('clip', 'brought', 'received'));
