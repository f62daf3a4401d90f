"""Rows as the heads see them in training: as they are, cut, or set among harmless sentences."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.train.features import Library
from eval.train.grammar import Row
from eval.train.recipe import Recipe


class Mixer:
    """Gives a row's tokens as they are, cut, or among harmless sentences of its language."""

    def __init__(self, rows: Sequence[Row], library: Library, recipe: Recipe, dice: random.Random) -> None:
        self._rows, self._library, self._recipe, self._dice = rows, library, recipe, dice
        self._fillers = {
            lang: [
                i for i, row in enumerate(rows) if row.harm is False and row.lang == lang and _is_scene(row)
            ]
            for lang in ("en", "fr")
        }

    def tokens(self, number: int) -> NDArray[np.int64]:
        """The places in the library of the tokens to train on this time."""
        row, places = self._rows[number], self._library.places(self._rows[number].text)
        if row.harm is False and len(places) > 60 and self._dice.random() < self._recipe.cropped:
            return self._cut(places)
        is_short = len(places) < 60 and not row.source.startswith("tweets")
        if is_short and self._dice.random() < self._recipe.wrapped:
            return self._wrapped(places, row.lang)
        return places[:200]

    def _cut(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        length = self._dice.randint(6, 60)
        start = self._dice.randint(0, len(places) - length)
        return places[start : start + length]

    def _wrapped(self, places: NDArray[np.int64], lang: str) -> NDArray[np.int64]:
        fillers = self._fillers.get(lang) or self._fillers["en"]
        if not fillers:
            return places
        around = [self._filler(self._dice.choice(fillers)) for _ in range(self._dice.choice([1, 1, 2, 3]))]
        around.insert(self._dice.randint(0, len(around)), places[1:-1])
        return np.concatenate([places[:1], *around, places[-1:]])[:200]

    def _filler(self, number: int) -> NDArray[np.int64]:
        inner = self._library.places(self._rows[number].text)[1:-1]
        if len(inner) <= 40:
            return inner
        start = self._dice.randint(0, len(inner) - 40)
        return inner[start : start + self._dice.randint(8, 40)]


def _is_scene(row: Row) -> bool:
    return row.source.startswith("benign") or row.source in ("seeds", "plain")
