"""What clips and requests part with: when their owner deletes them, when they are withdrawn or sealed."""

from __future__ import annotations

import datetime as dt

from psycopg.rows import dict_row

from api.db.pool import Connection

_EMPTIED = """
  generated_digest = NULL, received_digest = NULL, marked_digest = NULL, manifest_digest = NULL,
  thumbnail_digest = NULL, spritesheet_digest = NULL
"""
_DIGESTS = """
  old.generated_digest, old.received_digest, old.marked_digest, old.manifest_digest, old.thumbnail_digest,
  old.spritesheet_digest
"""


async def delete(connection: Connection, video_id: str, at: dt.datetime) -> None:
    """
    Delete a clip's content and request; its mark stays registered as withdrawn, so that a copy met
    later is still answered for.  Nothing is given back.
    """
    await connection.execute("UPDATE marks SET withdrawn_at = %s WHERE video_id = %s", (at, video_id))
    row = await (
        await connection.execute(
            f"UPDATE videos v SET deleted_at = %s, visibility = 'private', submission_id = NULL, {_EMPTIED}"  # noqa: S608  (ours)
            " FROM (SELECT id, submission_id FROM videos WHERE id = %s FOR UPDATE) old"
            " WHERE v.id = old.id RETURNING old.submission_id",
            (at, video_id),
        )
    ).fetchone()
    if row is not None:
        await connection.execute("DELETE FROM submissions WHERE id = %s", (row[0],))


async def withdraw(connection: Connection, video_id: str, reason: str, at: dt.datetime) -> None:
    """Withdraw a released clip: nobody reads it any more, and its mark tells so of every copy."""
    await connection.execute(
        "UPDATE videos SET visibility = 'private', withdrawn_at = %s, withdrawn_reason = %s WHERE id = %s",
        (at, reason, video_id),
    )
    await connection.execute("UPDATE marks SET withdrawn_at = %s WHERE video_id = %s", (at, video_id))


async def with_clip(connection: Connection, video_id: str) -> frozenset[str]:
    """
    Let no row lead any more to what a clip shows, nor to what came with its request; its state stays.

    Returns the digests of all that: the clip and what was made of it, the manifest with its picture too.
    """
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"UPDATE videos v SET {_EMPTIED} FROM videos old WHERE v.id = %s AND old.id = v.id"  # noqa: S608  (ours)
            f" RETURNING old.submission_id, {_DIGESTS}",
            (video_id,),
        )
        row = await cursor.fetchone() or {}
    submission_id = row.pop("submission_id", None)
    # A mark that counts keeps its fingerprint: copies are still answered for.  One that does not is undone.
    await connection.execute(
        "UPDATE marks SET manifest_digest = NULL,"
        " payload = CASE WHEN registered_at IS NOT NULL THEN payload END,"
        " fingerprint = CASE WHEN registered_at IS NOT NULL THEN fingerprint END WHERE video_id = %s",
        (video_id,),
    )
    return frozenset(filter(None, row.values())) | await with_request(connection, submission_id)


async def with_request(connection: Connection, submission_id: str | None) -> frozenset[str]:
    """Let a request lead no more to what came with it; return the digest of that, if there was any."""
    rows = await connection.execute(
        "UPDATE submissions s SET reference_digest = NULL FROM submissions old"
        " WHERE s.id = %s AND old.id = s.id AND old.reference_digest IS NOT NULL"
        " RETURNING old.reference_digest",
        (submission_id,),
    )
    return frozenset(str(digest) for (digest,) in await rows.fetchall())
