"""Bytes and the row that names them, kept in the order that leaves no orphan."""

from __future__ import annotations

import asyncio
from pathlib import Path

from api.db.pool import Pool
from api.db.stores import objects as stored
from api.db.stores.objects import StoredObject
from api.objects import Objects, digest_of_file


async def keep(pool: Pool, objects: Objects, path: Path, media_type: str) -> StoredObject:
    """
    Keep the bytes of a file; return what is known of them.

    The row comes first, in a transaction of its own: whoever dies between the two, or before another row
    needs the bytes, leaves a row that is swept with them after its grace (`stored.forget_unneeded`).

    Raises:
        StorageFull: no room is left; nothing is kept.
        StorageUnavailable: the store does not take them.
    """
    digest = await asyncio.to_thread(digest_of_file, path)
    size = await asyncio.to_thread(lambda: path.stat().st_size)
    known = StoredObject(digest=digest, media_type=media_type, byte_count=size)
    async with pool.connection() as connection:
        await stored.remember(connection, known)
    await objects.put(path)
    return known
