"""Opaque ids: a prefix that tells the kind, and a UUIDv7, so that they sort by age."""

from __future__ import annotations

import re
import secrets
import time

_UUID7 = re.compile(r"[0-9a-f]{32}")


def new_id(prefix: str) -> str:
    """Return ``prefix_`` and 32 hexadecimal digits; ids of one process sort by the time they were made."""
    return f"{prefix}_{_uuid7():032x}"


def is_id(text: str, prefix: str) -> bool:
    """Whether `text` could be an id of that kind."""
    kind, _, digits = text.partition("_")
    return kind == prefix and _UUID7.fullmatch(digits) is not None


def _uuid7() -> int:
    """
    Return 48 bits of milliseconds, 12 of their fraction, 62 of chance.

    Source: RFC 9562, section 5.7 and method 3 of section 6.2.
    """
    milliseconds, rest_ns = divmod(time.time_ns(), 1_000_000)
    fraction = rest_ns * 4096 // 1_000_000
    return (milliseconds << 80) | (7 << 76) | (fraction << 64) | (2 << 62) | secrets.randbits(62)
