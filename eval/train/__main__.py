"""``python -m eval.train train --data DIR`` makes heads.npz; ``… measure`` prints how far to trust it."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.train import measure as m
from eval.train.features import Library, library
from eval.train.grammar import Row
from eval.train.heads import SEED, Recipe, as_heads, exported
from eval.train.heads import train as fit
from eval.train.rows import measured, ours, settled, trainable
from safety.embedding import SentenceEncoder
from safety.heads import PATH, Heads
from safety.models.places import cache_folder, models_folder
from safety.models.store import ModelStore

app = typer.Typer(help="The text heads: train them, and measure them on sources left out.")
MARGIN = 2.0

Data = Annotated[Path, typer.Option(envvar="FILIGRANE_EVAL_DATA", help="the folder of the evaluation data")]


def _prepared(data: Path) -> tuple[list[Row], Library]:
    encoder = SentenceEncoder(ModelStore(models_folder(os.environ)))
    rows = settled([*ours(SEED), *trainable(data, SEED)])
    kept = cache_folder(os.environ) / "heads"
    return rows, library([row.text for row in rows], encoder, kept)


@app.command()
def measure(data: Data, out: Path = Path("heads.json"), epochs: float = 3.0, share: float = 1.0) -> None:
    """Leave every source out in turn and write the scores to `out`; a `share` of the rows is quicker."""
    rows, known = _prepared(data)

    def train(kept: Sequence[Row]) -> Heads:
        some = random.Random(SEED).sample(list(kept), round(share * len(kept)))
        return as_heads(fit(some, known, Recipe(epochs=epochs)), (1.0, 0.0, MARGIN))

    scores = {}
    for name, found in m.leave_out(rows, train, known.encoder):
        scores[name] = found
        print(f"{name:34} n={len(found):4} 97 %: {np.quantile(found, 0.97):6.2f}", flush=True)
        out.write_text(json.dumps({name: found.tolist() for name, found in scores.items()}), encoding="utf-8")
    print("review, block:", *m.thresholds(scores))


@app.command()
def train(data: Data, out: Path = PATH, review: float = 1.0, block: float = 2.03) -> None:
    """Train on everything; `review` and `block` are the logits that ``measure`` chose."""
    rows, known = _prepared(data)
    network = fit(rows, known, Recipe())
    np.savez_compressed(out, **exported(network, (*m.calibration(review, block), MARGIN)))  # type: ignore[arg-type]


@app.command()
def report(data: Data, scores: Path = Path("heads.json")) -> None:
    """Print the figures of docs/design/heads.md from the scores of ``measure`` and the shipped heads."""
    encoder, heads = SentenceEncoder(ModelStore(models_folder(os.environ))), Heads.read()
    told = {name: np.array(found, np.float32) for name, found in json.loads(scores.read_text()).items()}
    told |= {name: m.harm(m.thinned(texts, 200), encoder, heads) for name, texts in measured(data).items()}
    review, slope = -heads.offset / heads.slope, heads.slope
    block = review + float(np.log(4.0)) / slope
    for name, found in sorted(told.items()):
        print(f"| {name} | {len(found)} | {np.mean(found >= review):.1%} | {np.mean(found >= block):.1%} |")


if __name__ == "__main__":
    app()
