"""What a repeated request was answered, for 24 hours, sealed by its caller's key."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.db.pool import Connection

# A claim waits for the transaction that holds the same key, so equal requests at once make one creation.
_CLAIM = """
INSERT INTO idempotency_keys AS k (key_id, idempotency_key, request_sha256) VALUES (%s, %s, %s)
ON CONFLICT (key_id, idempotency_key) DO UPDATE
  SET request_sha256 = excluded.request_sha256, status = NULL, sealed_response = NULL, created_at = now()
  WHERE k.created_at < now() - interval '24 hours'
RETURNING true
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The answer to an earlier request, and the digest of that request."""

    request_sha256: bytes
    status: int
    sealed_response: bytes = field(repr=False)


async def claim(
    connection: Connection, key_id: str, idempotency_key: str, request_sha256: bytes
) -> Kept | None:
    """Claim the key within the caller's transaction; return None if it is ours, else what is kept."""
    row = await (await connection.execute(_CLAIM, [key_id, idempotency_key, request_sha256])).fetchone()
    if row:
        return None
    cursor = await connection.execute(
        "SELECT request_sha256, status, sealed_response FROM idempotency_keys"
        " WHERE key_id = %s AND idempotency_key = %s",
        [key_id, idempotency_key],
    )
    found = await cursor.fetchone()
    if found is None or found[1] is None:
        raise AssertionError("a committed claim has its answer")
    return Kept(request_sha256=bytes(found[0]), status=int(found[1]), sealed_response=bytes(found[2]))


async def keep(
    connection: Connection, key_id: str, idempotency_key: str, status: int, sealed_response: bytes
) -> None:
    """Keep the answer, in the transaction that claimed the key."""
    await connection.execute(
        "UPDATE idempotency_keys SET status = %s, sealed_response = %s"
        " WHERE key_id = %s AND idempotency_key = %s",
        [status, sealed_response, key_id, idempotency_key],
    )


async def sweep(connection: Connection) -> None:
    """Forget what is older than 24 hours."""
    await connection.execute("DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'")
