"""
Trains the text heads: seeds and sets in, one small file out.

Run by `eval.train.__main__`.  Equal seeds, data and machine give equal weights; another processor moves
them by rounding only.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from eval.train.features import Library
from eval.train.grammar import Row
from eval.train.mixing import Mixer
from eval.train.recipe import Recipe
from safety.embedding import Floats
from safety.heads import CATEGORIES, Heads, members

MARGIN = 1.0
"""What a clause's logit is lowered by: alone it says less than a text."""

TOKENS, ASKS, HIDDEN = 64, 4, 96
_SCALED_ON = 1000
_TOGETHER = 16
"""Texts padded to one length: beside one of 200 tokens a batch of short ones would be mostly padding."""

_ABSENT = -1e3
"""Stands for a token that is not there: under every feature, and of no weight in a mean."""

Arrays = dict[str, NDArray[Any]]


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
    """
    The trainable twins of `safety.heads.Heads.judge`; `scale` brings their inputs to unit variance.

    All members see the same texts in the same order, which makes three cost little more than one; they began
    with other weights and forget other features on the way.
    """

    row_mean: Any
    row_spread: Any
    vector_mean: Any
    vector_spread: Any

    def __init__(self, scale: Scale, members: int) -> None:
        super().__init__()
        self.members, size = members, len(scale.vector_mean) + TOKENS * (1 + ASKS)
        for name in ("row_mean", "row_spread", "vector_mean", "vector_spread"):
            self.register_buffer(name, torch.from_numpy(getattr(scale, name)))
        self.tokens = nn.Linear(len(scale.row_mean), members * TOKENS)
        self.asks_w, self.asks_b = _linear(members, TOKENS, ASKS)
        self.norm_g = nn.Parameter(torch.ones(members, size))
        self.norm_b = nn.Parameter(torch.zeros(members, size))
        self.hidden_w, self.hidden_b = _linear(members, size, HIDDEN)
        self.out_w, self.out_b = _linear(members, HIDDEN, 1 + len(CATEGORIES))

    def forward(self, vectors: Any, rows: Any, lengths: Sequence[int]) -> Any:
        """Return (n, members, logits) of texts with `vectors` (n, any) and concatenated token `rows`."""
        seen = functional.gelu(self._seen(rows))
        whole = (vectors - self.vector_mean) / self.vector_spread
        whole = whole[:, None].expand(-1, self.members, -1)
        inner = torch.cat([whole, self._pooled(seen, lengths) * 3.0], 2)
        inner = functional.layer_norm(inner, inner.shape[2:]) * self.norm_g + self.norm_b
        inner = functional.dropout(inner, 0.2, self.training)
        hidden = functional.gelu(torch.einsum("nmi,mih->nmh", inner, self.hidden_w) + self.hidden_b)
        hidden = functional.dropout(hidden, 0.3, self.training)
        return torch.einsum("nmh,mho->nmo", hidden, self.out_w) + self.out_b

    def _seen(self, rows: Any) -> Any:
        scaled = self.tokens.weight / self.row_spread
        if not self.training:
            return functional.linear(rows, scaled, self.tokens.bias - scaled @ self.row_mean)
        # In short floats: the widest product of all, and the dropped features are the greater noise.
        short = torch.bfloat16
        product = functional.linear((rows - self.row_mean).to(short), scaled.to(short))
        return product.float() + self.tokens.bias

    def _pooled(self, seen: Any, lengths: Sequence[int]) -> Any:
        """The strongest of each feature of a text and the means it asks for, some texts at a time."""
        every = torch.block_diag(*self.asks_w)  # type: ignore[no-untyped-call]
        asks = seen @ every + self.asks_b.flatten()
        some = [lengths[at : at + _TOGETHER] for at in range(0, len(lengths), _TOGETHER)]
        counts = [sum(of) for of in some]
        parts = zip(seen.split(counts), asks.split(counts), some, strict=True)
        return torch.cat([self._padded(*part) for part in parts])

    def _padded(self, seen: Any, asks: Any, lengths: Sequence[int]) -> Any:
        longest = max(lengths)
        places = torch.cat([number * longest + torch.arange(count) for number, count in enumerate(lengths)])
        seen, asks = (
            rows.new_full((len(lengths) * longest, rows.shape[1]), _ABSENT)
            .index_copy(0, places, rows)
            .view(len(lengths), longest, self.members, -1)
            for rows in (seen, asks)
        )
        means = torch.einsum("ntmh,ntmk->nmkh", seen, asks.softmax(1))
        return torch.cat([seen.max(1).values, means.flatten(2)], 2)


def _linear(members: int, inputs: int, outputs: int) -> tuple[nn.Parameter, nn.Parameter]:
    """Matrices and offsets of a layer, drawn as PyTorch draws those of one."""
    bound = 1 / math.sqrt(inputs)
    return (
        nn.Parameter(torch.empty(members, inputs, outputs).uniform_(-bound, bound)),
        nn.Parameter(torch.empty(members, outputs).uniform_(-bound, bound)),
    )


