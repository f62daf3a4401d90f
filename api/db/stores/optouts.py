"""Opt-outs: drafted, submitted, verified and withdrawn; what is in force is told from these rows alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from api.db.paging import Paging
from api.db.pool import Connection
from api.ids import new_id
from safety.rights.bank import Kind
from safety.rights.filed import FiledName, Standing

KINDS: Mapping[str, Kind] = {
    "character": Kind.CHARACTER,
    "work": Kind.WORK,
    "franchise": Kind.WORK,
    "brand": Kind.BRAND,
    "person": Kind.PERSON,
}
"""What an entry may be about, and what its names then are the names of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutRow:
    """An entry, as stored."""

    id: str
    account_id: str
    owner: dict[str, Any]
    kind: str
    names: list[str]
    aliases: list[str]
    uses: dict[str, str]
    territories: list[str]
    valid_from: dt.datetime
    valid_to: dt.datetime | None
    stance: str
    tier: str
    status: str
    created_at: dt.datetime
    updated_at: dt.datetime
    submitted_at: dt.datetime | None
    verified_at: dt.datetime | None
    verified_by: str | None
    withdrawn_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Which entries are in force: `turned_at` is when one last began or ended by its date."""

    generation: int
    turned_at: dt.datetime | None


CONTENT = frozenset(
    {"owner", "kind", "names", "aliases", "uses", "territories", "valid_from", "valid_to", "stance"}
)
"""The columns that the filer writes."""


async def add(connection: Connection, account_id: str, content: Mapping[str, Any]) -> OptOutRow:
    """Store a draft."""
    columns = sorted(CONTENT.intersection(content))
    query = sql.SQL("INSERT INTO optouts (id, account_id, {}) VALUES (%(id)s, %(account)s, {}) RETURNING *")
    made = await _one(
        connection,
        query.format(_listed(columns), sql.SQL(", ").join(map(sql.Placeholder, columns))),
        {**_values(content, columns), "id": new_id("optout"), "account": account_id},
    )
    if made is None:
        raise RuntimeError("an inserted row is returned")
    return made


async def change_draft(
    connection: Connection, optout_id: str, account_id: str, content: Mapping[str, Any]
) -> OptOutRow | None:
    """Change the account's own draft; None where it is none."""
    columns = sorted(CONTENT.intersection(content))
    assignments = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in columns]
    query = sql.SQL(
        "UPDATE optouts SET {}, updated_at = now()"
        " WHERE id = %(id)s AND account_id = %(account)s AND status = 'draft' RETURNING *"
    ).format(sql.SQL(", ").join(assignments))
    values = {**_values(content, columns), "id": optout_id, "account": account_id}
    return await _one(connection, query, values)


async def submit(connection: Connection, optout_id: str, account_id: str) -> OptOutRow | None:
    """Put the account's own draft into force, as self-declared; None where it is none."""
    query = sql.SQL(
        "UPDATE optouts SET status = 'active', submitted_at = now(), updated_at = now()"
        " WHERE id = %(id)s AND account_id = %(account)s AND status = 'draft' RETURNING *"
    )
    return await _one(connection, query, {"id": optout_id, "account": account_id})


async def verify(connection: Connection, optout_id: str, verifier_id: str) -> OptOutRow | None:
    """Note that an active entry's filer has proven the right; None where it is not active, or proven."""
    query = sql.SQL(
        "UPDATE optouts SET tier = 'verified', verified_at = now(), verified_by = %(by)s, updated_at = now()"
        " WHERE id = %(id)s AND status = 'active' AND tier = 'self_declared' RETURNING *"
    )
    return await _one(connection, query, {"id": optout_id, "by": verifier_id})


async def withdraw(connection: Connection, optout_id: str, account_id: str) -> OptOutRow | None:
    """Take the account's own entry out of force for good; None where it is withdrawn or rejected."""
    query = sql.SQL(
        "UPDATE optouts SET status = 'withdrawn', withdrawn_at = now(), updated_at = now()"
        " WHERE id = %(id)s AND account_id = %(account)s AND status NOT IN ('withdrawn', 'rejected')"
        " RETURNING *"
    )
    return await _one(connection, query, {"id": optout_id, "account": account_id})


async def find(connection: Connection, optout_id: str, account_id: str | None) -> OptOutRow | None:
    """Return an entry, of that account only unless it is None."""
    query = sql.SQL(
        "SELECT * FROM optouts WHERE id = %(id)s AND (%(account)s::text IS NULL OR account_id = %(account)s)"
    )
    return await _one(connection, query, {"id": optout_id, "account": account_id})


