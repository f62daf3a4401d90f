"""The SHA-256 of files and folders of weights, read once as long as they stay as they were."""

from __future__ import annotations

import hashlib
from pathlib import Path

Stamp = tuple[tuple[str, int, int], ...]


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(folder: Path) -> str:
    """The SHA-256 of the lines ``<sha256>  <name>`` of a folder's files in order of name, hex."""
    names = sorted(path.name for path in folder.iterdir())
    return listing_digest([(name, file_digest(folder / name)) for name in names])


def listing_digest(digests: list[tuple[str, str]]) -> str:
    """As `folder_digest`, from (name, SHA-256) pairs in order of name."""
    lines = "".join(f"{digest}  {name}\n" for name, digest in digests)
    return hashlib.sha256(lines.encode()).hexdigest()


def digest_of(path: Path) -> str:
    """The digest of a file or folder, hex."""
    return folder_digest(path) if path.is_dir() else file_digest(path)


def stamp_of(path: Path) -> Stamp:
    """What changes when the file, or one of the folder, is written: names, times (ns), sizes (bytes)."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    told = [(file.name, file.stat()) for file in files]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in told)
