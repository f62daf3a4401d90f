"""Where the database is, for each of the roles that use it."""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
from dataclasses import dataclass, field
from importlib.resources import files

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.db.local_postgres import LocalPostgres

DATABASE = "filigrane"
_PREPARING = 0x66696C69  # "fili": the advisory lock under which one process at a time makes roles


class DatabaseRole(enum.StrEnum):
    """Who connects: the owner migrates, the application serves and works, the log's role sequences."""

    OWNER = "filigrane_owner"
    APP = "filigrane_app"
    LOG = "filigrane_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """One connection string a role; they may hold passwords and are never shown."""

    owner: str = field(repr=False)
    app: str = field(repr=False)
    log: str = field(repr=False)


def prepare_local(server: LocalPostgres, database: str = DATABASE) -> Addresses:
    """Make the database and the roles on the embedded `server` where they are missing; say where they are."""
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
        found = connection.execute("SELECT true FROM pg_database WHERE datname = %s", [database]).fetchone()
        if found is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        with psycopg.connect(server.address(database=database), autocommit=True) as inside:
            inside.execute(_roles())
    return local_addresses(server, database)


def local_addresses(server: LocalPostgres, database: str = DATABASE) -> Addresses:
    """Return where the roles are that `prepare_local` makes; the server need not run."""
    owner, app, log = (server.address(user=role, database=database) for role in DatabaseRole)
    return Addresses(owner=owner, app=app, log=log)


def prepare_given(url: str) -> Addresses:
    """
    Make the roles on the server that `url` names, whose user may create roles; say where they are.

    The roles' passwords derive from that of `url`, so that every machine given the same URL finds them; a
    URL without a password leaves them without one (the server then trusts by socket, certificate or address).
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_PREPARING])
        connection.execute(_roles())
        for role in DatabaseRole:
            password = _password(url, role)
            if password:
                _set_password(connection, role, password)
    return addresses_on_given(url)


def addresses_on_given(url: str) -> Addresses:
    """Return where the roles are that `prepare_given` made with the same `url`."""
    owner, app, log = (make_conninfo(url, user=role, password=_password(url, role)) for role in DatabaseRole)
    return Addresses(owner=owner, app=app, log=log)


def _roles() -> bytes:
    return files("api.db").joinpath("roles.sql").read_bytes()


def _password(url: str, role: DatabaseRole) -> str | None:
    given = conninfo_to_dict(url).get("password")
    if not given:
        return None
    digest = hmac.digest(str(given).encode(), b"filigrane database role\0" + role.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _set_password(connection: psycopg.Connection, role: DatabaseRole, password: str) -> None:
    """Send a SCRAM verifier, so that the password itself reaches neither the wire nor the server's log."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier))
    connection.execute(statement)
