"""API keys: shown once, kept as the SHA-256 of their secret."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.abc import Params
from psycopg.rows import class_row

from api.db.paging import Paging
from api.db.pool import Connection
from api.errors import NameTaken
from api.ids import new_id
from api.roles import Role
from policies.facts import AgeBand, Tier

_PRESENTED = re.compile(r"fg_([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")
_COLUMNS = sql.SQL("id, account_id, role, scopes, name, created_at, last_used_at, revoked_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One row, without what proves possession."""

    id: str
    account_id: str
    role: Role
    scopes: list[str] | None
    name: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What is told of a key when it is made; `scopes` narrow the role's, None leaves them all."""

    account_id: str
    role: Role
    name: str
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A live key with the account that holds it."""

    key_id: str
    account_id: str
    role: Role
    scopes: list[str] | None
    secret_sha256: bytes = field(repr=False)
    tier: Tier
    age_band: AgeBand
    territory: str
    locale: str
    is_suspended: bool
    is_use_noted: bool


def presented(text: str) -> tuple[str, str] | None:
    """Return the key's id and secret out of ``fg_<id>.<secret>``, or None where it is no such thing."""
    match = _PRESENTED.fullmatch(text)
    return (f"key_{match[1]}", match[2]) if match else None


def secret_digest(secret: str) -> bytes:
    """Return what is kept of a secret; it has 256 bits of chance, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


async def create(connection: Connection, new: NewKey) -> tuple[Key, str]:
    """
    Make a key; return it and the text to present, which is kept nowhere.

    Raises:
        NameTaken: a live key of the account has this name.
    """
    key_id, secret = new_id("key"), secrets.token_urlsafe(32)
    query = sql.SQL(
        "INSERT INTO api_keys (id, account_id, role, scopes, name, secret_sha256)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING {}"
    ).format(_COLUMNS)
    scopes = sorted(new.scopes) if new.scopes is not None else None
    values = [key_id, new.account_id, new.role, scopes, new.name, secret_digest(secret)]
    try:
        rows = await _keys(connection, query, values)
    except psycopg.errors.UniqueViolation as error:
        raise NameTaken(f"the account has a live key named {new.name}") from error
    return rows[0], f"fg_{key_id.removeprefix('key_')}.{secret}"


async def holder(connection: Connection, key_id: str) -> Holder | None:
    """Return who holds a key that is not revoked, of an account that is not closed, or None."""
    query = """
      SELECT k.id AS key_id, a.id AS account_id, k.role, k.scopes, k.secret_sha256,
             a.tier, a.age_band, a.territory, a.locale, a.suspended_at IS NOT NULL AS is_suspended,
             coalesce(k.last_used_at > now() - interval '1 minute', false) AS is_use_noted
      FROM api_keys k JOIN accounts a ON a.id = k.account_id
      WHERE k.id = %s AND k.revoked_at IS NULL AND a.closed_at IS NULL
    """
    async with connection.cursor(row_factory=class_row(Holder)) as cursor:
        await cursor.execute(query, [key_id])
        return await cursor.fetchone()


async def touch(connection: Connection, key_id: str) -> None:
    """Note that the key was used; worth no more than once a minute."""
    await connection.execute("UPDATE api_keys SET last_used_at = now() WHERE id = %s", [key_id])


async def listed(connection: Connection, account_id: str | None, paging: Paging) -> list[Key]:
    """Return a page of the account's keys (None: everyone's), and one row more if there is a next page."""
    query = sql.SQL(
        "SELECT {} FROM api_keys WHERE (%(account_id)s::text IS NULL OR account_id = %(account_id)s) AND {}"
    ).format(_COLUMNS, paging.clause())
    return await _keys(connection, query, {"account_id": account_id, **paging.values})


async def revoke(connection: Connection, key_id: str, account_id: str | None) -> Key | None:
    """Revoke a live key, of that account only unless it is None; return it, or None where there is none."""
    query = sql.SQL(
        "UPDATE api_keys SET revoked_at = now() WHERE id = %(id)s AND revoked_at IS NULL"
        " AND (%(account_id)s::text IS NULL OR account_id = %(account_id)s) RETURNING {}"
    ).format(_COLUMNS)
    rows = await _keys(connection, query, {"id": key_id, "account_id": account_id})
    return rows[0] if rows else None


async def _keys(connection: Connection, query: sql.Composed, values: Params) -> list[Key]:
    async with connection.cursor(row_factory=class_row(Key)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()
