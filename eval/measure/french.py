"""The French measuring split: prompts written before any training, that no training reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).parent / "french.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One prompt and what is true of it.

    `category` is one of `safety.heads.CATEGORIES`, or None where `label` is 0 (harmless).  `pair` is shared
    by the two sides of a minimal pair.  `length` is "short" (under 60 characters), "medium" or "long" (from
    200).
    """

    text: str
    lang: str
    category: str | None
    label: int
    pair: str
    why: str
    length: str
    kind: str


def lines() -> tuple[Line, ...]:
    """Return the whole split, in the order of the file."""
    return tuple(Line(**json.loads(line)) for line in PATH.read_text(encoding="utf-8").splitlines())
