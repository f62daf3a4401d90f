"""
What was looked at already, so that a run that was killed goes on where it stopped.

One line a look, appended and flushed as it is made.  The key names what looked (weights, code, lists) and
what it looked at, so a line never has to be thrown away: another model or another text is another key.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self


def key_of(*parts: str) -> str:
    """Return the SHA-256, hex, of `parts` in their order."""
    told = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


class Kept:
    """
    Looks by key, in the file at `path`; no text is kept, only what was found in it.

    Used as a context: the file is opened for writing on entering.  A line torn by a crash is not read,
    and the next one begins anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = _read(path)

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        is_torn = self._path.exists() and not _ends_whole(self._path)
        self._file = self._path.open("a", encoding="utf-8")
        if is_torn:
            self._file.write("\n")
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: str) -> Any:
        """Return what was found under `key`; None where nobody looked yet."""
        return self._known.get(key)

    def put(self, key: str, found: Any) -> None:
        """Keep what was found, so that even a kill right after finds it again."""
        self._known[key] = found
        self._file.write(json.dumps([key, found], ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()


def _read(path: Path) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if not path.exists():
        return known
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                key, found = json.loads(line)
            except (ValueError, TypeError):
                continue
            known[key] = found
    return known


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
