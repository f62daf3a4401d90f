"""Media that are sealed: which, under which wrapped key, until when; never what they show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from psycopg.rows import class_row

from api.db.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRow:
    """
    One sealed file, of a clip or of a request that became none; times are UTC.

    `part`: ``clip`` that was made, ``received`` from another service for it, ``brought`` by an import, or
    the ``reference`` picture of the request.
    """

    id: str
    video_id: str | None
    submission_id: str | None
    account_id: str
    decision_id: str
    part: str
    object_digest: str
    wrapped_key: bytes = field(repr=False)
    media_type: str
    plain_sha256: str
    byte_count: int
    sealed_at: dt.datetime
    expires_at: dt.datetime
    exported_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many sealed files nobody has exported, and since when the oldest waits."""

    count: int
    oldest_at: dt.datetime | None


async def add(connection: Connection, row: SealedRow) -> None:
    """Note what was sealed, in the transaction of the decision that sealed it."""
    await connection.execute(
        "INSERT INTO sealed_media (id, video_id, submission_id, account_id, decision_id, part, object_digest,"
        " wrapped_key, media_type, plain_sha256, byte_count, sealed_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            row.id, row.video_id, row.submission_id, row.account_id, row.decision_id, row.part,
            row.object_digest, row.wrapped_key, row.media_type, row.plain_sha256, row.byte_count,
            row.sealed_at, row.expires_at,
        ),
    )  # fmt: skip


async def take(connection: Connection, sealed_id: str | None, at: dt.datetime) -> SealedRow | None:
    """
    Return one sealed file, noted as exported now: that of `sealed_id`, or the oldest nobody exported.

    None where there is none; who exports at the same time gets another one.
    """
    async with connection.cursor(row_factory=class_row(SealedRow)) as cursor:
        await cursor.execute(
            """
            UPDATE sealed_media SET exported_at = COALESCE(exported_at, %(at)s) WHERE id = (
              SELECT id FROM sealed_media
              WHERE CASE WHEN %(id)s::text IS NULL THEN exported_at IS NULL ELSE id = %(id)s END
              ORDER BY sealed_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """,
            {"id": sealed_id, "at": at},
        )
        return await cursor.fetchone()


async def has_given(connection: Connection, submission_id: str) -> bool:
    """Tell whether what came with a request lies under seal, of the request or of the clip made of it."""
    row = await (
        await connection.execute(
            """
            SELECT EXISTS (SELECT FROM sealed_media s WHERE s.part IN ('reference', 'brought')
              AND (s.submission_id = %(id)s
                   OR s.video_id = (SELECT v.id FROM videos v WHERE v.submission_id = %(id)s)))
            """,
            {"id": submission_id},
        )
    ).fetchone()
    return row is not None and bool(row[0])


async def waiting(connection: Connection) -> Waiting:
    """Return how many wait, and since when; nothing of what they are."""
    row = await (
        await connection.execute(
            "SELECT count(*), min(sealed_at) FROM sealed_media WHERE exported_at IS NULL"
        )
    ).fetchone()
    return Waiting(count=0, oldest_at=None) if row is None else Waiting(count=row[0], oldest_at=row[1])


async def sweep(connection: Connection) -> None:
    """Forget the keys whose time is over: what they opened is noise from then on, and is removed."""
    await connection.execute("DELETE FROM sealed_media WHERE expires_at < now()")