async def listed(connection: Connection, account_id: str, paging: Paging) -> list[OptOutRow]:
    """Return a page of the account's entries, and one row more if there is a next page."""
    query = sql.SQL("SELECT * FROM optouts WHERE account_id = %(account)s AND {}").format(paging.clause())
    return await _all(connection, query, {"account": account_id, **paging.values})


async def waiting(connection: Connection, paging: Paging) -> list[OptOutRow]:
    """Return a page of what is in force unproven, whoever filed it."""
    query = sql.SQL("SELECT * FROM optouts WHERE status = 'active' AND tier = 'self_declared' AND {}").format(
        paging.clause()
    )
    return await _all(connection, query, paging.values)


async def edition(connection: Connection) -> Edition:
    """Return which entries are in force now: equal editions hold equal entries."""
    row = await (
        await connection.execute(
            """
            SELECT value, greatest(
              (SELECT max(valid_from) FROM optouts WHERE status = 'active' AND valid_from <= now()),
              (SELECT max(valid_to) FROM optouts WHERE status = 'active' AND valid_to <= now()))
            FROM generations WHERE name = 'opt_outs'
            """
        )
    ).fetchone()
    if row is None:
        raise RuntimeError("the migrations make this row")
    return Edition(generation=int(row[0]), turned_at=row[1])


async def in_force(connection: Connection) -> list[FiledName]:
    """Return the entries that forbid a generation by name now; `constrained` without detail is a deny."""
    rows = await connection.execute(
        """
        SELECT id, kind, names, aliases, tier, territories FROM optouts
        WHERE status = 'active' AND valid_from <= now() AND (valid_to IS NULL OR valid_to > now())
          AND (uses->>'generate' IN ('deny', 'constrained')
               OR (kind = 'person' AND uses->>'likeness' IN ('deny', 'constrained')))
        """
    )
    return [
        filed(optout_id, kind, names, aliases, tier, territories)
        for optout_id, kind, names, aliases, tier, territories in await rows.fetchall()
    ]


def filed(
    optout_id: str, kind: str, names: list[str], aliases: list[str], tier: str, territories: list[str]
) -> FiledName:
    """Return an entry as it is looked for; whoever is trusted is verified."""
    return FiledName.of(
        optout_id=optout_id,
        kind=KINDS[kind],
        names=names,
        aliases=aliases,
        standing=Standing.SELF_DECLARED if tier == "self_declared" else Standing.VERIFIED,
        territories=territories,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asked for, as a preview may look at it; `video_id` only of a clip that is public."""

    prompt: str
    account_id: str
    video_id: str | None


async def last_asked(connection: Connection, count: int) -> list[Asked]:
    """Return the newest submissions; none that was about the sexual abuse of children."""
    async with connection.cursor(row_factory=class_row(Asked)) as cursor:
        await cursor.execute(
            """
            SELECT s.prompt, s.account_id, CASE WHEN v.visibility = 'public' AND v.withdrawn_at IS NULL
              AND v.deleted_at IS NULL THEN v.id END AS video_id
            FROM submissions s LEFT JOIN videos v ON v.submission_id = s.id
            WHERE NOT EXISTS (SELECT FROM decisions d WHERE d.reasons @> '[{"category": "sexual_minors"}]'
              AND ((d.subject_type = 'submission' AND d.subject_id = s.id)
                   OR (d.subject_type = 'video' AND d.subject_id = v.id)))
            ORDER BY s.id DESC LIMIT %s
            """,
            (count,),
        )
        return await cursor.fetchall()


async def sweep(connection: Connection) -> None:
    """Forget old drafts, and what was withdrawn or rejected half a year ago."""
    await connection.execute(
        "DELETE FROM optouts WHERE (status = 'draft' AND updated_at < now() - interval '30 days')"
        " OR (status IN ('withdrawn', 'rejected') AND updated_at < now() - interval '180 days')"
    )


def _listed(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _values(content: Mapping[str, Any], columns: list[str]) -> dict[str, Any]:
    return {
        name: Jsonb(content[name]) if isinstance(content[name], dict) else content[name] for name in columns
    }


async def _one(
    connection: Connection, query: sql.SQL | sql.Composed, values: Mapping[str, Any]
) -> OptOutRow | None:
    async with connection.cursor(row_factory=class_row(OptOutRow)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchone()


async def _all(
    connection: Connection, query: sql.SQL | sql.Composed, values: Mapping[str, Any]
) -> list[OptOutRow]:
    async with connection.cursor(row_factory=class_row(OptOutRow)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()
