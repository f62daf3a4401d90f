"""``python -m eval.train train --data DIR`` makes the heads; ``… measure`` prints how far to trust them."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.train import measure as m
from eval.train.calibrate import Curve, error, fitted, line_through
from eval.train.features import Library, Shelved, library
from eval.train.grammar import Row
from eval.train.heads import SEED, Recipe, as_heads, exported
from eval.train.heads import train as fit
from eval.train.rows import measured, ours, settled, trainable
from safety.embedding import SentenceEncoder
from safety.heads import PATH, SECOND_PATH, Heads, shipped, shipped_second
from safety.judgement import Look
from safety.models.places import cache_folder, models_folder
from safety.models.store import ModelStore
from safety.transformer.encoder import Transformer

app = typer.Typer(help="The text heads: train them, and measure them on sources left out.")
MARGIN = 1.0
APART = (("seeds",),)

Data = Annotated[Path, typer.Option(envvar="FILIGRANE_EVAL_DATA", help="the folder of the evaluation data")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    rows: list[Row]
    first: Library
    second: Library

    @classmethod
    def of(cls, data: Path) -> _Prepared:
        rows = settled([*ours(SEED), *trainable(data, SEED)])
        models, kept = ModelStore(models_folder(os.environ)), cache_folder(os.environ) / "heads"
        texts = [row.text for row in rows]
        return cls(
            rows=rows,
            first=library(texts, SentenceEncoder(models), kept / models.model("sentences").id),
            second=library(texts, Transformer(models), kept / models.model("reader").id),
        )


def _look(rows: Sequence[Row], known: Library, recipe: Recipe) -> Look:
    """Train one look on `rows`; its scores are bare logits."""
    return Look(encoder=Shelved(library=known), heads=as_heads(fit(rows, known, recipe)))


@app.command()
def measure(data: Data, out: Path = Path("heads"), epochs: float = 3.0, share: float = 1.0) -> None:
    """Leave every source out in turn; write the scores beside `out`.  A `share` of the rows is quicker."""
    prepared = _Prepared.of(data)
    for name, known, folds in (("second", prepared.second, m.FOLDS), ("first", prepared.first, APART)):

        def train(kept: Sequence[Row], known: Library = known) -> Look:
            some = random.Random(SEED).sample(list(kept), round(share * len(kept)))
            return _look(some, known, Recipe(epochs=epochs))

        scores = {}
        for source, found in m.leave_out(prepared.rows, train, folds):
            scores[source] = found.tolist()
            print(f"{name} {source:34} n={len(found):4} 97 %: {np.quantile(found, 0.97):6.2f}", flush=True)
            _file(out, name).write_text(json.dumps(scores), encoding="utf-8")
    _tell(out)


def _file(out: Path, name: str) -> Path:
    return out.with_name(f"{out.name}.{name}.json")


def _lines(out: Path) -> tuple[Curve, float]:
    """Return the curve of both looks, and the first's doubt, from the files of ``measure``."""
    first, second = (_read(_file(out, name)) for name in ("first", "second"))
    review, block = m.thresholds(second)
    curve = Curve.through(review, block, fitted(*m.both(second)))
    return curve, min(m.doubt(first, second, review), review - 1)


def _tell(out: Path) -> None:
    curve, doubt = _lines(out)
    second = _read(_file(out, "second"))
    print(f"review {-curve.offset / curve.slope:.2f}, doubt {doubt:.2f}, {curve}")
    for lang in ("en", "fr"):
        harmful, harmless = second[f"seeds {lang} harmful"], second[f"seeds {lang} harmless"]
        off = error(curve, harmful, harmless)
        print(f"{lang}: AUROC {m.auroc(harmful, harmless):.3f}, calibration error {off:.3f}")


@app.command()
def train(
    data: Data,
    review: float = 0.0,
    block: float = 1.5,
    doubt: float = -3.0,
    first: Path = PATH,
    second: Path = SECOND_PATH,
) -> None:
    """Train on everything; the lines are logits, by default those that docs/design/heads.md argues for."""
    prepared = _Prepared.of(data)
    slope, offset = line_through(review, block)
    for path, known in ((first, prepared.first), (second, prepared.second)):
        arrays = exported(fit(prepared.rows, known), (slope, offset, MARGIN, doubt))
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


@app.command()
def report(data: Data, scores: Path = Path("heads")) -> None:
    """Print the figures of docs/design/heads.md from the scores of ``measure`` and the shipped heads."""
    _tell(scores)
    models = ModelStore(models_folder(os.environ))
    first = Look(encoder=SentenceEncoder(models), heads=shipped())
    second = Look(encoder=Transformer(models), heads=shipped_second())
    told = _read(_file(scores, "second"))
    for name, texts in measured(data).items():
        some = m.thinned(texts, 150)
        again = m.harms(some, first) >= first.heads.doubt
        told[f"{name} (looked at again: {np.mean(again):.0%})"] = np.where(
            again, m.harms(some, second), -np.inf
        )
    for name, found in sorted(told.items()):
        print(_line(name, found, second.heads))


def _read(path: Path) -> dict[str, m.Scores]:
    return {name: np.array(found, np.float32) for name, found in json.loads(path.read_text()).items()}


def _line(name: str, found: m.Scores, heads: Heads) -> str:
    """One row: how many are held and stopped."""
    review = -heads.offset / heads.slope
    block = review + float(np.log(4.0)) / heads.slope
    return f"| {name} | {len(found)} | {np.mean(found >= review):.1%} | {np.mean(found >= block):.1%} |"


if __name__ == "__main__":
    app()
