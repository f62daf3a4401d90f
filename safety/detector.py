"""What every detector is given, and what it must be."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from policies.finding import Finding, Where
from safety.normalise import Normalised, normalise
from safety.payloads import Payload, payloads

FLOOR = 0.1
"""Scores below it are not worth a line of evidence: no policy line reaches so low."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """
    Words to be judged: a prompt, a title, a line read on screen, a spoken sentence.

    What several detectors ask of the same words is worked out once, and lives as long as they do: hence no
    slots.
    """

    text: str
    part: str = "prompt"

    @functools.cached_property
    def plain(self) -> Normalised:
        """The words as a classifier reads them."""
        return normalise(self.text)

    @functools.cached_property
    def payloads(self) -> tuple[Payload, ...]:
        """What stands encoded in the words."""
        return payloads(self.text)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """One frame: `rgb` is (height, width, 3) uint8; `at_s` is None for a still."""

    rgb: NDArray[np.uint8]
    at_s: float | None = None
    is_scene_change: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Footage:
    """
    The sampled frames of one clip in order of time, or a single still.

    Two are equal when they are one object: what detectors share about it (the faces, say) lives as long
    as it does, and no longer.
    """

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Mono samples, float32 from -1 to 1, at `rate_hz`."""

    samples: NDArray[np.float32]
    rate_hz: int


Content_contra = TypeVar("Content_contra", contravariant=True)


class Detector(Protocol[Content_contra]):
    """Looks at one kind of content and says what it saw; it never decides."""

    @property
    def name(self) -> str:
        """A stable storage key with its version: ``text.minors@3``."""
        ...

    @property
    def categories(self) -> frozenset[str]:
        """The categories of the taxonomy it looks for."""
        ...

    def examine(self, content: Content_contra, /) -> tuple[Finding, ...]:
        """
        Say what was seen; nothing seen is an empty tuple.

        Raises:
            DetectorFailed: it could not look.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words found in a clip: spoken (`where` is Seconds) or written in the picture (`where` is a Box)."""

    text: str
    where: Where
    language: str | None = None
    confidence: float = 1.0


class Reader(Protocol[Content_contra]):
    """Turns pictures or sound into the words in them, which the text detectors then judge."""

    @property
    def name(self) -> str:
        """A stable storage key with its version: ``speech.whisper-base@2``."""
        ...

    def read(self, content: Content_contra, /) -> tuple[Words, ...]:
        """
        Return the words, in order of time.

        Raises:
            DetectorFailed: it could not read.
        """
        ...
