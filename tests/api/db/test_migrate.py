"""Migrations are applied once, whole, in order, and never change afterwards."""

import asyncio
import hashlib
from importlib.metadata import version

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from api.db.addresses import Addresses, prepare_local
from api.db.local_postgres import LocalPostgres
from api.db.migrate import migrate, migration_files, pending_migrations
from api.db.pool import connection_pool
from api.errors import MigrationDrift

pytestmark = pytest.mark.anyio
FIRST = {"0001_first.sql": b"CREATE TABLE first (n integer)"}
SECOND = {"0002_second.sql": b"CREATE TABLE second (n integer); INSERT INTO second VALUES (1)"}


@pytest.fixture
def empty(postgres: LocalPostgres) -> Addresses:
    """A database that no migration has touched."""
    name = "empty"
    with psycopg.connect(postgres.address(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return prepare_local(postgres, name)


async def test_applies_in_order_and_only_once(empty: Addresses) -> None:
    """A second run has nothing to do; a new file is applied alone."""
    assert ["0001_first.sql"] == await migrate(empty.owner, FIRST)
    assert [] == await migrate(empty.owner, FIRST)
    assert ["0002_second.sql"] == await migrate(empty.owner, {**SECOND, **FIRST})


async def test_six_migrators_at_once_apply_each_file_once(empty: Addresses) -> None:
    """The advisory lock lets one through at a time; the others find the work done."""
    applied = await asyncio.gather(*(migrate(empty.owner, {**FIRST, **SECOND}) for _ in range(6)))
    assert ["0001_first.sql", "0002_second.sql"] == [name for names in applied for name in names]


async def test_a_changed_file_is_refused_before_anything_is_done(empty: Addresses) -> None:
    """What was applied is what the file says, for ever."""
    await migrate(empty.owner, FIRST)
    with pytest.raises(MigrationDrift, match="0001_first.sql has changed"):
        await migrate(empty.owner, {"0001_first.sql": b"SELECT 1", **SECOND})
    with psycopg.connect(empty.owner) as connection:
        assert (None,) == connection.execute("SELECT to_regclass('second')").fetchone()


async def test_a_newer_database_is_refused(empty: Addresses) -> None:
    """A program older than its database does not start on it."""
    await migrate(empty.owner, {**FIRST, **SECOND})
    with pytest.raises(MigrationDrift, match="older"):
        await migrate(empty.owner, FIRST)


async def test_a_failing_file_leaves_nothing_of_itself(empty: Addresses) -> None:
    """Each file is one transaction; those before it stay."""
    bad = {"0002_bad.sql": b"CREATE TABLE half (n integer); SELECT 1 / 0"}
    with pytest.raises(psycopg.errors.DivisionByZero):
        await migrate(empty.owner, {**FIRST, **bad})
    with psycopg.connect(empty.owner) as connection:
        assert (None,) == connection.execute("SELECT to_regclass('half')").fetchone()
        assert [("0001_first.sql",)] == connection.execute("SELECT name FROM schema_migrations").fetchall()


@pytest.mark.parametrize("names", [["first.sql"], ["0001_a.sql", "0001_b.sql"]])
async def test_names_are_numbered_and_unique(empty: Addresses, names: list[str]) -> None:
    """Order never depends on chance."""
    with pytest.raises(ValueError, match="named|same number"):
        await migrate(empty.owner, dict.fromkeys(names, b"SELECT 1"))


async def test_the_application_can_tell_what_is_pending(database: Addresses, empty: Addresses) -> None:
    """Readiness asks as the application's role, before and after."""
    async with connection_pool(database.app, purpose="test") as pool, pool.connection() as connection:
        assert [] == await pending_migrations(connection)
    async with connection_pool(empty.app, purpose="test") as pool, pool.connection() as connection:
        assert list(migration_files()) == await pending_migrations(connection)


def test_the_queue_is_that_of_the_installed_procrastinate() -> None:
    """A newer procrastinate brings migrations that must become files of ours first."""
    ours = migration_files()["0002_procrastinate.sql"].decode()
    assert SchemaManager.get_schema() in ours, f"procrastinate {version('procrastinate')}: add its migrations"


def test_the_ledger_is_honest(database: Addresses) -> None:
    """The ledger holds the SHA-256 of every shipped file."""
    with psycopg.connect(database.app) as connection:
        ledger = dict(connection.execute("SELECT name, sha256 FROM schema_migrations").fetchall())
    assert {name: hashlib.sha256(body).digest() for name, body in migration_files().items()} == ledger
