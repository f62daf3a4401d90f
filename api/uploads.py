"""Files that come in a form, written to disk piece by piece: never whole in memory."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.problems import too_large

_PIECE_BYTES = 1 << 20


async def spool(upload: UploadFile, path: Path, *, largest_bytes: int, pointer: str) -> None:
    """
    Write an upload to `path`.

    Raises:
        Problem: 413, naming the field at `pointer`, where it holds more than `largest_bytes`.
    """
    size = 0
    with path.open("wb") as file:
        while piece := await upload.read(_PIECE_BYTES):
            size += len(piece)
            if size > largest_bytes:
                raise too_large(largest_bytes, pointer=pointer)
            await run_in_threadpool(file.write, piece)
