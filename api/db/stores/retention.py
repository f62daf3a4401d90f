"""What has outlived the retention that its table's comment names, forgotten."""

from __future__ import annotations

import datetime as dt

from api.db.pool import Connection
from api.db.stores import log
from api.ids import new_id
from safety.audit.entry import SYSTEM, ActionClass, Event

_AT_ONCE = 200
_OF_USES = dt.timedelta(days=36)  # 35 after the window, which lasts a day at most

# What an open case is about, an appeal's too, is kept until people have decided.
_EXPIRE_VIDEOS = """
WITH expired AS (
  SELECT id FROM videos v WHERE deleted_at IS NULL AND expires_at < now()
    AND NOT EXISTS (SELECT FROM cases c WHERE (c.subject_type, c.subject_id) = ('video', v.id)
                    AND c.state <> 'closed')
  ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED)
UPDATE videos v SET deleted_at = now(), visibility = 'private', submission_id = NULL, generated_digest = NULL,
  received_digest = NULL, marked_digest = NULL, manifest_digest = NULL, thumbnail_digest = NULL,
  spritesheet_digest = NULL
FROM expired, videos old WHERE v.id = expired.id AND old.id = expired.id RETURNING v.id, old.submission_id
"""
_EXPIRE_SUBMISSIONS = """
DELETE FROM submissions s WHERE expires_at < now()
  AND NOT EXISTS (SELECT FROM videos v WHERE v.submission_id = s.id AND v.deleted_at IS NULL)
  AND NOT EXISTS (SELECT FROM cases c WHERE (c.subject_type, c.subject_id) = ('submission', s.id)
                  AND c.state <> 'closed')
"""
_EXPIRE_EVIDENCE = """
DELETE FROM evidence e WHERE expires_at < now()
  AND NOT EXISTS (SELECT FROM cases c JOIN decisions d ON d.id = c.decision_id
                  WHERE d.evidence_digest = e.digest AND c.state <> 'closed')
"""
_EXPIRE_JOBS = """
DELETE FROM procrastinate_jobs j WHERE status IN ('failed', 'cancelled', 'aborted')
  AND NOT EXISTS (SELECT FROM procrastinate_events e
                  WHERE e.job_id = j.id AND e.at > now() - interval '30 days')
"""


async def expire_videos(connection: Connection) -> int:
    """
    Delete the content and the requests of up to 200 clips whose time is over; return how many.

    The state stays, and the mark: a copy met later is still answered for, and is not called withdrawn.
    """
    async with connection.transaction():
        rows = await (await connection.execute(_EXPIRE_VIDEOS, (_AT_ONCE,))).fetchall()
        asked = [submission_id for _, submission_id in rows if submission_id is not None]
        await connection.execute("DELETE FROM submissions WHERE id = ANY (%s)", (asked,))
        for video_id, _ in rows:
            await _enter(connection, str(video_id))
    return len(rows)


async def _enter(connection: Connection, video_id: str) -> None:
    event = Event(
        event_id=new_id("event"),
        at=dt.datetime.now(dt.UTC),
        actor=SYSTEM,
        action="video:expire",
        action_class=ActionClass.DECISION,
        resource_type="video",
        resource_id=video_id,
    )
    await log.record(connection, event)


async def expire_submissions(connection: Connection) -> None:
    """Delete requests whose time is over and that no clip still needs: the refused ones."""
    await connection.execute(_EXPIRE_SUBMISSIONS)


async def expire_evidence(connection: Connection) -> None:
    """Delete evidence whose time is over and that no open case needs; decisions keep its digest."""
    await connection.execute(_EXPIRE_EVIDENCE)


async def expire_uses(connection: Connection) -> None:
    """Delete counts of windows that ended 35 days ago."""
    await connection.execute("DELETE FROM uses WHERE window_start < now() - %s", (_OF_USES,))


async def expire_jobs(connection: Connection) -> None:
    """Delete jobs that ended badly 30 days ago, ids and all; those that ended well are deleted at once."""
    await connection.execute(_EXPIRE_JOBS)
