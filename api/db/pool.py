"""Pools of connections, one a role and process."""

from __future__ import annotations

import time
import weakref

from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

Connection = AsyncConnection[TupleRow]
Pool = AsyncConnectionPool[Connection]

_ASK_EVERY_S = 1.0
_asked_at: weakref.WeakKeyDictionary[Connection, float] = weakref.WeakKeyDictionary()


def connection_pool(
    address: str, *, purpose: str, largest: int = 10, statement_timeout_s: float = 30.0
) -> Pool:
    """
    Return a pool, not yet open: use it as ``async with``.

    Connections are in autocommit: one statement is its own transaction, several stand in
    ``async with connection.transaction()``.  A connection that died with the server is replaced before it
    is handed out (one used within the last second may fail once).  `purpose` is what the server's activity
    view shows: ``filigrane-api``.
    """
    return AsyncConnectionPool(
        with_session_settings(address, statement_timeout_s=statement_timeout_s),
        min_size=1,
        max_size=largest,
        timeout=10.0,
        reconnect_timeout=3.0,  # else the pauses between attempts grow: a restarted server is found at once
        check=_check,
        name=purpose,
        open=False,
        kwargs={"autocommit": True, "application_name": f"filigrane-{purpose}"},
    )


async def _check(connection: Connection) -> None:
    """Ask a connection whether it lives, once a second at most: asking costs as much as a small query."""
    now = time.monotonic()
    if now - _asked_at.get(connection, 0.0) > _ASK_EVERY_S:
        await AsyncConnectionPool.check_connection(connection)
        _asked_at[connection] = now


def with_session_settings(address: str, *, statement_timeout_s: float = 30.0) -> str:
    """Return `address` with the settings every session of ours has: UTC, and a limit to every wait."""
    settings = {
        "timezone": "UTC",
        "statement_timeout": f"{statement_timeout_s * 1000:.0f}",
        "lock_timeout": "10000",
        "idle_in_transaction_session_timeout": "60000",
    }
    given = str(conninfo_to_dict(address).get("options") or "")
    options = " ".join(f"-c{name}={value}" for name, value in settings.items())
    return make_conninfo(address, options=f"{given} {options}".strip())
