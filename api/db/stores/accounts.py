"""Accounts: who may ask, as the operator knows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.abc import Params
from psycopg.rows import class_row

from api.db.paging import Paging
from api.db.pool import Connection
from api.errors import NameTaken
from api.ids import new_id
from policies.facts import AgeBand, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One row; `territory` is ISO 3166-1 alpha-2, ``ZZ`` where unknown; `locale` a BCP 47 tag."""

    id: str
    display_name: str
    tier: Tier
    age_band: AgeBand
    territory: str
    locale: str
    created_at: dt.datetime
    suspended_at: dt.datetime | None
    closed_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is told of an account when it is made."""

    display_name: str
    tier: Tier = Tier.FREE
    age_band: AgeBand = AgeBand.UNKNOWN
    territory: str = "ZZ"
    locale: str = "en"


_COLUMNS = sql.SQL("id, display_name, tier, age_band, territory, locale, created_at, suspended_at, closed_at")
CHANGEABLE = frozenset({"display_name", "tier", "age_band", "territory", "locale", "suspended_at"})


async def create(connection: Connection, new: NewAccount) -> Account:
    """
    Make an account.

    Raises:
        NameTaken: an open account has this name, whatever its case.
    """
    query = sql.SQL(
        "INSERT INTO accounts (id, display_name, tier, age_band, territory, locale)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING {}"
    ).format(_COLUMNS)
    values = [new_id("acct"), new.display_name, new.tier, new.age_band, new.territory, new.locale]
    try:
        rows = await _accounts(connection, query, values)
    except psycopg.errors.UniqueViolation as error:
        raise NameTaken(f"the name {new.display_name} is taken") from error
    return rows[0]


async def by_id(connection: Connection, account_id: str) -> Account | None:
    """Return the account, or None."""
    rows = await _accounts(
        connection, sql.SQL("SELECT {} FROM accounts WHERE id = %s").format(_COLUMNS), [account_id]
    )
    return rows[0] if rows else None


async def by_name(connection: Connection, display_name: str) -> Account | None:
    """Return the open account of that name, whatever its case, or None."""
    query = sql.SQL("SELECT {} FROM accounts WHERE lower(display_name) = lower(%s) AND closed_at IS NULL")
    rows = await _accounts(connection, query.format(_COLUMNS), [display_name])
    return rows[0] if rows else None


async def listed(connection: Connection, paging: Paging) -> list[Account]:
    """Return a page of all accounts, and one row more if there is a next page."""
    query = sql.SQL("SELECT {} FROM accounts WHERE {}").format(_COLUMNS, paging.clause())
    return await _accounts(connection, query, paging.values)


async def change(connection: Connection, account_id: str, changes: Mapping[str, object]) -> Account | None:
    """
    Set some of the `CHANGEABLE` columns; return the account as it is now, or None if there is none.

    Raises:
        NameTaken: an open account has the new name.
    """
    columns = sorted(CHANGEABLE & changes.keys())
    setting = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in columns)
    query = sql.SQL("UPDATE accounts SET {} WHERE id = %s AND closed_at IS NULL RETURNING {}").format(
        setting, _COLUMNS
    )
    try:
        rows = await _accounts(connection, query, [*(changes[column] for column in columns), account_id])
    except psycopg.errors.UniqueViolation as error:
        raise NameTaken(f"the name {changes['display_name']} is taken") from error
    return rows[0] if rows else None


async def _accounts(connection: Connection, query: sql.Composed, values: Params) -> list[Account]:
    async with connection.cursor(row_factory=class_row(Account)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()
