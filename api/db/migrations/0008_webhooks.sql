-- Who is told of what happens to their clips, and what they were told.

CREATE TABLE webhook_endpoints (
  id text PRIMARY KEY CHECK (is_id(id, 'webhook')),
  account_id text NOT NULL REFERENCES accounts,
  url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
  events text[] NOT NULL CHECK (cardinality(events) BETWEEN 1 AND 32 AND array_position(events, NULL) IS NULL),
  sealed_secret bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz CHECK (disabled_at >= created_at)
);
COMMENT ON TABLE webhook_endpoints IS 'retention: until its account deletes it';
COMMENT ON COLUMN webhook_endpoints.sealed_secret IS 'AES-GCM under a key outside the database, bound to the id';
CREATE INDEX webhook_endpoints_of_account ON webhook_endpoints (account_id, id);

CREATE TABLE webhook_deliveries (
  id text PRIMARY KEY CHECK (is_id(id, 'delivery')),
  endpoint_id text NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
  event_id text NOT NULL CHECK (is_id(event_id, 'evt')),
  event_type text NOT NULL,
  data jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Not before; a claimed attempt moves it ahead, so that nobody else sends meanwhile.
  next_at timestamptz NOT NULL DEFAULT now(),
  last_status integer CHECK (last_status BETWEEN 100 AND 999),
  delivered_at timestamptz,
  given_up_at timestamptz,
  UNIQUE (endpoint_id, event_id),
  CHECK (delivered_at IS NULL OR given_up_at IS NULL)
);
COMMENT ON TABLE webhook_deliveries IS 'retention: 30 days; ids only, no content';
COMMENT ON COLUMN webhook_deliveries.event_id IS 'the webhook-id: the same for every endpoint and every attempt';
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (next_at)
  WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);

GRANT SELECT, INSERT, DELETE ON webhook_endpoints, webhook_deliveries TO filigrane_app;
GRANT UPDATE (url, events, disabled_at) ON webhook_endpoints TO filigrane_app;
GRANT UPDATE (attempts, next_at, last_status, delivered_at, given_up_at) ON webhook_deliveries TO filigrane_app;
