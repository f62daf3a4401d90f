"""
Logits to probabilities, from scores of sources left out.

A probability needs a share of harmful texts to be one of.  A fitted curve (Platt, 1999) says at which share
the review line is an even chance; how far the scores are from the truth there is told beside the figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 100
_STRIDE = 0.5  # Newton's method overshoots where a curve is steep
_BINS = 10
_LEAST = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Slope and offset from a logit to a probability, where `harmful_share` of all texts are harmful."""

    slope: float
    offset: float
    harmful_share: float

    @classmethod
    def through(cls, review: float, block: float, fitted: tuple[float, float]) -> Curve:
        """
        Return the curve on which `review` is an even chance and `block` four to one, as the policy has them.

        `fitted` are slope and offset for as many harmful as harmless texts: they say at which share of
        harmful texts the review line is an even chance in truth.
        """
        slope, offset = line_through(review, block)
        odds = float(np.exp(-(fitted[0] * review + fitted[1])))
        return cls(slope=slope, offset=offset, harmful_share=odds / (1 + odds))

    def probabilities(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the probability of harm of each logit."""
        return 1 / (1 + np.exp(-np.clip(self.slope * np.asarray(logits, np.float64) + self.offset, -40, 40)))


def line_through(review: float, block: float) -> tuple[float, float]:
    """Return slope and offset that give a logit of `review` the score 0.5, and one of `block` 0.8."""
    slope = float(np.log(4.0)) / (block - review)
    return slope, -slope * review


def fitted(harmful: NDArray[np.floating], harmless: NDArray[np.floating]) -> tuple[float, float]:
    """Return slope and offset of the likeliest logistic curve, both truths weighed the same."""
    logits = np.concatenate([harmful, harmless]).astype(np.float64)
    truth = np.concatenate([np.ones(len(harmful)), np.zeros(len(harmless))])
    weight = np.where(truth == 1, 0.5 / len(harmful), 0.5 / len(harmless))
    inputs = np.stack([logits, np.ones_like(logits)], 1)
    found = np.zeros(2)
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ found, -40, 40)))
        slope = inputs.T @ (weight * (chance - truth))
        bend = (inputs * (weight * chance * (1 - chance))[:, None]).T @ inputs + _LEAST * np.eye(2)
        step = np.linalg.solve(bend, slope)
        found = found - np.clip(step, -_STRIDE, _STRIDE)
        if np.abs(step).max() < _LEAST:
            break
    return float(found[0]), float(found[1])


def error(curve: Curve, harmful: NDArray[np.floating], harmless: NDArray[np.floating]) -> float:
    """Return the expected calibration error: how far a tenth's probability is from its truth, on average."""
    chance = curve.probabilities(np.concatenate([harmful, harmless]))
    truth = np.concatenate([np.ones(len(harmful)), np.zeros(len(harmless))])
    share = curve.harmful_share
    weight = np.where(truth == 1, share / len(harmful), (1 - share) / len(harmless))
    bins = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    return float(sum(_gap(bins == one, chance, truth, weight) for one in range(_BINS)))


def _gap(
    inside: NDArray[np.bool_],
    chance: NDArray[np.float64],
    truth: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> float:
    return abs(float(((chance - truth) * weight)[inside].sum()))
