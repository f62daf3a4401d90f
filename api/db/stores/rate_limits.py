"""Generic cell rate algorithm: one row a subject, one statement a request."""

from __future__ import annotations

import datetime as dt
import math

from api.db.pool import Connection
from policies.quota import Rate

_TAKE = """
INSERT INTO rate_limits AS r (subject, arrives_at) VALUES (%(subject)s, clock_timestamp() + %(gap)s)
ON CONFLICT (subject) DO UPDATE SET arrives_at = greatest(r.arrives_at, clock_timestamp()) + %(gap)s
  WHERE greatest(r.arrives_at, clock_timestamp()) + %(gap)s <= clock_timestamp() + %(window)s
RETURNING true
"""
_WAIT = """
SELECT extract(epoch FROM arrives_at + %(gap)s - %(window)s - clock_timestamp())
FROM rate_limits WHERE subject = %(subject)s
"""


async def take(connection: Connection, subject: str, limit: Rate) -> int | None:
    """
    Count one request of `subject`; return None if it may pass, else the whole seconds to wait.

    Safe among processes: of any number of requests at once no more than `limit` says are let through.
    """
    gap = dt.timedelta(minutes=1) / limit.per_minute
    asked = {"subject": subject, "gap": gap, "window": gap * limit.burst}
    if await (await connection.execute(_TAKE, asked)).fetchone():
        return None
    row = await (await connection.execute(_WAIT, asked)).fetchone()
    return max(1, math.ceil(row[0])) if row else 1


async def sweep(connection: Connection) -> None:
    """Forget subjects that have been idle for an hour."""
    await connection.execute("DELETE FROM rate_limits WHERE arrives_at < now() - interval '1 hour'")
