"""
The heads: what kind of harm a stretch of words carries, from the features an encoder found.

Small networks of our own that lie beside the code: a few upon the sentence encoder, as many upon the
transformer, equal but for the dice they were trained with; the mean of their logits counts.  `harm` says how
bad, the category heads say of which kind.  How they were trained, on what, and how far they can be trusted
is told in docs/design/heads.md; ``python -m eval.train train`` makes the files again.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safety.embedding import Encoder, Floats, Places, TokenFeatures
from safety.errors import ModelUnavailable

CATEGORIES = ("sexual", "violence", "extremism", "hate", "self_harm", "illicit", "harassment")
PATH = Path(__file__).parent / "models" / "data" / "heads.npz"
SECOND_PATH = PATH.with_name("second_heads.npz")

_GAIN = np.float32(3.0)
_SHAPES = {
    "gain",
    "shift",
    "tokens_w",
    "tokens_b",
    "asks_w",
    "asks_b",
    "norm_g",
    "norm_b",
    "hidden_w",
    "hidden_b",
    "out_w",
    "out_b",
}


Parts = dict[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """
    The trained networks and their calibration.

    Each of `members` is one network in float32 (``gain`` and ``shift`` bring the vectors to unit variance);
    `slope` and `offset` turn a logit of harm into a score of which 0.5 is the review and 0.8 the block
    threshold; a clause's logit is lowered by `margin` before it stands for the whole.  Where another look may
    follow, it does from a logit of `doubt` on.
    """

    members: tuple[Parts, ...]
    slope: float
    offset: float
    margin: float
    doubt: float = -math.inf

    @classmethod
    def read(cls, path: Path = PATH) -> Heads:
        """
        Read the trained file.

        Raises:
            ModelUnavailable: it is absent, or not such a file.
        """
        try:
            with np.load(path, allow_pickle=False) as archive:
                found = members({name: archive[name] for name in _SHAPES})
                slope, offset, margin, doubt = (float(number) for number in archive["calibration"])
        except (OSError, KeyError, ValueError) as error:
            raise ModelUnavailable(
                f"the text heads cannot be read ({error}); reinstall the package"
            ) from error
        return cls(members=found, slope=slope, offset=offset, margin=margin, doubt=doubt)

    def logits(self, encoder: Encoder, seen: TokenFeatures, chosen: Sequence[Places]) -> Floats:
        """Return (chosen, 1 + categories): harm first, then `CATEGORIES`; none of the chosen may be empty."""
        return self.judge(encoder.pool(seen, chosen), seen.rows, chosen)

    def judge(self, vectors: Floats, rows: Floats, chosen: Sequence[Places]) -> Floats:
        """Return the logits of chosen token `rows` whose `vectors` (chosen, any length) are known."""
        told = [_judged(parts, vectors, rows, chosen) for parts in self.members]
        return np.asarray(sum(told) / np.float32(len(told)), np.float32)

    def scores(self, logits: Floats) -> dict[str, float]:
        """
        Turn one row of logits into a score from 0 to 1 a category.

        The likeliest category takes the score of harm; another has less by the ratio of their odds, so that
        a text is as bad as its harm, however many kinds it might be of.
        """
        harm = float(1 / (1 + np.exp(-np.clip(self.slope * logits[0] + self.offset, -40, 40))))
        shares = np.exp(logits[1:] - logits[1:].max())
        return {name: harm * float(share) for name, share in zip(CATEGORIES, shares, strict=True)}


def members(arrays: Mapping[str, NDArray[Any]]) -> tuple[Parts, ...]:
    """Return the networks whose arrays lie one upon the other."""
    wide = {name: np.asarray(array, np.float32) for name, array in arrays.items()}
    return tuple(dict(zip(wide, one, strict=True)) for one in zip(*wide.values(), strict=True))


def _judged(parts: Parts, vectors: Floats, rows: Floats, chosen: Sequence[Places]) -> Floats:
    """What one network says."""
    tokens = _gelu(rows @ parts["tokens_w"] + parts["tokens_b"])
    asks = tokens @ parts["asks_w"] + parts["asks_b"]
    pooled = np.stack([_pooled(tokens[places], asks[places]) for places in chosen])
    inner = np.concatenate([vectors * parts["gain"] + parts["shift"], pooled * _GAIN], 1)
    inner = inner - inner.mean(1, keepdims=True)
    inner /= np.sqrt((inner * inner).mean(1, keepdims=True) + 1e-5)
    hidden = _gelu((inner * parts["norm_g"] + parts["norm_b"]) @ parts["hidden_w"] + parts["hidden_b"])
    return np.asarray(hidden @ parts["out_w"] + parts["out_b"], np.float32)


def _pooled(tokens: Floats, asks: Floats) -> Floats:
    """The strongest of each feature, and four weighted means of them."""
    weights = np.exp(asks - asks.max(0))
    weights /= weights.sum(0)
    return np.concatenate([tokens.max(0), (weights.T @ tokens).ravel()])


def _gelu(x: Floats) -> Floats:
    """The tanh form, within 1e-3 of the exact one."""
    return np.asarray(
        0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x**3))), np.float32
    )


@functools.cache
def shipped() -> Heads:
    """
    Return the heads that ship with the code, read once.

    Raises:
        ModelUnavailable: the file is absent or damaged.
    """
    return Heads.read()


@functools.cache
def shipped_second() -> Heads:
    """
    Return the heads upon the transformer that ship with the code, read once.

    Raises:
        ModelUnavailable: the file is absent or damaged.
    """
    return Heads.read(SECOND_PATH)
