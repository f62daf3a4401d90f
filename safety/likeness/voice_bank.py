"""
Voices that an operator lists: people whose voice is refused unless they granted it.

Nothing ships.  Of each recording one vector is kept, and no sound; a person's recordings make one centre.  A
person is heard where the middle one of five neighbouring windows lies near that centre: one window alone
decides nothing where there are more.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from policies.finding import Match
from safety.likeness.bank import Listed

Floats = NDArray[np.float32]

MATCH = 0.78
"""Cosine from which it is that person's voice; what was measured stands in docs/looks.md."""

REVIEW = 0.74
"""Cosine from which somebody listens: everyone listed is compared, so a small share of strangers is many."""

_VOTERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardVoice:
    """A listed person's voice: whose, and in which windows (`first` to `last`, both included)."""

    match: Match
    first: int
    last: int


class VoiceBank(Protocol):
    """Voices that somebody listed."""

    def match(self, vectors: Floats, model_id: str) -> tuple[HeardVoice, ...]:
        """
        Return who is heard in a clip's windows (count, d; unit length), in their order, each person once.

        Raises:
            ValueError: the vectors were made by another model than the bank's.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ListedVoices(Listed):
    """
    A bank in memory; each row of `vectors` is one recording.

    Likenesses under `floor` are not told: nobody listens from there.
    """

    floor: float = REVIEW

    def match(self, vectors: Floats, model_id: str) -> tuple[HeardVoice, ...]:
        """As the contract says; a window speaks for the one person it is nearest to."""
        if model_id != self.model_id:
            raise ValueError(f"vectors of {model_id} are not compared with a bank of {self.model_id}")
        if not self.references or not len(vectors):
            return ()
        people = list(dict.fromkeys(self.references))
        cosines = vectors @ self._centres(people).T
        votes = _votes(cosines)
        nearest = votes.argmax(axis=1)
        width = len(vectors) - len(votes)
        heard = []
        for number, name in enumerate(people):
            runs = np.flatnonzero((nearest == number) & (votes[:, number] >= self.floor))
            if len(runs):
                best = int(runs[votes[runs, number].argmax()])
                first, last = _around(best, runs)
                match = self._match(name, float(votes[best, number]))
                own = first + np.flatnonzero(cosines[first : last + width + 1, number] >= self.floor)
                heard.append(HeardVoice(match=match, first=int(own[0]), last=int(own[-1])))
        return tuple(sorted(heard, key=lambda one: one.first))

    def _centres(self, people: list[str]) -> Floats:
        names = np.array(self.references)
        centres = np.stack([self.vectors[names == name].mean(axis=0) for name in people])
        return np.asarray(centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9))

    def _match(self, name: str, cosine: float) -> Match:
        return Match(
            reference=name,
            bank=self.bank,
            method="voice",
            value=self.model_id,
            distance=round(1.0 - cosine, 4),
            threshold=round(1.0 - MATCH, 4),
        )


def voice_bank_path(home: Path) -> Path:
    """Where the bank of public figures' voices lies in a home."""
    return home / "banks" / "public_figures.voices"


def _votes(cosines: Floats) -> Floats:
    """The middle of each five neighbouring windows (of all, where there are fewer), by person."""
    runs = np.lib.stride_tricks.sliding_window_view(cosines, min(_VOTERS, len(cosines)), axis=0)
    return np.asarray(np.median(runs, axis=2), np.float32)


def _around(best: int, runs: NDArray[np.int_]) -> tuple[int, int]:
    """The first and the last of the neighbours of `best` without a gap."""
    known = set(runs.tolist())
    first = last = best
    while first - 1 in known:
        first -= 1
    while last + 1 in known:
        last += 1
    return first, last