def train(rows: Sequence[Row], library: Library, recipe: Recipe) -> Network:
    """Return the members trained on `rows`, whose features `library` holds."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    dice = random.Random(recipe.seed)
    texts = [row.text for row in rows]
    scale = Scale.of(library, dice.sample(texts, min(len(texts), _SCALED_ON)))
    network = Network(scale, recipe.members)
    optimiser = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=recipe.decay)
    steps = math.ceil(len(rows) * recipe.epochs / recipe.batch)
    mixer, truth = Mixer(rows, library, recipe, dice), _Truth.of(rows, recipe)
    for step, chosen in enumerate(_batches(len(rows), steps, recipe.batch, dice)):
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * _pace(step / steps)
        some = sorted(((i, mixer.tokens(i)) for i in chosen), key=lambda one: len(one[1]))
        told = _told(network, [tokens for _i, tokens in some], library)
        loss = truth.loss([i for i, _tokens in some], told)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), math.sqrt(recipe.members))
        optimiser.step()
    return network.eval()


def _batches(count: int, steps: int, size: int, dice: random.Random) -> Iterator[list[int]]:
    """Yield `steps` batches of row numbers; every row once before any twice."""
    order: list[int] = []
    for _ in range(steps):
        order = order or dice.sample(range(count), count)
        yield order[:size]
        order = order[size:]


def _pace(done: float) -> float:
    return min(1.0, done * 20 + 0.02) * (1 + math.cos(math.pi * min(done, 1.0))) / 2


def _told(network: Network, tokens: Sequence[NDArray[np.int64]], library: Library) -> Any:
    """The logits of texts made of tokens of the library."""
    lengths = [len(places) for places in tokens]
    # Torch widens half floats several times faster than NumPy.
    features = torch.from_numpy(library.rows[np.concatenate(tokens)]).float()
    vectors = library.vectors(features.numpy(), np.array(lengths))
    return network(torch.from_numpy(vectors), features, lengths)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Truth:
    """
    What is to be told of each row and what it counts for, (rows, 1 + categories) each.

    `others` are the categories that a harmful row of a known one is not of, (rows, categories); `kinds` is
    what telling it from them counts for.
    """

    told: Any
    counts: Any
    weights: Any
    others: Any
    kinds: Any

    @classmethod
    def of(cls, rows: Sequence[Row], recipe: Recipe) -> _Truth:
        told, known = _targets(rows)
        known[:, 1:] *= recipe.category_weight
        weights = torch.tensor([row.weight for row in rows])
        soft = told * (1 - 2 * recipe.smoothing) + recipe.smoothing
        is_true = told[:, 1:] > 0
        has_kind = is_true.any(1)
        return cls(
            told=soft,
            counts=known * weights[:, None],
            weights=weights,
            others=~is_true & has_kind[:, None],
            kinds=recipe.kind_weight * weights * has_kind,
        )

    def loss(self, chosen: Sequence[int], logits: Any) -> Any:
        """The cross-entropy of harm and of its kind for the chosen rows' logits, summed over the members."""
        told, counts = self.told[chosen][:, None], self.counts[chosen][:, None]
        each = functional.binary_cross_entropy_with_logits(logits, told.expand_as(logits), reduction="none")
        kinds = logits[:, :, 1:]
        true = kinds.masked_fill(self.others[chosen][:, None], -1e4).logsumexp(2)
        wrong = (kinds.logsumexp(2) - true) * self.kinds[chosen][:, None]
        return ((each * counts).sum() + wrong.sum()) / self.weights[chosen].sum()


def _targets(rows: Sequence[Row]) -> tuple[Any, Any]:
    """What is true and what is known, (rows, 1 + categories) each."""
    told = np.zeros((len(rows), 1 + len(CATEGORIES)), np.float32)
    known = np.zeros_like(told)
    for place, row in enumerate(rows):
        known[place, 0] = row.harm is not None
        told[place, 0] = bool(row.harm)
        for number, name in enumerate(CATEGORIES, 1):
            known[place, number] = row.harm is False or name in row.categories
            told[place, number] = row.categories.get(name, False)
    return torch.from_numpy(told), torch.from_numpy(known)


def exported(network: Network) -> Arrays:
    """Return the arrays of all members, one upon the other: half floats, matrices as they are multiplied."""
    plain = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    tokens = plain["tokens.weight"].T / plain["row_spread"][:, None]
    tokens_b = plain["tokens.bias"] - plain["row_mean"] @ tokens
    members = network.members
    gain, shift = 1 / plain["vector_spread"], -plain["vector_mean"] / plain["vector_spread"]
    arrays: Arrays = {
        "gain": np.stack([gain.astype(np.float32)] * members),
        "shift": np.stack([shift.astype(np.float32)] * members),
        "tokens_w": np.stack(np.split(tokens.astype(np.float16), members, 1)),
        "tokens_b": tokens_b.astype(np.float16).reshape(members, TOKENS),
    }
    for name in ("asks", "norm", "hidden", "out"):
        for part in "gb" if name == "norm" else "wb":
            arrays[f"{name}_{part}"] = plain[f"{name}_{part}"].astype(np.float16)
    return arrays


def as_heads(arrays: Arrays) -> Heads:
    """Return trained networks as the service runs them, their scores bare logits."""
    return Heads(members=members(arrays), slope=1.0, offset=0.0, margin=MARGIN)
