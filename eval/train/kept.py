"""Trainings kept on disk by what went into them: a run that is cut short loses one of them at most."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from eval.train.features import Library, Shelved
from eval.train.grammar import Row
from eval.train.heads import Arrays, as_heads, exported, train
from eval.train.recipe import Recipe
from safety.judgement import Look


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trainer:
    """Trains networks upon the features of `library`, or reads from `folder` what it trained before."""

    library: Library
    folder: Path
    recipe: Recipe = field(default_factory=Recipe)

    def arrays(self, rows: Sequence[Row]) -> Arrays:
        """Return the trained networks, half floats."""
        path = self.folder / f"{_digest(rows, self.recipe)}.npz"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            with unfinished.open("wb") as file:
                np.savez(file, **exported(train(rows, self.library, self.recipe)))  # type: ignore[arg-type]
            unfinished.replace(path)
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)

    def look(self, rows: Sequence[Row]) -> Look:
        """Return a look that learned from `rows`; its scores are bare logits."""
        return Look(encoder=Shelved(library=self.library), heads=as_heads(self.arrays(rows)))


def _digest(rows: Sequence[Row], recipe: Recipe) -> str:
    """The digest of everything that decides what is learned, but for the features themselves."""
    told = hashlib.sha256(repr(recipe).encode())
    for row in rows:
        told.update(repr(row).encode())
    return told.hexdigest()[:32]
