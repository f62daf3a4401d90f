"""What every look costs over prompts of all kinds, and how often the second look is asked."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from eval.bench.row import Row, at_most
from eval.bench.timing import once
from eval.train.rows import seeds
from safety.detector import Text
from safety.detectors.prompt import TextHeads
from safety.embedding import Encoder, Floats, Places, TokenFeatures
from safety.screen import Screen, screen_text

DRAWN = 100
"""Harmless prompts, and as many harmful ones."""

_SEED = 20


@dataclass(slots=True)
class Counted:
    """An encoder that counts the texts it is shown."""

    encoder: Encoder
    asked: int = 0

    def load(self) -> None:
        """As the encoder's own."""
        self.encoder.load()

    def tokens(self, segments: Sequence[str], /) -> tuple[NDArray[np.int64], tuple[slice, ...]]:
        """As the encoder's own."""
        return self.encoder.tokens(segments)

    def features(self, segments: Sequence[str], /) -> TokenFeatures:
        """As the encoder's own, counted."""
        self.asked += 1
        return self.encoder.features(segments)

    def each(self, texts: Sequence[Sequence[str]], /) -> list[TokenFeatures]:
        """As the encoder's own, counted."""
        self.asked += len(texts)
        return self.encoder.each(texts)

    def pool(self, seen: TokenFeatures, chosen: Sequence[Places], /) -> Floats:
        """As the encoder's own."""
        return self.encoder.pool(seen, chosen)

    def average(self, sums: Floats, counts: Floats, /) -> Floats:
        """As the encoder's own."""
        return self.encoder.average(sums, counts)


def rows(screen: Screen) -> Iterator[Row]:
    """Yield the rows about looks at harmless and harmful seeds under `screen`."""
    counted, watched = _watched(screen)
    screen_text(watched, [Text(text="A warm and quiet rain falls.")])
    dice = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    harmless, harmful = (
        _looked(watched, counted, _drawn(dice, is_harmful=is_harmful)) for is_harmful in (False, True)
    )
    sure, unsure = (
        statistics.median(spent for spent, is_asked in harmless + harmful if is_asked is wanted) * 1e3
        for wanted in (False, True)
    )
    what = f"every look at {2 * DRAWN} seed prompts, half of them harmful"
    yield Row(
        what=f"{what}, where one look is enough, p50",
        figure=sure,
        unit="ms",
        beside="where a second is asked",
        beside_figure=unsure,
        target=at_most(15),
    )
    yield Row(
        what=f"{what}, where a second is asked, p50",
        figure=unsure,
        unit="ms",
        beside="where one look is enough",
        beside_figure=sure,
        target=at_most(60),
    )
    yield Row(
        what="harmless seed prompts that a second look is asked for: most are written to be hard",
        figure=_share(harmless),
        unit="%",
        beside="harmful ones",
        beside_figure=_share(harmful),
    )


_Looked = list[tuple[float, bool]]
"""What a prompt cost, in seconds, and whether the second look was asked."""


def _watched(screen: Screen) -> tuple[Counted, Screen]:
    """Return the counter and a screen whose second look it counts."""
    (heads,) = (detector for detector in screen.text if isinstance(detector, TextHeads))
    assert heads.second is not None
    counted = Counted(heads.second)
    counting = replace(heads, second=counted)
    text = tuple(counting if detector is heads else detector for detector in screen.text)
    return counted, replace(screen, text=text)


def _drawn(dice: random.Random, *, is_harmful: bool) -> list[str]:
    return dice.sample([row.text for row in seeds() if row.harm is is_harmful], DRAWN)


def _looked(screen: Screen, counted: Counted, prompts: Sequence[str]) -> _Looked:
    looked: _Looked = []
    for prompt in prompts:
        before = counted.asked
        spent = once(partial(screen_text, screen, [Text(text=prompt)]))
        looked.append((spent, counted.asked > before))
    return looked


def _share(looked: _Looked) -> float:
    return 100 * statistics.mean(is_asked for _spent, is_asked in looked)
