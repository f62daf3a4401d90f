"""What a detector says it saw, and where."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Stage(enum.StrEnum):
    """At which point of a clip's way something was looked at."""

    PROMPT = "prompt"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Characters:
    """A half-open span of code points in the text as its author wrote it; `part` names which text."""

    start: int
    end: int
    part: str = "prompt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """A stretch of a clip, in seconds from its start."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in a picture, as fractions (0 to 1) of its width and height; `at_s` is None in a still."""

    left: float
    top: float
    width: float
    height: float
    at_s: float | None = None


Where = Characters | Seconds | Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A likeness to one reference of a bank; both are opaque ids, never a vector."""

    reference: str
    bank: str
    method: str
    value: str
    distance: float
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One thing a detector saw.

    `category` is a name of the taxonomy (``"sexual.explicit"``); `score` is a calibrated
    probability or an agreement from 0 to 1; `where` is None when the whole was judged.

    Raises:
        ValueError: the score is not a number from 0 to 1.
    """

    category: str
    score: float
    why: str
    where: Where | None = None
    match: Match | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"a finding's score lies from 0 to 1, not {self.score}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    What one detector answered about one piece of content.

    `categories` are those it looked for: a detector that could not look (`failure` says why)
    has not seen nothing, and the decision must know what was left unseen.
    """

    detector: str
    categories: frozenset[str]
    findings: tuple[Finding, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All readings of one piece of content (`subject_digest`: SHA-256, hex) at one stage."""

    subject_digest: str
    stage: Stage
    readings: tuple[Reading, ...] = field(default=())

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding of every reading, in the order of the readings."""
        return tuple(finding for reading in self.readings for finding in reading.findings)
