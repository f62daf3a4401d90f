"""Which bytes are stored; the bytes themselves lie in the object store under their digest."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from api.db.pool import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One content-addressed object: SHA-256 (hex), the type we probed, its size."""

    digest: str
    media_type: str
    byte_count: int


async def remember(connection: Connection, stored: StoredObject) -> None:
    """Note that these bytes are stored; they are swept once no row needs them."""
    await connection.execute(
        "INSERT INTO objects (digest, media_type, byte_count) VALUES (%s, %s, %s)"
        " ON CONFLICT (digest) DO UPDATE SET stored_at = now()",
        (stored.digest, stored.media_type, stored.byte_count),
    )


async def find(connection: Connection, digest: str) -> StoredObject | None:
    """Return what is known of these bytes, or None."""
    async with connection.cursor(row_factory=class_row(StoredObject)) as cursor:
        await cursor.execute(
            "SELECT digest, media_type, byte_count FROM objects WHERE digest = %s", (digest,)
        )
        return await cursor.fetchone()


async def forget_unneeded(connection: Connection, *, older_than_s: int = 3600) -> list[str]:
    """
    Forget objects that no row needs and return their digests, for their bytes to be removed.

    The hour's grace lets a stage store its product before its row moves on.
    """
    rows = await connection.execute(
        f"DELETE FROM objects o WHERE stored_at < now() - make_interval(secs => %s) AND {_UNNEEDED}"  # noqa: S608  (ours)
        " RETURNING digest",
        (older_than_s,),
    )
    return [str(row[0]) for row in await rows.fetchall()]


async def forget_these(connection: Connection, digests: list[str]) -> list[str]:
    """Forget at once those of some objects that no row needs, and return their digests."""
    rows = await connection.execute(
        f"DELETE FROM objects o WHERE digest = ANY (%s) AND {_UNNEEDED} RETURNING digest",  # noqa: S608  (ours)
        (digests,),
    )
    return [str(row[0]) for row in await rows.fetchall()]


_UNNEEDED = """
  NOT EXISTS (SELECT FROM submissions WHERE reference_digest = o.digest)
  AND NOT EXISTS (SELECT FROM marks WHERE manifest_digest = o.digest)
  AND NOT EXISTS (SELECT FROM sealed_media WHERE object_digest = o.digest)
  AND NOT EXISTS (SELECT FROM videos WHERE deleted_at IS NULL AND o.digest IN
    (generated_digest, received_digest, marked_digest, manifest_digest, thumbnail_digest, spritesheet_digest))
"""
