-- The three roles of Filigrane and what they may do to its database as a whole.
--
-- Run by an administrator connected to that database; running it again changes nothing.  `filigrane migrate`
-- does so by itself where its URL may create roles; elsewhere a database administrator runs
--     psql --file api/db/roles.sql
-- and gives the three roles their passwords.
DO $$
DECLARE
  role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['filigrane_owner', 'filigrane_app', 'filigrane_log'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT', role);
    END IF;
  END LOOP;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO filigrane_owner, filigrane_app, filigrane_log', current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CREATE, USAGE ON SCHEMA public TO filigrane_owner;
GRANT USAGE ON SCHEMA public TO filigrane_app, filigrane_log;
