-- What every later file may count on.
--
-- Who may do what: the owner makes things, nobody else does.  Each file grants what it makes, and nothing is
-- granted by default; `tests/api/db/grants.toml` declares the same and a test compares and attacks.
-- Names: tables in the plural, times end in _at (timestamptz), units are suffixes.
-- Every table says in its comment how long its rows are kept: 'retention: ...'.
-- Ids are text: a prefix and a UUIDv7 in hexadecimal, so that they sort by age.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT SELECT ON schema_migrations TO filigrane_app, filigrane_log;

CREATE FUNCTION is_id(id text, prefix text) RETURNS boolean
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN id ~ ('^' || prefix || '_[0-9a-f]{32}$');
COMMENT ON FUNCTION is_id IS 'whether an id is a prefix of ours and a UUIDv7 in hexadecimal';

-- For statement triggers of tables that only grow.
CREATE FUNCTION refuse_rewrite() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
COMMENT ON FUNCTION refuse_rewrite IS 'raises, whoever asks: BEFORE UPDATE OR DELETE OR TRUNCATE ... FOR EACH STATEMENT';
GRANT EXECUTE ON FUNCTION is_id TO filigrane_app, filigrane_log;
