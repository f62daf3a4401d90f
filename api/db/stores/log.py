"""Acts and their entries: written in the act's own transaction, read by auditors and receipts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from psycopg import sql
from psycopg.rows import class_row

from api.db.pool import Connection
from safety.audit.entry import ActionClass, Event, commitment, fresh_salt, leaf
from safety.audit.merkle import HASH_BYTES, Tree
from safety.audit.receipt import Receipt


async def record(connection: Connection, event: Event) -> str:
    """
    Enter an act in the log, within the caller's transaction, and return its event id.

    The act and its entry are committed together or not at all; the sequencer gives it its place.
    """
    body, salt = event.body(), fresh_salt()
    day = event.at.astimezone(dt.UTC).date()
    public = leaf(event.action_class, day, commitment(salt, body))
    await connection.execute(
        """
        WITH event AS (
          INSERT INTO audit_events (event_id, at, actor_type, actor_id, actor_role, action, action_class,
                                   resource_type, resource_id, body, salt)
          VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s))
        INSERT INTO audit_intake (event_id, leaf) VALUES (%s, %s)
        """,
        (
            event.event_id, event.at, event.actor.type, event.actor.id, event.actor.role,
            event.action, event.action_class.value, event.resource_type, event.resource_id, body, salt,
            event.event_id, public,
        ),
    )  # fmt: skip
    return event.event_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as kept: its canonical bytes and salt, and its place (None until it is sequenced)."""

    event_id: str
    action_class: str
    body: bytes
    salt: bytes
    index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """What an auditor asks for; None asks for everything."""

    actor_id: str | None = None
    action: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


async def events(
    connection: Connection, asked: EventFilter, *, after: str | None, limit: int, is_ascending: bool
) -> list[StoredEvent]:
    """Return events in order of their ids (time), from behind `after`."""
    where: list[LiteralString] = []
    values: list[object] = []
    for clause, value in (
        ("e.actor_id = %s", asked.actor_id),
        ("e.action = %s", asked.action),
        ("e.resource_type = %s", asked.resource_type),
        ("e.resource_id = %s", asked.resource_id),
        ("e.at >= %s", asked.since),
        ("e.at < %s", asked.until),
        ("e.event_id > %s" if is_ascending else "e.event_id < %s", after),
    ):
        if value is not None:
            where.append(clause)
            values.append(value)
    query = sql.SQL(
        "SELECT e.event_id, e.action_class, e.body, e.salt, n.index FROM audit_events e"
        " LEFT JOIN audit_entries n USING (event_id) {where} ORDER BY e.event_id {order} LIMIT %s"
    ).format(
        where=sql.SQL("WHERE " + " AND ".join(where) if where else ""),
        order=sql.SQL("ASC" if is_ascending else "DESC"),
    )
    async with connection.cursor(row_factory=class_row(StoredEvent)) as cursor:
        await cursor.execute(query, [*values, limit])
        return await cursor.fetchall()


async def event(connection: Connection, event_id: str) -> StoredEvent | None:
    """Return one event, or None where it was erased or never was."""
    async with connection.cursor(row_factory=class_row(StoredEvent)) as cursor:
        await cursor.execute(
            "SELECT e.event_id, e.action_class, e.body, e.salt, n.index FROM audit_events e"
            " LEFT JOIN audit_entries n USING (event_id) WHERE e.event_id = %s",
            (event_id,),
        )
        return await cursor.fetchone()


async def latest_note(connection: Connection) -> str | None:
    """Return the newest signed checkpoint, or None before the first."""
    row = await (
        await connection.execute("SELECT note FROM audit_checkpoints ORDER BY size DESC LIMIT 1")
    ).fetchone()
    return None if row is None else str(row[0])


async def verifier_keys(connection: Connection) -> list[str]:
    """Return every key that ever signed, oldest first."""
    rows = await connection.execute("SELECT verifier_key FROM audit_keys ORDER BY since, verifier_key")
    return [str(row[0]) for row in await rows.fetchall()]


async def tile(connection: Connection, level: int, number: int, width: int) -> bytes | None:
    """Return the first `width` hashes of a tile, or None where it has not so many."""
    row = await (
        await connection.execute(
            "SELECT hashes FROM audit_tiles WHERE level = %s AND number = %s", (level, number)
        )
    ).fetchone()
    if row is None or len(row[0]) < width * HASH_BYTES:
        return None
    return bytes(row[0][: width * HASH_BYTES])


async def leaves(connection: Connection, start: int, count: int) -> list[bytes] | None:
    """Return `count` leaves from `start` on, or None where they are not all there."""
    rows = await (
        await connection.execute(
            "SELECT leaf FROM audit_entries WHERE index >= %s AND index < %s ORDER BY index",
            (start, start + count),
        )
    ).fetchall()
    return [bytes(row[0]) for row in rows] if len(rows) == count else None


async def receipt(connection: Connection, event_id: str) -> Receipt | None:
    """Return the receipt of an event, or None while it is not sequenced (or was erased)."""
    stored = await event(connection, event_id)
    if stored is None or stored.index is None:
        return None
    row = await (
        await connection.execute(
            "SELECT size, note FROM audit_checkpoints WHERE size > %s ORDER BY size DESC LIMIT 1",
            (stored.index,),
        )
    ).fetchone()
    if row is None:
        return None
    path = await _inclusion(connection, stored.index, int(row[0]))
    return Receipt(
        body=stored.body,
        salt=stored.salt,
        action_class=ActionClass(stored.action_class),
        day=_day(stored.body),
        index=stored.index,
        path=tuple(path),
        note=str(row[1]),
    )


def _day(body: bytes) -> str:
    return str(json.loads(body)["at"])[:10]


async def _inclusion(connection: Connection, index: int, size: int) -> Sequence[bytes]:
    """Read the few tiles that the path crosses, then fold it in memory."""
    tiles: dict[tuple[int, int], bytes] = {}
    wanted: set[tuple[int, int]] = set()

    def read(level: int, number: int) -> bytes:
        if (level, number) not in tiles:
            wanted.add((level, number))
            return bytes(8192)
        return tiles[level, number]

    while True:
        path = Tree(size, read).inclusion(index)
        if not wanted:
            return path
        tiles |= await _tiles(connection, wanted)
        wanted.clear()


async def _tiles(connection: Connection, wanted: set[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    levels = [level for level, _ in wanted]
    numbers = [number for _, number in wanted]
    rows = await (
        await connection.execute(
            "SELECT level, number, hashes FROM audit_tiles"
            " JOIN unnest(%s::int[], %s::bigint[]) AS wanted(level, number) USING (level, number)",
            (levels, numbers),
        )
    ).fetchall()
    found = {(int(level), int(number)): bytes(hashes) for level, number, hashes in rows}
    return {place: found.get(place, b"") for place in wanted}
