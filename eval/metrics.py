"""
Figures and how far to trust them: shares with Wilson's interval, rankings with a seeded bootstrap.

A figure without an interval is withheld: `share` of nothing and a ranking of one class are None.

Sources: Wilson, Probable inference, JASA 1927.  Average precision as the sum of precision over the steps
of recall, without interpolation; ties are one step.  Expected calibration error: Naeini et al., AAAI 2015.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: 95 % lie between."""

RESAMPLES = 400
FEWEST = 5
"""A ranking of fewer rows of either class says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure, its 95 % interval, and of how many rows it is; `hits` of them for a share."""

    value: float
    low: float
    high: float
    n: int
    hits: int | None = None


def share(hits: int, n: int) -> Estimate | None:
    """
    Return a share with Wilson's interval; None of nothing.

    Raises:
        ValueError: there are more hits than rows, or fewer than none.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no share")
    if n == 0:
        return None
    value, spread = hits / n, Z * Z / n
    middle = (value + spread / 2) / (1 + spread)
    half = Z * math.sqrt(value * (1 - value) / n + spread / (4 * n)) / (1 + spread)
    # At the edges the exact bound is the edge itself; rounding would put it beside.
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == n else min(1.0, middle + half)
    return Estimate(value=value, low=low, high=high, n=n, hits=hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """How well scores tell harmful from harmless rows."""

    auroc: Estimate
    average_precision: Estimate


def ranking(harmful: Sequence[float], harmless: Sequence[float], seed: int) -> Ranking | None:
    """
    Return the area under the ROC curve and average precision; None with fewer than five of either.

    The interval is the middle 95 % of 400 resamples, each class drawn anew by itself; equal `seed`, equal
    interval.
    """
    if min(len(harmful), len(harmless)) < FEWEST:
        return None
    levels, place = np.unique(np.concatenate([harmful, harmless]), return_inverse=True)
    found = np.bincount(place[: len(harmful)], minlength=len(levels))
    others = np.bincount(place[len(harmful) :], minlength=len(levels))
    dice = np.random.default_rng(seed)
    drawn = (_redrawn(found, dice), _redrawn(others, dice))
    n = len(harmful) + len(harmless)
    return Ranking(
        auroc=_estimate(_areas(found[None], others[None])[0], _areas(*drawn), n),
        average_precision=_estimate(_precisions(found[None], others[None])[0], _precisions(*drawn), n),
    )


def equal_error(harmful: Sequence[float], harmless: Sequence[float], seed: int) -> Estimate | None:
    """
    Return the share wronged on both sides at the threshold where it is the same on both, or nearest to it.

    None with fewer than five rows of either class.  The interval is that of `ranking`.
    """
    if min(len(harmful), len(harmless)) < FEWEST:
        return None
    dice = np.random.default_rng(seed)
    sides = [np.asarray(side, np.float64) for side in (harmful, harmless)]
    drawn = [
        _equal_error(*(dice.choice(side, len(side)) for side in sides)) for _resample in range(RESAMPLES)
    ]
    return _estimate(_equal_error(*sides), np.array(drawn), len(harmful) + len(harmless))


def _equal_error(harmful: Floats, harmless: Floats) -> float:
    thresholds = np.unique(np.concatenate([harmful, harmless]))
    missed = np.searchsorted(np.sort(harmful), thresholds, side="left") / len(harmful)
    wronged = _at_least(np.sort(harmless), thresholds)
    nearest = int(np.abs(missed - wronged).argmin())
    return float((missed[nearest] + wronged[nearest]) / 2)


def _redrawn(counts: NDArray[np.int64], dice: np.random.Generator) -> Floats:
    """Draw as many rows again with replacement, 400 times; (resamples, levels) counts."""
    return dice.multinomial(int(counts.sum()), counts / counts.sum(), RESAMPLES).astype(np.float64)


def _estimate(value: float, resampled: Floats, n: int) -> Estimate:
    low, high = np.quantile(resampled, (0.025, 0.975))
    # A percentile interval of few rows may leave its own figure out; it is never told narrower than that.
    return Estimate(value=float(value), low=float(min(low, value)), high=float(max(high, value)), n=n)


def _areas(harmful: NDArray[np.generic], harmless: NDArray[np.generic]) -> Floats:
    """Return how often a harmful row stands above a harmless one, ties counted half, per line."""
    found, others = harmful.astype(np.float64), harmless.astype(np.float64)
    below = others.cumsum(1) - others / 2
    return np.asarray((found * below).sum(1) / (found.sum(1) * others.sum(1)))


def _precisions(harmful: NDArray[np.generic], harmless: NDArray[np.generic]) -> Floats:
    """Return average precision per line of counts by rising level."""
    found, others = harmful.astype(np.float64)[:, ::-1], harmless.astype(np.float64)[:, ::-1]
    hits, all_above = found.cumsum(1), (found + others).cumsum(1)
    precision = np.divide(hits, all_above, out=np.zeros_like(hits), where=all_above > 0)
    return np.asarray((found * precision).sum(1) / found.sum(1))


def f1(hits: int, misses: int, false_alarms: int, seed: int, quiet: int) -> Estimate | None:
    """
    Return the harmonic mean of precision and recall at one threshold; None where there is no harmful row.

    `quiet` counts harmless rows without an alarm: the bootstrap draws both classes anew.
    """
    harmful, harmless = hits + misses, false_alarms + quiet
    if harmful == 0:
        return None
    dice = np.random.default_rng(seed)
    found = dice.binomial(harmful, hits / harmful, RESAMPLES)
    wrong = dice.binomial(harmless, false_alarms / max(harmless, 1), RESAMPLES)
    drawn = 2 * found / (harmful + found + wrong)
    value = 2 * hits / (harmful + hits + false_alarms)
    return _estimate(value, np.asarray(drawn, np.float64), harmful + harmless)


def roc(harmful: Sequence[float], harmless: Sequence[float]) -> list[tuple[float, float]]:
    """Return (false alarms, recall) at every threshold, from (0, 0) to (1, 1); empty without both classes."""
    if not harmful or not harmless:
        return []
    thresholds = np.unique(np.concatenate([harmful, harmless]))[::-1]
    found = _at_least(np.sort(harmful), thresholds)
    wrong = _at_least(np.sort(harmless), thresholds)
    return [(0.0, 0.0), *((float(x), float(y)) for x, y in zip(wrong, found, strict=True))]


def _at_least(ordered: Floats, thresholds: Floats) -> Floats:
    return 1.0 - np.searchsorted(ordered, thresholds, side="left") / len(ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Scores from `low` up to `high`: their mean, and how many of them were harmful indeed."""

    low: float
    high: float
    said: float
    found: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Whether scores are probabilities; `error` is the mean distance of said and found, weighed by rows."""

    error: float
    n: int
    bins: tuple[Bin, ...]


def reliability(scores: Sequence[float], truths: Sequence[bool], bins: int = 10) -> Reliability | None:
    """Return the reliability of `scores` in bins of equal width; None of nothing."""
    if not scores:
        return None
    said, true = np.asarray(scores, np.float64), np.asarray(truths, bool)
    place = np.minimum((said * bins).astype(int), bins - 1)
    filled = []
    for number in sorted(set(place.tolist())):
        inside = place == number
        found = share(int(true[inside].sum()), int(inside.sum()))
        assert found is not None
        filled.append(
            Bin(low=number / bins, high=(number + 1) / bins, said=float(said[inside].mean()), found=found)
        )
    error = sum(abs(one.said - one.found.value) * one.found.n for one in filled) / len(said)
    return Reliability(error=error, n=len(said), bins=tuple(filled))
