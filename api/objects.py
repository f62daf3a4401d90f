"""Bytes by their SHA-256: in a local folder, in S3, or in memory."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from api.errors import ObjectDamaged, ObjectMissing, StorageFull, StorageUnavailable
from api.room import is_full

CHUNK_BYTES = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Objects:
    """
    Keeps bytes under their digest, 64 hexadecimal digits of SHA-256; equal bytes are kept once.

    Who may read, and how long bytes are needed, is for the rows that name them: a digest is no address.

    Raises:
        ObjectMissing: nothing is kept under that digest.
        StorageFull: no room is left; nothing is kept.
        StorageUnavailable: the store does not do what it is asked.
        ValueError: that is no digest.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, path: Path) -> str:
        """Keep the bytes of a file; return their digest.  A reader never sees half of them."""
        digest = await asyncio.to_thread(digest_of_file, path)
        with _told():
            await obstore.put_async(self._store, _place(digest), path)
        return digest

    async def put_bytes(self, content: bytes) -> str:
        """Keep some bytes; return their digest."""
        digest = hashlib.sha256(content).hexdigest()
        with _told():
            await obstore.put_async(self._store, _place(digest), content)
        return digest

    async def size(self, digest: str) -> int:
        """Return how many bytes are kept under `digest`."""
        try:
            with _told():
                return int((await obstore.head_async(self._store, _place(digest)))["size"])
        except FileNotFoundError as error:
            raise ObjectMissing(digest) from error

    async def open(self, digest: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """
        Return the bytes from `start` to before `end`, in pieces of about a mebibyte.

        It is awaited before the first piece, so that a missing object is known before an answer begins.
        """
        size = await self.size(digest)
        stop = size if end is None else min(end, size)
        if start >= stop:
            return _nothing()
        with _told():
            found = await obstore.get_async(self._store, _place(digest), options={"range": (start, stop)})
        return _pieces(found)

    async def fetch(self, digest: str, path: Path) -> None:
        """
        Write the bytes to a new file, for tools that need one.

        Raises:
            ObjectDamaged: they are no longer those that were kept; nothing is left at `path`.
        """
        seen = hashlib.sha256()
        with path.open("xb") as file:
            async for piece in await self.open(digest):
                seen.update(piece)
                await asyncio.to_thread(file.write, piece)
        if seen.hexdigest() != digest:
            await asyncio.to_thread(path.unlink)
            raise ObjectDamaged(digest)

    async def delete(self, digest: str) -> None:
        """Keep the bytes no longer; to do so twice is no error."""
        try:
            await obstore.delete_async(self._store, _place(digest))
        except FileNotFoundError:
            return

    async def delete_idle(self, digest: str, *, idle_s: float) -> None:
        """Keep the bytes no longer, unless they were put again within the last `idle_s` seconds."""
        try:
            put_at = (await obstore.head_async(self._store, _place(digest)))["last_modified"]
        except FileNotFoundError:
            return
        if dt.datetime.now(dt.UTC) - put_at >= dt.timedelta(seconds=idle_s):
            await self.delete(digest)


def objects_at(url: str | None, folder: Path) -> Objects:
    """
    Return the objects at `url`: ``s3://bucket/prefix``, ``file:///folder``, ``memory:///``; none is `folder`.

    For S3 the usual ``AWS_…`` variables give region, keys and end point.
    """
    if url is None:
        return Objects(LocalStore(folder, mkdir=True))
    if url.startswith("memory:"):
        return Objects(MemoryStore())
    if url.startswith("file:"):
        return Objects(LocalStore.from_url(url, mkdir=True))
    return Objects(from_url(url))


def _place(digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise ValueError("a digest has 64 hexadecimal digits")
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


@contextmanager
def _told() -> Iterator[None]:
    """Tell the store's own errors as ours; that something is missing stays what it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except BaseError as error:
        raise (StorageFull() if is_full(error) else StorageUnavailable()) from error


def digest_of_file(path: Path) -> str:
    """Return the SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _pieces(found: obstore.GetResult) -> AsyncIterator[bytes]:
    with _told():
        async for piece in found.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(piece)


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""
