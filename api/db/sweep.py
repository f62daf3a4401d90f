"""What is no longer needed is forgotten: the retention that the schema names, carried out."""

from __future__ import annotations

from api.db.pool import Connection
from api.db.stores import (
    appeals,
    idempotency,
    optouts,
    rate_limits,
    replays,
    retention,
    sealed,
    sessions,
    webhooks,
)


async def sweep(connection: Connection) -> None:
    """Forget, table by table, what has outlived its retention; run it every few minutes."""
    await rate_limits.sweep(connection)
    await idempotency.sweep(connection)
    await sessions.sweep(connection)
    await webhooks.sweep(connection)
    while await retention.expire_videos(connection):
        pass
    await retention.expire_submissions(connection)
    await retention.expire_evidence(connection)
    await retention.expire_uses(connection)
    await optouts.sweep(connection)
    await sealed.sweep(connection)
    await appeals.sweep(connection)
    await replays.sweep(connection)
    await retention.expire_jobs(connection)
