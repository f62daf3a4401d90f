"""
How tiles and bundles of entries are addressed and packed.

Source: c2sp.org/tlog-tiles.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator

from safety.audit.merkle import WIDTH
from safety.errors import LogInconsistent

_NUMBER = re.compile(r"(?:x\d{3}/)*\d{3}")
_LARGEST_ENTRY_BYTES = 65_535


def tile_number(path: str) -> int:
    """
    Return the number that ``x001/x234/067`` spells.

    Raises:
        ValueError: the path is not spelled so, or not in its shortest form.
    """
    if not _NUMBER.fullmatch(path):
        raise ValueError(f"{path} is not a tile number")
    number = int(path.replace("x", "").replace("/", ""))
    if number_path(number) != path:
        raise ValueError(f"{path} is not the shortest form")
    return number


def number_path(number: int) -> str:
    """Return ``x001/x234/067`` for 1234067."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Return the address of a tile (or of entries, with level ``entries``) below the log's prefix."""
    part = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{number_path(number)}{part}"


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """
    Return a bundle: each entry after its length in two bytes.

    Raises:
        ValueError: an entry is longer than two bytes can say.
    """
    bundle = bytearray()
    for entry in entries:
        if len(entry) > _LARGEST_ENTRY_BYTES:
            raise ValueError(f"an entry of {len(entry)} bytes fits no bundle")
        bundle += struct.pack(">H", len(entry)) + entry
    return bytes(bundle)


def unpack_entries(bundle: bytes) -> Iterator[bytes]:
    """
    Yield the entries of a bundle.

    Raises:
        LogInconsistent: the bundle ends within an entry.
    """
    at = 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        entry = bundle[at + 2 : at + 2 + length]
        if len(bundle) < at + 2 or len(entry) != length:
            raise LogInconsistent("an entry bundle ends within an entry")
        yield entry
        at += 2 + length
