"""
Clips, stage by stage.

A stage is claimed by raising the row's attempt number, and whatever it made is committed only while the
row still bears that number: a worker that froze, or was thought dead, commits nothing.
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from api.db.pool import Connection


class VideoStage(enum.StrEnum):
    """How far a clip has come (finer than the SDK's status)."""

    GENERATING = "generating"
    OUTPUT_CHECK = "output_check"
    HELD_FOR_REVIEW = "held_for_review"
    MARKING = "marking"
    SIGNING = "signing"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRow:
    """A clip, as stored."""

    id: str
    account_id: str
    submission_id: str | None
    status: str
    stage: str
    progress: int
    attempt: int
    failed_attempts: int
    error_code: str | None
    decision_id: str | None
    decided_under: dict[str, Any] | None
    visibility: str
    generated_digest: str | None
    received_digest: str | None
    marked_digest: str | None
    manifest_digest: str | None
    thumbnail_digest: str | None
    spritesheet_digest: str | None
    provenance: dict[str, Any] | None
    charged_on: dt.date | None
    created_at: dt.datetime
    completed_at: dt.datetime | None
    expires_at: dt.datetime | None
    withdrawn_at: dt.datetime | None
    withdrawn_reason: str | None
    deleted_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVideo:
    """What a clip's row starts with."""

    id: str
    account_id: str
    submission_id: str
    decision_id: str
    decided_under: dict[str, Any]
    charged_on: dt.date | None
    created_at: dt.datetime
    expires_at: dt.datetime
    is_held: bool = False


async def add(connection: Connection, new: NewVideo) -> None:
    """Store a clip to be made, or held before anything is made."""
    stage = VideoStage.HELD_FOR_REVIEW if new.is_held else VideoStage.GENERATING
    await connection.execute(
        """
        INSERT INTO videos (id, account_id, submission_id, status, stage, error_code, decision_id,
          decided_under, charged_on, created_at, expires_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            new.id, new.account_id, new.submission_id, "failed" if new.is_held else "queued",
            stage.value,
            "held_for_review" if new.is_held else None, new.decision_id, Jsonb(new.decided_under),
            new.charged_on, new.created_at, new.expires_at,
        ),
    )  # fmt: skip


async def of_account(connection: Connection, account_id: str, video_id: str) -> VideoRow | None:
    """Return the account's own clip, or None: another's and a deleted one do not exist."""
    async with connection.cursor(row_factory=class_row(VideoRow)) as cursor:
        await cursor.execute(
            "SELECT * FROM videos WHERE id = %s AND account_id = %s AND deleted_at IS NULL",
            (video_id, account_id),
        )
        return await cursor.fetchone()


async def find(connection: Connection, video_id: str) -> VideoRow | None:
    """Return any clip that was not deleted, for stages and for people who act for the operator."""
    async with connection.cursor(row_factory=class_row(VideoRow)) as cursor:
        await cursor.execute("SELECT * FROM videos WHERE id = %s AND deleted_at IS NULL", (video_id,))
        return await cursor.fetchone()


async def page(
    connection: Connection, account_id: str, *, after: str | None, limit: int, is_ascending: bool
) -> list[VideoRow]:
    """Return the account's clips from behind `after`, by age."""
    newest_first = (
        "SELECT * FROM videos WHERE account_id = %s AND deleted_at IS NULL"
        " AND (%s::text IS NULL OR id < %s) ORDER BY id DESC LIMIT %s"
    )
    oldest_first = (
        "SELECT * FROM videos WHERE account_id = %s AND deleted_at IS NULL"
        " AND (%s::text IS NULL OR id > %s) ORDER BY id LIMIT %s"
    )
    async with connection.cursor(row_factory=class_row(VideoRow)) as cursor:
        await cursor.execute(
            oldest_first if is_ascending else newest_first, (account_id, after, after, limit)
        )
        return await cursor.fetchall()


async def running(connection: Connection, account_id: str) -> int:
    """Return how many of the account's clips are waiting or being made."""
    row = await (
        await connection.execute(
            "SELECT count(*) FROM videos WHERE account_id = %s AND status IN ('queued', 'in_progress')"
            " AND deleted_at IS NULL",
            (account_id,),
        )
    ).fetchone()
    return 0 if row is None else int(row[0])


async def orphaned(connection: Connection) -> list[tuple[str, VideoStage]]:
    """
    Return clips on their way that no job serves, locked: the job ended without its row moving on.

    Row and job are committed together, so in one snapshot a clip without a job has lost it.
    """
    rows = await connection.execute(
        """
        SELECT v.id, v.stage FROM videos v
        WHERE v.status IN ('queued', 'in_progress') AND v.deleted_at IS NULL
          AND NOT EXISTS (SELECT FROM procrastinate_jobs j
            WHERE j.status IN ('todo', 'doing') AND j.args ->> 'video_id' = v.id)
        FOR UPDATE OF v SKIP LOCKED
        """
    )
    return [(str(video_id), VideoStage(stage)) for video_id, stage in await rows.fetchall()]


async def claim(connection: Connection, video_id: str, stage: VideoStage) -> VideoRow | None:
    """Take a stage of a clip by raising its attempt number; None where the clip is not at that stage."""
    async with connection.cursor(row_factory=class_row(VideoRow)) as cursor:
        await cursor.execute(
            "UPDATE videos SET attempt = attempt + 1, status = 'in_progress'"
            " WHERE id = %s AND stage = %s AND status IN ('queued', 'in_progress') AND deleted_at IS NULL"
            " RETURNING *",
            (video_id, stage.value),
        )
        return await cursor.fetchone()


async def report_progress(connection: Connection, claimed: VideoRow, progress: int) -> bool:
    """Tell how far a claimed clip is; False when the claim no longer stands, so that work can stop."""
    cursor = await connection.execute(
        "UPDATE videos SET progress = GREATEST(progress, %s) WHERE id = %s AND attempt = %s AND stage = %s",
        (progress, claimed.id, claimed.attempt, claimed.stage),
    )
    return cursor.rowcount == 1


class Superseded(Exception):  # noqa: N818  (it tells a state, not a fault)
    """Another worker has taken this stage, or the clip is gone; drop what was made."""


async def lock_claim(connection: Connection, claimed: VideoRow) -> None:
    """
    Lock the clip's row for the rest of the transaction, if the claim still stands.

    Raises:
        Superseded: it does not.
    """
    row = await (
        await connection.execute(
            "SELECT FROM videos WHERE id = %s AND attempt = %s AND stage = %s AND status = 'in_progress'"
            " AND deleted_at IS NULL FOR UPDATE",
            (claimed.id, claimed.attempt, claimed.stage),
        )
    ).fetchone()
    if row is None:
        raise Superseded(claimed.id)


async def move_on(connection: Connection, video_id: str, stage: VideoStage, **product: object) -> None:
    """Move a locked clip to its next stage, with what the last one made (columns by name)."""
    columns = _PRODUCTS.intersection(product)
    if columns != set(product):
        raise ValueError(f"a stage gives {sorted(_PRODUCTS)}, not {sorted(product)}")
    values = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in product.items()}
    await connection.execute(
        """
        UPDATE videos SET stage = %(stage)s, status = 'in_progress', error_code = NULL, failed_attempts = 0,
          generated_digest = COALESCE(%(generated_digest)s, generated_digest),
          received_digest = COALESCE(%(received_digest)s, received_digest),
          decision_id = COALESCE(%(decision_id)s, decision_id),
          decided_under = COALESCE(%(decided_under)s, decided_under),
          marked_digest = COALESCE(%(marked_digest)s, marked_digest),
          manifest_digest = COALESCE(%(manifest_digest)s, manifest_digest),
          thumbnail_digest = COALESCE(%(thumbnail_digest)s, thumbnail_digest),
          spritesheet_digest = COALESCE(%(spritesheet_digest)s, spritesheet_digest),
          provenance = COALESCE(%(provenance)s, provenance)
        WHERE id = %(id)s
        """,
        {"id": video_id, "stage": stage.value, **dict.fromkeys(_PRODUCTS), **values},
    )


_PRODUCTS = frozenset(
    {
        "generated_digest",
        "received_digest",
        "decision_id",
        "decided_under",
        "marked_digest",
        "manifest_digest",
        "thumbnail_digest",
        "spritesheet_digest",
        "provenance",
    }
)


async def fail(
    connection: Connection, video_id: str, error_code: str, *, decision_id: str | None = None
) -> None:
    """End a clip without a result; `held_for_review` is the one end that can be undone."""
    await connection.execute(
        """
        UPDATE videos SET status = 'failed', error_code = %(code)s,
          stage = CASE WHEN %(code)s = 'held_for_review' THEN 'held_for_review'
                       WHEN stage <> 'held_for_review' THEN stage
                       WHEN generated_digest IS NULL THEN 'generating' ELSE 'output_check' END,
          decision_id = COALESCE(%(decision)s, decision_id)
        WHERE id = %(id)s
        """,
        {"id": video_id, "code": error_code, "decision": decision_id},
    )


async def restore(
    connection: Connection,
    video_id: str,
    stage: VideoStage,
    *,
    decision_id: str,
    decided_under: dict[str, Any],
    expires_at: dt.datetime,
) -> None:
    """Let a stopped clip go on, kept as long as a new one."""
    await move_on(connection, video_id, stage, decision_id=decision_id, decided_under=decided_under)
    await connection.execute("UPDATE videos SET expires_at = %s WHERE id = %s", (expires_at, video_id))


async def count_failure(connection: Connection, video_id: str) -> int:
    """Count a stage that broke, and return how often it has in a row."""
    row = await (
        await connection.execute(
            "UPDATE videos SET failed_attempts = failed_attempts + 1 WHERE id = %s RETURNING failed_attempts",
            (video_id,),
        )
    ).fetchone()
    return 0 if row is None else int(row[0])


async def complete(connection: Connection, video_id: str, at: dt.datetime) -> None:
    """Release a clip whose marks and manifest are stored."""
    await connection.execute(
        "UPDATE videos SET status = 'completed', stage = 'done', progress = 100, completed_at = %s"
        " WHERE id = %s",
        (at, video_id),
    )


async def set_visibility(connection: Connection, video_id: str, visibility: str) -> None:
    """Publish a completed clip, or take it back to its owner."""
    await connection.execute("UPDATE videos SET visibility = %s WHERE id = %s", (visibility, video_id))
