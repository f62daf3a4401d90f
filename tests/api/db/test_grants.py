"""Each role may do what is declared for it, and nothing else; here it tries."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from api.db.addresses import Addresses

DECLARED = tomllib.loads((Path(__file__).parent / "grants.toml").read_text())
ROLES = ("filigrane_app", "filigrane_log")
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
ATTACKS = {
    "SELECT": "SELECT FROM {table}",
    "INSERT": "INSERT INTO {table} DEFAULT VALUES",
    "UPDATE": "UPDATE {table} SET {column} = {column}",
    "DELETE": "DELETE FROM {table}",
    "TRUNCATE": "TRUNCATE {table}",
    "TRIGGER": "CREATE TRIGGER spy BEFORE INSERT ON {table} EXECUTE FUNCTION refuse_rewrite()",
    "MAINTAIN": "REINDEX TABLE {table}",
}
ESCALATIONS = [
    "SET ROLE filigrane_owner",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION filigrane_owner",
    "GRANT filigrane_owner TO CURRENT_USER",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CREATE ROLE friend SUPERUSER",
    "CREATE TABLE mine (n integer)",
    "CREATE TEMPORARY TABLE mine (n integer)",
    "CREATE SCHEMA mine",
    "CREATE DATABASE mine",
    "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql RETURN 1",
    "CREATE EXTENSION vector",
    "ALTER TABLE accounts DISABLE TRIGGER ALL",
    "DROP TABLE accounts",
    "ALTER TABLE accounts OWNER TO CURRENT_USER",
    "SET session_replication_role = replica",
    "COPY accounts TO PROGRAM 'cat'",
    "COPY accounts TO '/tmp/accounts'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "CHECKPOINT",
]


def address(database: Addresses, role: str) -> str:
    return {"filigrane_app": database.app, "filigrane_log": database.log}[role]


def declared(table: str, role: str) -> set[str]:
    found = [grants for pattern, grants in DECLARED.items() if fnmatch(table, pattern)]
    assert 1 == len(found), f"{table} must stand in grants.toml once"
    return set(found[0].get(role, []))


def tables(database: Addresses) -> dict[str, list[str]]:
    """The tables and views, with the columns one could update."""
    query = """
      SELECT relname, array_agg(attname ORDER BY attname) FILTER (WHERE attidentity <> 'a' AND attgenerated = '')
      FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') GROUP BY relname
    """
    with psycopg.connect(database.owner) as connection:
        return dict(connection.execute(query).fetchall())


def granted(connection: psycopg.Connection, table: str, role: str) -> set[str]:
    """What the catalogue says, in the words of grants.toml."""
    found = set()
    for privilege in PRIVILEGES:
        whole = "SELECT has_table_privilege(%s, %s, %s)"
        if connection.execute(whole, [role, table, privilege]).fetchone()[0]:
            found.add(privilege)
        elif privilege in ("SELECT", "INSERT", "UPDATE", "REFERENCES"):
            partly = """SELECT string_agg(attname, ', ' ORDER BY attname) FROM pg_attribute WHERE attrelid = %s::regclass
                        AND attnum > 0 AND NOT attisdropped AND has_column_privilege(%s, attrelid, attnum, %s)"""
            columns = connection.execute(partly, [table, role, privilege]).fetchone()[0]
            found |= {f"{privilege} ({columns})"} if columns else set()
    return found


@pytest.mark.parametrize("role", ROLES)
def test_every_table_grants_exactly_what_is_declared(database: Addresses, role: str) -> None:
    """A new table, or a new grant, must be declared in grants.toml."""
    with psycopg.connect(database.owner) as connection:
        actual = {table: granted(connection, table, role) for table in tables(database)}
    assert {table: declared(table, role) for table in actual} == actual


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_declared_is_refused(database: Addresses, role: str) -> None:
    """Every statement not granted fails for lack of privilege, on every table and every column."""
    with psycopg.connect(address(database, role), autocommit=True) as connection:
        for table, columns in tables(database).items():
            allowed = declared(table, role)
            for privilege, attack in ATTACKS.items():
                if privilege in allowed:
                    continue
                partial = next((a for a in allowed if a.startswith(f"{privilege} (")), "")
                for column in [c for c in columns if c not in partial.strip(")").split("(")[-1].split(", ")]:
                    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
                    with pytest.raises(InsufficientPrivilege):
                        connection.execute(sql.SQL(attack).format(**names))
                    if privilege != "UPDATE":
                        break


@pytest.mark.parametrize("role", ROLES)
def test_no_role_can_make_itself_more(database: Addresses, role: str) -> None:
    """Neither the application nor the log's role becomes the owner, makes objects or reads the machine's files."""
    with psycopg.connect(address(database, role), autocommit=True) as connection:
        for attempt in ESCALATIONS:
            with pytest.raises(InsufficientPrivilege):
                connection.execute(attempt)


@pytest.mark.parametrize("role", ROLES)
def test_no_function_runs_with_the_rights_of_its_owner(database: Addresses, role: str) -> None:
    """A SECURITY DEFINER function is a way up: there is none that the role may call."""
    query = """SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
               AND has_function_privilege(%s, oid, 'EXECUTE')"""
    with psycopg.connect(database.owner) as connection:
        assert [] == connection.execute(query, [role]).fetchall()


def test_every_table_names_its_retention(database: Addresses) -> None:
    """The schema says how long each row is kept."""
    query = """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
               AND NOT coalesce(starts_with(obj_description(oid), 'retention: '), false)"""
    with psycopg.connect(database.owner) as connection:
        assert [] == connection.execute(query).fetchall()
