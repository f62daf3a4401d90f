"""What is measured: one piece of content, and what is known of it beforehand."""

from __future__ import annotations

import enum
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

MOST = 400
"""Rows drawn of one set in a standard run: an interval of ±2 % at 5 %."""

PLAIN = "plain"
"""The variant of content that nobody disguised."""


class Stage(enum.StrEnum):
    """What was asked to judge: the prompt's gate, the look at the clip, or both one after the other."""

    PROMPT = "prompt"
    OUTPUT = "output"
    WHOLE = "whole"


class Length(enum.StrEnum):
    """How long a text is: under 80 characters, under 250, or more; `NONE` for what is no text."""

    SHORT = "short"
    MIDDLE = "middle"
    LONG = "long"
    NONE = "none"

    @classmethod
    def of(cls, characters: int) -> Length:
        """Return the bucket of a text of so many characters."""
        if characters == 0:
            return cls.NONE
        return cls.SHORT if characters < 80 else cls.MIDDLE if characters < 250 else cls.LONG


class Learned(enum.StrEnum):
    """What the shipped weights know of a row: its very text, other rows of its set, or neither."""

    ROW = "row"
    SET = "set"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """
    One piece of content of one set.

    `is_harmful` is the truth as its set tells it, None where nobody said; `category` the family of the
    taxonomy a harmful one belongs to (``"other"`` where the taxonomy has none).  `variant` names the
    disguise it was put into, `pair` what it is to be compared with.  `texts` is what was written, one a
    field; `media` a file (or a folder of them) instead, and `beside` other files that it is held against.
    """

    id: str
    source: str
    is_harmful: bool | None
    lang: str
    category: str | None = None
    texts: tuple[str, ...] = ()
    media: Path | None = None
    beside: tuple[Path, ...] = ()
    learned: Learned = Learned.NEVER
    variant: str = PLAIN
    pair: str = ""
    length: Length = field(default=Length.NONE)

    def __post_init__(self) -> None:
        if self.length is Length.NONE:
            # Frozen: the bucket follows from the texts, unless a variant keeps that of its original.
            object.__setattr__(self, "length", Length.of(sum(map(len, self.texts))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """How many rows of each set are taken, and by which dice; equal dice give equal rows."""

    seed: int = 20
    most: int | None = MOST

    def of(self, rows: Sequence[Row_t], name: str, most: int | None = None) -> list[Row_t]:
        """
        Return the rows drawn of the set `name`, in the order they had.

        `most` is a suite's own ceiling, for what is dear; the smaller of both counts, and a full draw
        (`most` None) takes everything where the suite has no ceiling of its own.
        """
        ceilings = [limit for limit in (self.most, most) if limit is not None]
        if not ceilings or len(rows) <= min(ceilings):
            return list(rows)
        dice = self.dice(name)
        return [rows[index] for index in sorted(dice.sample(range(len(rows)), min(ceilings)))]

    def dice(self, name: str) -> random.Random:
        """Return dice of their own for `name`: one set's size never moves another's rows."""
        return random.Random(hashlib.sha256(f"{self.seed}\0{name}".encode()).digest())  # noqa: S311 (a draw, no secret)


Row_t = TypeVar("Row_t")


class NoData(Exception):  # noqa: N818 (a state that is told, not a fault)
    """What a suite needs is not there: it was not run, which is never a pass."""
