"""
Trains the text heads: seeds and sets in, one small file out.

Run by `eval.train.__main__`.  Equal seeds, data and machine give equal weights; another processor moves
them by rounding only.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from eval.train.features import Library
from eval.train.grammar import Row
from safety.embedding import Floats
from safety.heads import CATEGORIES, Heads

SEED = 20
TOKENS, ASKS, HIDDEN = 64, 4, 96
_SCALED_ON = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How long and how hard to train; the defaults are those of the shipped weights."""

    seed: int = SEED
    epochs: float = 2.5
    batch: int = 64
    rate: float = 1.5e-3
    decay: float = 0.02
    smoothing: float = 0.04
    wrapped: float = 0.3  # share of short rows put among harmless sentences
    cropped: float = 0.4  # share of long harmless rows cut to a part
    category_weight: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """Mean and spread of an encoder's rows and vectors, feature by feature."""

    row_mean: Floats
    row_spread: Floats
    vector_mean: Floats
    vector_spread: Floats

    @classmethod
    def of(cls, library: Library, texts: Sequence[str]) -> Scale:
        """Measure it on `texts`."""
        rows = np.concatenate([library.rows[library.places(text)] for text in texts]).astype(np.float32)
        lengths = np.array([len(library.places(text)) for text in texts])
        vectors = library.vectors(rows, lengths)
        return cls(
            row_mean=rows.mean(0),
            row_spread=rows.std(0) + _LEAST,
            vector_mean=vectors.mean(0),
            vector_spread=vectors.std(0) + _LEAST,
        )


_LEAST = np.float32(1e-3)


class Network(nn.Module):
    """The trainable twin of `safety.heads.Heads.judge`; `scale` brings its inputs to unit variance."""

    def __init__(self, scale: Scale) -> None:
        super().__init__()
        size = len(scale.vector_mean) + TOKENS * (1 + ASKS)
        for name in ("row_mean", "row_spread", "vector_mean", "vector_spread"):
            self.register_buffer(name, torch.from_numpy(getattr(scale, name)))
        self.tokens = nn.Linear(len(scale.row_mean), TOKENS)
        self.asks = nn.Linear(TOKENS, ASKS)
        self.norm = nn.LayerNorm(size)
        self.hidden = nn.Linear(size, HIDDEN)
        self.out = nn.Linear(HIDDEN, 1 + len(CATEGORIES))

    def forward(self, vectors: Any, rows: Any, lengths: Sequence[int]) -> Any:
        """Return logits of texts with sentence `vectors` (n, any) and concatenated token `rows`."""
        seen = functional.gelu(self.tokens((rows - self.row_mean) / self.row_spread))
        padded = nn.utils.rnn.pad_sequence(list(torch.split(seen, list(lengths))), batch_first=True)
        absent = torch.arange(padded.shape[1])[None, :, None] >= torch.tensor(lengths)[:, None, None]
        strongest = padded.masked_fill(absent, -1e4).max(1).values
        weights = self.asks(padded).masked_fill(absent, -1e4).softmax(1)
        means = torch.einsum("nth,ntk->nkh", padded, weights).flatten(1)
        whole = (vectors - self.vector_mean) / self.vector_spread
        inner = torch.cat([whole, strongest * 3.0, means * 3.0], 1)
        inner = functional.dropout(self.norm(inner), 0.2, self.training)
        return self.out(functional.dropout(functional.gelu(self.hidden(inner)), 0.3, self.training))


def train(rows: Sequence[Row], library: Library, recipe: Recipe = Recipe()) -> Network:
    """Return the network trained on `rows`, whose features `library` holds."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    dice = random.Random(recipe.seed)
    texts = [row.text for row in rows]
    network = Network(Scale.of(library, dice.sample(texts, min(len(texts), _SCALED_ON))))
    optimiser = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=recipe.decay)
    steps, step = math.ceil(len(rows) * recipe.epochs / recipe.batch), 0
    mixer = _Mixer(rows, library, recipe, dice)
    while step < steps:
        order = dice.sample(range(len(rows)), len(rows))
        for start in range(0, len(order), recipe.batch):
            chosen = order[start : start + recipe.batch]
            for group in optimiser.param_groups:
                group["lr"] = recipe.rate * _pace(step / steps)
            loss = _loss(
                network, [rows[i] for i in chosen], [mixer.tokens(i) for i in chosen], library, recipe
            )
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            step += 1
    return network.eval()


def _pace(done: float) -> float:
    return min(1.0, done * 20 + 0.02) * (1 + math.cos(math.pi * min(done, 1.0))) / 2


def _loss(
    network: Network,
    rows: Sequence[Row],
    tokens: Sequence[NDArray[np.int64]],
    library: Library,
    recipe: Recipe,
) -> Any:
    lengths = [len(places) for places in tokens]
    features = library.rows[np.concatenate(tokens)].astype(np.float32)
    vectors = library.vectors(features, np.array(lengths))
    logits = network(torch.from_numpy(vectors), torch.from_numpy(features), lengths)
    told, known = _targets(rows)
    soft = told * (1 - 2 * recipe.smoothing) + recipe.smoothing
    each = functional.binary_cross_entropy_with_logits(logits, soft, reduction="none")
    weight = torch.tensor([row.weight for row in rows])[:, None]
    known[:, 1:] *= recipe.category_weight
    return (each * known * weight).sum() / weight.sum()


def _targets(rows: Sequence[Row]) -> tuple[Any, Any]:
    """What is true and what is known, (rows, 1 + categories) each."""
    told = torch.zeros(len(rows), 1 + len(CATEGORIES))
    known = torch.zeros_like(told)
    for place, row in enumerate(rows):
        known[place, 0] = float(row.harm is not None)
        told[place, 0] = float(bool(row.harm))
        for number, name in enumerate(CATEGORIES, 1):
            known[place, number] = float(row.harm is False or name in row.categories)
            told[place, number] = float(row.categories.get(name, False))
    return told, known


class _Mixer:
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


Calibration = tuple[float, ...]
"""Slope, offset, margin and doubt, as `safety.heads.Heads` means them."""

BARE: Calibration = (1.0, 0.0, 2.0, -math.inf)


def exported(network: Network, calibration: Calibration = BARE) -> dict[str, NDArray[Any]]:
    """Return the arrays of the file: half floats, matrices as the runtime multiplies them."""
    half = np.float16
    plain = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    tokens = plain["tokens.weight"].T / plain["row_spread"][:, None]
    arrays: dict[str, NDArray[Any]] = {
        "calibration": np.array(calibration),
        "gain": (1 / plain["vector_spread"]).astype(np.float32),
        "shift": (-plain["vector_mean"] / plain["vector_spread"]).astype(np.float32),
        "tokens_w": tokens.astype(half),
        "tokens_b": (plain["tokens.bias"] - plain["row_mean"] @ tokens).astype(half),
        "norm_g": plain["norm.weight"].astype(half),
        "norm_b": plain["norm.bias"].astype(half),
    }
    for name in ("asks", "hidden", "out"):
        arrays[f"{name}_w"] = plain[f"{name}.weight"].T.astype(half)
        arrays[f"{name}_b"] = plain[f"{name}.bias"].astype(half)
    return arrays


def as_heads(network: Network, calibration: Calibration = BARE) -> Heads:
    """Return the network as the service runs it."""
    arrays = exported(network, calibration)
    slope, offset, margin, doubt = calibration
    parts: dict[str, Floats] = {
        name: array.astype(np.float32) for name, array in arrays.items() if name != "calibration"
    }
    return Heads(parts=parts, slope=slope, offset=offset, margin=margin, doubt=doubt)
