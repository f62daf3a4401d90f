"""What creators ask for: the request behind a clip, or behind a refusal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from psycopg.rows import class_row

from api.db.pool import Connection
from api.db.stores import videos


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRow:
    """What was asked, as stored; `kind` is create, remix or import."""

    id: str
    account_id: str
    kind: str
    prompt: str
    model: str
    duration_s: int
    width_px: int
    height_px: int
    seed: int
    cameo_ids: list[str]
    reference_digest: str | None
    parent_video_id: str | None
    safety_identifier: str | None
    brought_generator: str | None
    brought_model: str | None
    submitted_at: dt.datetime
    expires_at: dt.datetime


async def add(connection: Connection, row: SubmissionRow) -> None:
    """Store a request; the same transaction stores what was decided about it."""
    await connection.execute(
        """
        INSERT INTO submissions (id, account_id, kind, prompt, model, duration_s, width_px, height_px, seed,
          cameo_ids, reference_digest, parent_video_id, safety_identifier, brought_generator, brought_model,
          submitted_at, expires_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            row.id, row.account_id, row.kind, row.prompt, row.model, row.duration_s, row.width_px,
            row.height_px, row.seed, row.cameo_ids, row.reference_digest, row.parent_video_id,
            row.safety_identifier, row.brought_generator, row.brought_model, row.submitted_at, row.expires_at,
        ),
    )  # fmt: skip


async def find(connection: Connection, submission_id: str) -> SubmissionRow | None:
    """Return a request, or None once it was deleted."""
    async with connection.cursor(row_factory=class_row(SubmissionRow)) as cursor:
        await cursor.execute("SELECT * FROM submissions WHERE id = %s", (submission_id,))
        return await cursor.fetchone()


async def behind(connection: Connection, subject_type: str, subject_id: str) -> SubmissionRow | None:
    """Return the request that a submission is or a clip came from, or None once it was deleted."""
    if subject_type == "submission":
        return await find(connection, subject_id)
    row = await videos.find(connection, subject_id)
    return None if row is None or row.submission_id is None else await find(connection, row.submission_id)


async def reseed(connection: Connection, submission_id: str, seed: int) -> None:
    """Have a request's next clip differ from its last one."""
    await connection.execute("UPDATE submissions SET seed = %s WHERE id = %s", (seed, submission_id))
