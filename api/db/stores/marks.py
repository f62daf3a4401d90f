"""The registry of invisible marks: which counter is whose clip's, under which fingerprint."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from psycopg.rows import class_row

from api.db.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """One mark; it counts once `registered_at` is set, by its clip's release."""

    counter: int
    video_id: str
    payload: bytes | None
    fingerprint: bytes | None
    manifest_digest: str | None
    registered_at: dt.datetime | None
    withdrawn_at: dt.datetime | None


async def reserve(connection: Connection, video_id: str) -> int:
    """Return the clip's counter: the one it has, or the next; a stage done twice marks with the same id."""
    found = await of_video(connection, video_id)
    if found is not None:
        return found.counter
    row = await (
        await connection.execute(
            "INSERT INTO marks (counter, video_id) VALUES (nextval('mark_counter'), %s)"
            " ON CONFLICT (video_id) DO UPDATE SET video_id = excluded.video_id RETURNING counter",
            (video_id,),
        )
    ).fetchone()
    if row is None:
        raise RuntimeError("an upsert returns its row")
    return int(row[0])


async def of_video(connection: Connection, video_id: str) -> MarkRow | None:
    """Return the mark that a clip bears or will bear."""
    return await _one(connection, "video_id", video_id)


async def registered(connection: Connection, counter: int) -> MarkRow | None:
    """Return the released clip's mark of that counter; a reserved one does not count."""
    found = await _one(connection, "counter", counter)
    return found if found is not None and found.registered_at is not None else None


async def _one(connection: Connection, column: str, value: object) -> MarkRow | None:
    query = {
        "video_id": "SELECT * FROM marks WHERE video_id = %s",
        "counter": "SELECT * FROM marks WHERE counter = %s",
    }[column]
    async with connection.cursor(row_factory=class_row(MarkRow)) as cursor:
        await cursor.execute(query.encode(), (value,))
        return await cursor.fetchone()


async def prepare(
    connection: Connection, video_id: str, *, payload: bytes, fingerprint: bytes, manifest_digest: str
) -> None:
    """Keep what a marked clip bears; it counts once its release registers it."""
    await connection.execute(
        "UPDATE marks SET payload = %s, fingerprint = %s, manifest_digest = %s"
        " WHERE video_id = %s AND registered_at IS NULL",
        (payload, fingerprint, manifest_digest, video_id),
    )


async def register(connection: Connection, video_id: str, at: dt.datetime) -> None:
    """Make the mark of a clip count, in the transaction that releases it."""
    await connection.execute("UPDATE marks SET registered_at = %s WHERE video_id = %s", (at, video_id))


async def fingerprints(connection: Connection, after_counter: int = -1) -> list[MarkRow]:
    """Return the registered marks behind a counter, for an index held in memory."""
    async with connection.cursor(row_factory=class_row(MarkRow)) as cursor:
        await cursor.execute(
            "SELECT * FROM marks WHERE registered_at IS NOT NULL AND counter > %s ORDER BY counter",
            (after_counter,),
        )
        return await cursor.fetchall()
