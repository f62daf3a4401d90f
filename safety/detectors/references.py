"""
A few things known by rendered references: signs of violent groups, weapons, cigarettes, slot machines.

Picture vectors of a frame against heads that `eval/train/references.py` found from drawings alone.  What
fills a good part of a frame is seen, what is small in it is not; a likeness in style can mislead.  So each
concept has a most that it may say, below every line from which the policy stops: it brings a person to look
or a label, and stops nothing by itself.  What one frame of a clip shows alone is told at the least score.

The tower reads as well as it sees: a cat beside the words `hooked cross` lies close to one.  A frame that is
told is judged again with its writing painted over; what is written is the text detectors' to judge.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from policies.finding import Box, Finding
from safety.detector import Footage, Picture, Words
from safety.detectors.frames import Pixels, resized
from safety.detectors.on_screen_text import OnScreenText
from safety.detectors.picture_head import prove
from safety.detectors.picture_vectors import PictureVectors
from safety.detectors.votes import looked_at, stretches

HEADS = Path(__file__).with_name("references.npz")

_EVERY_S = 2.0
_LEAST = 0.5
_PAINTED_PX = 224
_FEWEST_LETTERS = 3
_LARGEST_LINE = 0.12
"""Share of the picture that a line of writing may cover and still be painted over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """
    Something with references: its category, the words for it, the most it may say.

    `drawings` are those that the store has of it, by code point; the others are drawn in training.
    """

    category: str
    why: str
    most: float
    drawings: tuple[str, ...] = ()


_SIGN, _WEAPON, _GOODS = 0.59, 0.69, 0.75
"""Below the stop for signs where penal law forbids them; below the hold of adults; below every stop."""

CONCEPTS = {
    "hooked cross": Concept(category="extremism.symbols", why="looks like a hooked cross", most=_SIGN),
    "sig runes": Concept(category="extremism.symbols", why="looks like a pair of sig runes", most=_SIGN),
    "black sun": Concept(category="extremism.symbols", why="looks like a black sun", most=_SIGN),
    "firearm": Concept(category="violence", why="looks like a firearm", most=_WEAPON),
    "blade": Concept(
        category="violence", why="looks like a dagger or a sword", most=_WEAPON, drawings=("1f5e1", "2694")
    ),
    "bomb": Concept(category="violence", why="looks like a bomb", most=_WEAPON, drawings=("1f4a3",)),
    "cigarette": Concept(
        category="regulated.tobacco", why="looks like a cigarette", most=_GOODS, drawings=("1f6ac",)
    ),
    "slot machine": Concept(
        category="regulated.gambling", why="looks like a slot machine", most=_GOODS, drawings=("1f3b0",)
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """One linear classifier a concept, by rows, on vectors from which `centre` is taken."""

    names: tuple[str, ...]
    weights: NDArray[np.float32]
    biases: NDArray[np.float32]
    centre: NDArray[np.float32]
    probe: NDArray[np.float32]

    def shares(self, vector: NDArray[np.float32]) -> dict[str, float]:
        """Return the share, 0 to 1, that speaks for each concept."""
        told = self.weights @ (vector - self.centre) + self.biases
        return {name: float(1 / (1 + np.exp(-one))) for name, one in zip(self.names, told, strict=True)}


@cache
def read_heads(path: Path = HEADS) -> Heads:
    """Read the heads."""
    with np.load(path, allow_pickle=False) as kept:
        return Heads(
            names=tuple(str(name) for name in kept["names"]),
            weights=kept["weights"],
            biases=kept["biases"],
            centre=kept["centre"],
            probe=kept["probe"],
        )


class References:
    """Looks at a frame every other second, and at every scene change."""

    name = "picture.references@2"
    categories = frozenset(concept.category for concept in CONCEPTS.values())

    def __init__(self, vectors: PictureVectors, reader: OnScreenText) -> None:
        self._vectors = vectors
        self._reader = reader
        self._heads: Heads | None = None
        self._lock = threading.Lock()

    def examine(self, footage: Footage, /) -> tuple[Finding, ...]:
        """
        Say in which stretches a frame looks like one of the references.

        Raises:
            ModelUnavailable: the tower is absent, or computes other vectors than where the heads were made.
        """
        heads = self._proven_heads()
        looked = looked_at(
            footage,
            _EVERY_S,
            lambda picture: self._shares(heads, picture),
            lambda shares: max(shares.values()) >= _LEAST,
        )
        return tuple(
            Finding(category=concept.category, score=min(score, concept.most), why=concept.why, where=where)
            for name, concept in CONCEPTS.items()
            for score, where in stretches(
                ((picture, shares[name]) for picture, shares in looked), _LEAST, alone=_LEAST
            )
        )

    def _shares(self, heads: Heads, picture: Picture) -> dict[str, float]:
        shares = heads.shares(self._vectors.vector(picture.rgb))
        if max(shares.values()) < _LEAST:
            return shares
        unwritten = painted_over(picture, self._reader.lines(picture))
        if unwritten is None:
            return shares
        return heads.shares(self._vectors.vector(unwritten))

    def _proven_heads(self) -> Heads:
        with self._lock:
            if self._heads is None:
                heads = read_heads()
                prove(heads.probe, self._vectors)
                self._heads = heads
            return self._heads


def painted_over(picture: Picture, lines: Iterable[Words]) -> Pixels | None:
    """
    Return a small copy of a picture without its writing; None where there is none to paint over.

    Only words in small boxes are: what is large enough to be seen here cannot be hidden under a word, nor
    be taken for one.
    """
    boxes = [
        line.where
        for line in lines
        if isinstance(line.where, Box)
        and sum(map(str.isalpha, line.text)) >= _FEWEST_LETTERS
        and line.where.width * line.where.height <= _LARGEST_LINE
    ]
    if not boxes:
        return None
    mask = np.zeros((_PAINTED_PX, _PAINTED_PX), np.uint8)
    for box in boxes:
        corners = np.array([box.left, box.top, box.left + box.width, box.top + box.height])
        left, top, right, bottom = (int(one) for one in np.rint(corners * _PAINTED_PX))
        mask[max(top - 3, 0) : bottom + 3, max(left - 3, 0) : right + 3] = 255
    small = resized(picture.rgb, _PAINTED_PX, _PAINTED_PX)
    return cast("Pixels", cv2.inpaint(small, mask, 3, cv2.INPAINT_TELEA))
