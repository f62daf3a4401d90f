"""Sources left out in turn: both looks trained on the rest, and what they tell of what they never saw."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.suites.disguise import DISGUISES
from eval.train import measure as m
from eval.train.features import library
from eval.train.grammar import Row
from eval.train.heads import Arrays
from eval.train.kept import Trainer
from eval.train.recipe import SEED
from eval.train.rows import alone, ours, settled, trainable
from safety.clauses import sentences
from safety.embedding import SentenceEncoder
from safety.judgement import Look
from safety.models.places import cache_folder, models_folder
from safety.models.store import ModelStore
from safety.passage import STOPS
from safety.transformer.encoder import Transformer

FRAMES = ("film_school", "role_play", "buried")
FRAMED = 200
"""Seeds of a language and truth that are put into frames: an interval of ±5 % at 85 %."""

Told = dict[str, m.Scores]
Kinds = dict[str, dict[str, int]]
Looks = tuple[Look, Look]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """All rows to learn from, and what trains each look on some of them."""

    rows: list[Row]
    first: Trainer
    second: Trainer

    @classmethod
    def of(cls, data: Path) -> Prepared:
        """Read seeds and sets and look at every text once, or find in the cache what was seen of it."""
        rows = settled([*ours(SEED), *trainable(data, SEED)])
        models, kept = ModelStore(models_folder(os.environ)), cache_folder(os.environ) / "heads"
        parts = (part.text.rstrip(STOPS) for row in rows for part in sentences(row.text))
        texts = [*(row.text for row in rows), *filter(None, parts)]
        first, second = (kept / models.model(role).id for role in ("sentences", "reader"))
        return cls(
            rows=rows,
            first=Trainer(library=library(texts, SentenceEncoder(models), first), folder=first / "trained"),
            second=Trainer(library=library(texts, Transformer(models), second), folder=second / "trained"),
        )

    def looks(self, rows: Sequence[Row]) -> Looks:
        """Return both looks, trained on `rows` and on sentences of theirs."""
        taught = _taught(rows)
        return self.first.look(taught), self.second.look(taught)

    def arrays(self) -> tuple[Arrays, Arrays]:
        """Return the weights of both looks, trained on everything."""
        taught = _taught(self.rows)
        return self.first.arrays(taught), self.second.arrays(taught)


def _taught(rows: Sequence[Row]) -> list[Row]:
    return [*rows, *alone(rows, 4000, random.Random(SEED))]


def of_fold(data: Path, fold: Sequence[str]) -> tuple[dict[str, Told], Kinds]:
    """Train without the sources of one fold; return what is told of each, by everyone, and of which kind."""
    prepared = Prepared.of(data)
    kept, sources = m.left_out(prepared.rows, fold)
    looks = prepared.looks(kept)
    told: dict[str, Told] = {}
    kinds: Kinds = {}
    for name, rows in sources.items():
        for who, found in _scores([row.text for row in rows], looks):
            told.setdefault(who, {})[name] = found
        print(f"{name:34} n={len(rows):4} 97 %: {np.quantile(told['both'][name], 0.97):6.2f}", flush=True)
        if name.startswith("seeds"):
            told.setdefault("framed", {}).update(framed(name, m.thinned(rows, FRAMED), looks))
        if name.startswith("seeds") and name.endswith("harmful"):
            _count(kinds, rows, looks)
    return told, kinds


def framed(name: str, rows: Sequence[Row], looks: Looks) -> Iterator[tuple[str, m.Scores]]:
    """Yield what is told of rows as they are and in each frame, by the name of the source and the frame."""
    dice = random.Random(SEED)
    yield f"{name}, plain", m.harms(m.judged([row.text for row in rows], *looks))
    for frame in FRAMES:
        texts = [DISGUISES[f"wrapper.{frame}"](row.text, row.lang, dice)[0] for row in rows]
        yield f"{name}, {frame}", m.harms(m.judged(texts, *looks))


def _scores(texts: Sequence[str], looks: Looks) -> Iterator[tuple[str, m.Scores]]:
    """Yield what both looks say, what the first alone, and what each member of both would."""
    yield "both", m.harms(m.judged(texts, *looks))
    yield "first", m.harms(m.judged(texts, looks[0], None))
    for number in range(len(looks[0].heads.members)):
        yield f"member-{number + 1}", m.harms(m.judged(texts, *(_member(look, number) for look in looks)))


def _member(look: Look, number: int) -> Look:
    return replace(look, heads=replace(look.heads, members=look.heads.members[number : number + 1]))


def _count(kinds: Kinds, rows: Sequence[Row], looks: Looks) -> None:
    """Add to `kinds` what the rows of one true category are told to be of."""
    some = m.thinned([row for row in rows if len(_true(row)) == 1])
    for row, told in zip(some, m.judged([row.text for row in some], *looks), strict=True):
        counts = kinds.setdefault(_true(row)[0], {})
        counts[m.kind(told)] = counts.get(m.kind(told), 0) + 1


def _true(row: Row) -> list[str]:
    return [name for name, is_so in row.categories.items() if is_so]
