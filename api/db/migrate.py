"""
Numbered SQL files, applied once, in order, each in its own transaction, by one process at a time.

A file that was applied never changes: its SHA-256 is in the ledger.  A file whose number is lower than the
last one applied is still applied (branches land in any order; each file stands on those it names).
"""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

import psycopg
from psycopg import AsyncConnection

from api.db.pool import Connection, with_session_settings
from api.errors import MigrationDrift

_LOCK = 0x736368656D61  # "schema"
_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations (
  number integer PRIMARY KEY,
  name text NOT NULL UNIQUE,
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE schema_migrations IS 'retention: for ever; no personal data';
"""


def migration_files() -> dict[str, bytes]:
    """Return the files shipped with this program, by name, in order of their numbers."""
    folder = files("api.db").joinpath("migrations")
    found = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith(".sql")}
    return dict(sorted(found.items()))


async def migrate(owner_address: str, migrations: dict[str, bytes] | None = None) -> list[str]:
    """
    Bring the database up to `migrations` (by default, all that we ship); return the names applied now.

    Raises:
        MigrationDrift: an applied file has changed or is unknown here; nothing was done.
        ValueError: a name is not ``NNNN_name.sql``, or a number is used twice.
    """
    numbered = _numbered(migration_files() if migrations is None else migrations)
    address = with_session_settings(owner_address, statement_timeout_s=0)
    async with await AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute("SET lock_timeout = 0")  # another migrator may take its time
        await connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        await connection.execute(
            "SET lock_timeout = '5s'"
        )  # a table in use must not stop the service for long
        await connection.execute(_LEDGER)
        applied = await _applied(connection)
        _refuse_drift(applied, numbered)
        pending = [number for number in sorted(numbered) if number not in applied]
        for number in pending:
            await _apply(connection, number, *numbered[number])
        return [numbered[number][0] for number in pending]


async def pending_migrations(connection: Connection) -> list[str]:
    """Return the shipped files that the database has not had; any role may ask."""
    names = set(migration_files())
    try:
        cursor = await connection.execute("SELECT name FROM schema_migrations")
    except psycopg.errors.UndefinedTable:
        return sorted(names)
    return sorted(names - {str(name) for (name,) in await cursor.fetchall()})


def _numbered(migrations: dict[str, bytes]) -> dict[int, tuple[str, bytes]]:
    numbered: dict[int, tuple[str, bytes]] = {}
    for name, body in migrations.items():
        match = _NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"{name} is not named NNNN_name.sql")
        number = int(match[1])
        if number in numbered:
            raise ValueError(f"{name} and {numbered[number][0]} have the same number")
        numbered[number] = (name, body)
    return numbered


async def _applied(connection: Connection) -> dict[int, tuple[str, bytes]]:
    cursor = await connection.execute("SELECT number, name, sha256 FROM schema_migrations")
    return {int(number): (str(name), bytes(digest)) for number, name, digest in await cursor.fetchall()}


def _refuse_drift(applied: dict[int, tuple[str, bytes]], numbered: dict[int, tuple[str, bytes]]) -> None:
    for number, (name, digest) in applied.items():
        if number not in numbered:
            raise MigrationDrift(
                f"the database has had {name}, which this program does not know: it is older"
            )
        if hashlib.sha256(numbered[number][1]).digest() != digest:
            raise MigrationDrift(f"{name} has changed since it was applied: restore it and add a new file")


async def _apply(connection: Connection, number: int, name: str, body: bytes) -> None:
    async with connection.transaction():
        await connection.execute(body)
        await connection.execute(
            "INSERT INTO schema_migrations (number, name, sha256) VALUES (%s, %s, %s)",
            [number, name, hashlib.sha256(body).digest()],
        )
