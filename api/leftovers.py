"""Files that a killed process left in the home: work folders in the spool, halves of stored objects."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from api.home import Home

IDLE_S = 6 * 3600
"""No stage or upload is still for so long; what has been belongs to nobody alive."""

_HALVES = "*#*"
"""The local object store writes under ``digest#1`` and renames when all is there."""


def sweep_leftovers(home: Home, *, idle_s: float = IDLE_S) -> int:
    """Remove what nothing has written to for `idle_s` seconds; return how many files and folders."""
    before = time.time() - idle_s
    count = 0
    for path in (*home.spool.iterdir(), *_halves(home.objects)):
        with contextlib.suppress(FileNotFoundError):  # its owner, or another sweeper, was first
            if _last_written(path) < before:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
                count += 1
    return count


def _halves(folder: Path) -> Iterator[Path]:
    for path in folder.rglob(_HALVES):
        if path.is_file():
            yield path


def _last_written(path: Path) -> float:
    """Return when anything in a file or tree was last written, in seconds since 1970."""
    within = path.rglob("*") if path.is_dir() and not path.is_symlink() else ()
    moments: list[float] = [one.lstat().st_mtime for one in (path, *within)]
    return max(moments)
