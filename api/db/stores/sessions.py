"""Sessions of the pages: kept as the SHA-256 of their cookie, for 12 hours, each standing for a key."""

from __future__ import annotations

import secrets

from api.db.pool import Connection
from api.db.stores.keys import secret_digest

LASTS_S = 12 * 3600


async def begin(connection: Connection, key_id: str) -> str:
    """Begin a session for a key; return the secret for the cookie, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    await connection.execute(
        "INSERT INTO sessions (secret_sha256, key_id) VALUES (%s, %s)", (secret_digest(secret), key_id)
    )
    return secret


async def key_of(connection: Connection, secret: str) -> str | None:
    """Return the id of the key a running session stands for; None where there is no such session."""
    row = await (
        await connection.execute(
            "SELECT key_id FROM sessions WHERE secret_sha256 = %s AND expires_at > now()",
            (secret_digest(secret),),
        )
    ).fetchone()
    return None if row is None else str(row[0])


async def end(connection: Connection, secret: str) -> None:
    """End a session; it is enough that it was one."""
    await connection.execute("DELETE FROM sessions WHERE secret_sha256 = %s", (secret_digest(secret),))


async def sweep(connection: Connection) -> None:
    """Forget sessions that are over."""
    await connection.execute("DELETE FROM sessions WHERE expires_at <= now()")
