"""The numbers that rise with every change of what a decision depends on beside its content."""

from __future__ import annotations

from api.db.pool import Connection


async def current(connection: Connection, *, is_held: bool = False) -> dict[str, int]:
    """
    Return the numbers of opt-outs, banks and grants.

    `is_held`: none of them rises before the caller's transaction ends.
    """
    query = "SELECT name, value FROM generations"
    rows = await connection.execute(f"{query} ORDER BY name FOR SHARE" if is_held else query)
    return {str(name): int(value) for name, value in await rows.fetchall()}
