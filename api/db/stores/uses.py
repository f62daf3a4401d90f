"""Counted use: taken and given back in the transaction of what it counts."""

from __future__ import annotations

import datetime as dt
import enum

from api.db.pool import Connection


class Use(enum.StrEnum):
    """What is counted: clips and appeals by the day, the rest by the hour."""

    CLIPS = "clips"
    ATTEMPTS = "attempts"
    PREFLIGHTS = "preflights"
    OUTPUT_BLOCKS = "output_blocks"
    APPEALS = "appeals"

    def window_start(self, at: dt.datetime) -> dt.datetime:
        """Return when the window that `at` falls in began, UTC."""
        whole_hour = at.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
        return whole_hour.replace(hour=0) if self._is_daily else whole_hour

    def window_end(self, at: dt.datetime) -> dt.datetime:
        """Return when the next window begins, UTC: what `Retry-After` counts to."""
        length = dt.timedelta(days=1) if self._is_daily else dt.timedelta(hours=1)
        return self.window_start(at) + length

    @property
    def _is_daily(self) -> bool:
        return self in (Use.CLIPS, Use.APPEALS)


async def take(
    connection: Connection, account_id: str, use: Use, *, limit: int | None, at: dt.datetime
) -> bool:
    """
    Count one use unless the window's limit is reached; tell whether it was counted.

    One conditional statement: however many ask at once, no more than `limit` are told yes.
    """
    if limit is not None and limit < 1:
        return False
    row = await (
        await connection.execute(
            "INSERT INTO uses AS u (account_id, kind, window_start, used) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (account_id, kind, window_start) DO UPDATE SET used = u.used + 1"
            " WHERE %s::int IS NULL OR u.used < %s RETURNING used",
            (account_id, use.value, use.window_start(at), limit, limit),
        )
    ).fetchone()
    return row is not None


async def used(connection: Connection, account_id: str, use: Use, *, at: dt.datetime) -> int:
    """Return how much of the window is used."""
    row = await (
        await connection.execute(
            "SELECT used FROM uses WHERE account_id = %s AND kind = %s AND window_start = %s",
            (account_id, use.value, use.window_start(at)),
        )
    ).fetchone()
    return 0 if row is None else int(row[0])


async def give_back_clip(connection: Connection, video_id: str) -> None:
    """Give back what a clip was charged, once: the charge is taken off its row in the same statement."""
    await connection.execute(
        """
        WITH charge AS (
          UPDATE videos SET charged_on = NULL FROM (
            SELECT id, charged_on FROM videos WHERE id = %s AND charged_on IS NOT NULL FOR UPDATE) was
          WHERE videos.id = was.id RETURNING videos.account_id, was.charged_on)
        UPDATE uses SET used = used - 1 FROM charge
        WHERE uses.account_id = charge.account_id AND uses.kind = 'clips'
          AND uses.window_start = charge.charged_on::timestamp AT TIME ZONE 'UTC' AND used > 0
        """,
        (video_id,),
    )
