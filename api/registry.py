"""The registry of released clips, as verification asks it: the database, with an index of fingerprints."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from api.db.pool import Pool
from api.db.stores import marks
from api.objects import Objects
from safety.provenance import fingerprint as fp
from safety.provenance.fingerprint import Fingerprint, Hashes
from safety.provenance.payload import MarkKeys, permute, unpermute
from safety.provenance.registry import RegisteredClip

Told = TypeVar("Told")

_ANSWER_WITHIN_S = 30.0


class DatabaseRegistry:
    """
    Answers a verification that runs in another thread.

    A mark is looked up in the database each time; fingerprints are kept in memory by their counter, which
    only grows, and a hit counts only as the row tells it when it is asked for.
    """

    def __init__(self, pool: Pool, objects: Objects, keys: MarkKeys) -> None:
        self._pool = pool
        self._objects = objects
        self._keys = keys
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hashes: dict[int, Hashes] = {}

    async def refresh(self) -> None:
        """Take in the fingerprints of clips released since; to be awaited before each verification."""
        self._loop = asyncio.get_running_loop()
        async with self._pool.connection() as connection:
            for row in await marks.fingerprints(connection, max(self._hashes, default=-1)):
                if row.fingerprint is not None:
                    self._hashes[row.counter] = Fingerprint.from_bytes(row.fingerprint).hashes

    def by_mark(self, mark_id: int) -> RegisteredClip | None:
        """Return the released clip that bears this mark id, or None."""
        return self._await(self._clip(unpermute(mark_id, self._keys.permutation)))

    def nearest(self, hashes: Hashes, within: float) -> RegisteredClip | None:
        """Return the released clip whose fingerprint is nearest, if no farther than `within`."""
        ranked = ((fp.distance(hashes, known), counter) for counter, known in self._hashes.items())
        near = [(apart, counter) for apart, counter in ranked if apart is not None and apart <= within]
        return self._await(self._clip(min(near)[1])) if near else None

    def _await(self, asked: Coroutine[Any, Any, Told]) -> Told:
        if self._loop is None:
            raise RuntimeError("refresh the registry before asking it")
        return asyncio.run_coroutine_threadsafe(asked, self._loop).result(_ANSWER_WITHIN_S)

    async def _clip(self, counter: int) -> RegisteredClip | None:
        async with self._pool.connection() as connection:
            row = await marks.registered(connection, counter)
        if row is None or row.fingerprint is None:
            return None
        return RegisteredClip(
            video_id=row.video_id,
            mark_id=permute(counter, self._keys.permutation),
            fingerprint=Fingerprint.from_bytes(row.fingerprint),
            manifest=None if row.manifest_digest is None else await self._manifest(row.manifest_digest),
            is_withdrawn=row.withdrawn_at is not None,
        )

    async def _manifest(self, digest: str) -> bytes:
        return b"".join([piece async for piece in await self._objects.open(digest)])
