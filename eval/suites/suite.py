"""What every suite is, and what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from eval.sample import Draw, Learned, Sample
from eval.score import Score
from eval.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    Where rows came from: how many there are, how many were drawn, and what is known of them.

    `learned` is what the shipped weights know of the set; `known` of the drawn rows have texts that they
    learned from (also where another set holds the same words).  Rows are quoted where `is_quotable` only.
    """

    name: str
    licence: str
    rows: int
    drawn: int
    learned: Learned = Learned.NEVER
    known: int = 0
    is_quotable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The samples of one run, where they came from, and what could not be measured and why."""

    samples: Sequence[Sample]
    sources: Sequence[Source]
    missing: Mapping[str, str] = field(default_factory=dict)


class Suite(Protocol):
    """One thing to be measured."""

    @property
    def name(self) -> str:
        """The word by which it is asked for."""
        ...

    def draw(self, data: Path | None, dice: Draw) -> Drawn:
        """
        Return what is to be measured; the same for the same data and dice.

        Raises:
            NoData: what it needs is not there.
        """
        ...

    def key(self, sample: Sample) -> str:
        """Return what names this sample's content (not its truth), so that it is looked at once."""
        ...

    def look(self, system: System, sample: Sample) -> Any:
        """Return what the system sees in it, as plain JSON values; this is what costs, and what is kept."""
        ...

    def score(self, system: System, sample: Sample, seen: Any) -> Iterable[Score]:
        """Return the lines that follow from what was seen; quick, and asked anew at every run."""
        ...
