"""``python -m eval.train measure`` leaves sources out in turn; ``… train`` makes the shipped heads."""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from eval.train import measure as m
from eval.train.calibrate import Curve, error, fitted, line_through
from eval.train.folds import FRAMES, Kinds, Prepared, Told, of_fold
from eval.train.grammar import LANGUAGES
from eval.train.heads import MARGIN
from eval.train.rows import measured
from safety.embedding import SentenceEncoder
from safety.heads import PATH, SECOND_PATH, Heads, shipped, shipped_second
from safety.judgement import Look
from safety.models.places import models_folder
from safety.models.store import ModelStore
from safety.transformer.encoder import Transformer

app = typer.Typer(help="The text heads: train them, and measure them on sources left out.")
LEFT_OUT = Path(__file__).parent / "left_out"
"""Logits of sources left out of the training, as ``measure`` wrote them: the lines are drawn from them."""

Data = Annotated[Path, typer.Option(envvar="FILIGRANE_EVAL_DATA", help="the folder of the evaluation data")]


@app.command()
def measure(data: Data, out: Path = LEFT_OUT) -> None:
    """
    Leave every source out in turn and train both looks on the rest; write the logits into the folder `out`.

    Each member is told by itself too: a figure of one seed is no figure.  What was trained is kept, so that
    a run that is cut short goes on where it was.
    """
    Prepared.of(data)  # what both processes read is written once, before
    told: dict[str, Told] = {}
    kinds: Kinds = {}
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for found, counts in pool.map(partial(of_fold, data), m.FOLDS):
            for who, by_source in found.items():
                told.setdefault(who, {}).update(by_source)
            kinds.update(counts)
    out.mkdir(parents=True, exist_ok=True)
    for who in ("both", "first", "framed"):
        _write(out / f"{who}.json", told[who])
    members = {who: _headline(by_source) for who, by_source in told.items() if who.startswith("member")}
    (out / "members.json").write_text(json.dumps(members, indent=1) + "\n", encoding="utf-8")
    (out / "kinds.json").write_text(json.dumps(kinds, indent=1) + "\n", encoding="utf-8")
    _tell(out)


def _write(path: Path, told: Told) -> None:
    rounded = {name: [round(float(logit), 2) for logit in found] for name, found in sorted(told.items())}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(logits)}" for name, logits in rounded.items())
    path.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def _read(path: Path) -> Told:
    told = json.loads(path.read_text(encoding="utf-8"))
    return {name: np.array(found, np.float32) for name, found in told.items()}


def calibration(left_out: Path = LEFT_OUT) -> tuple[float, float, float, float]:
    """Return slope, offset, margin and doubt by the rule, from sources left out alone."""
    first, both = _read(left_out / "first.json"), _read(left_out / "both.json")
    review, block = m.thresholds(both)
    return *line_through(review, block), MARGIN, m.doubt(first, both, review)


@app.command()
def train(data: Data, first: Path = PATH, second: Path = SECOND_PATH, left_out: Path = LEFT_OUT) -> None:
    """Train both looks on everything; the lines are those that the sources left out draw."""
    lines = np.array(calibration(left_out))
    for path, arrays in zip((first, second), Prepared.of(data).arrays(), strict=True):
        np.savez_compressed(path, calibration=lines, **arrays)  # type: ignore[arg-type]


@app.command()
def report(data: Data, left_out: Path = LEFT_OUT) -> None:
    """Print the figures of docs/design/heads.md: sources left out, and sets never learned from."""
    _tell(left_out)
    models = ModelStore(models_folder(os.environ))
    first = Look(encoder=SentenceEncoder(models), heads=shipped())
    second = Look(encoder=Transformer(models), heads=shipped_second())
    for name, texts in measured(data).items():
        print(_line(name, m.harms(m.judged(m.thinned(texts, 150), first, second)), second.heads))


def _tell(left_out: Path) -> None:
    """Print what the sources left out say, of all members together and of each."""
    print((left_out / "members.json").read_text(encoding="utf-8"))
    both = _read(left_out / "both.json")
    slope, offset, _margin, doubt = calibration(left_out)
    heads = Heads(members=(), slope=slope, offset=offset, margin=MARGIN, doubt=doubt)
    print(json.dumps(_headline(both), indent=1), f"slope {slope:.2f}, doubt {doubt:.2f}")
    for name, found in sorted(both.items()):
        print(_line(name, found, heads))
    review, block = m.thresholds(both)
    curve = Curve.through(review, block, fitted(*m.sides(both)))
    for lang in LANGUAGES:
        off = error(curve, both[f"seeds {lang} harmful"], both[f"seeds {lang} harmless"])
        print(f"{lang}: calibration error {off:.3f} where {curve.harmful_share:.2f} of the texts are harmful")
    _tell_framed(_read(left_out / "framed.json"), review)
    print((left_out / "kinds.json").read_text(encoding="utf-8"))


def _tell_framed(framed: Told, review: float) -> None:
    """Print what is kept in a frame of the seeds held plainly, and how many harmless ones are held in it."""
    for lang in LANGUAGES:
        held = framed[f"seeds {lang} harmful, plain"] >= review
        for frame in FRAMES:
            kept = framed[f"seeds {lang} harmful, {frame}"][held] >= review
            wronged = framed[f"seeds {lang} harmless, {frame}"] >= review
            print(f"{lang}, {frame}: {kept.mean():.1%} of {held.sum()}; harmless held {wronged.mean():.1%}")


def _headline(told: Told) -> dict[str, dict[str, float]]:
    """The figures that choose between recipes, at the lines that the scores themselves draw."""
    review, block = m.thresholds(told)
    figures = {"lines": {"review": round(review, 2), "block": round(block, 2)}}
    for name in sorted(source.removesuffix(" harmful") for source in told if source.endswith(" harmful")):
        harmful, harmless = told[f"{name} harmful"], told[f"{name} harmless"]
        figures[name] = {
            "auroc": round(m.auroc(harmful, harmless), 3),
            "held": round(float(np.mean(harmful >= review)), 3),
            "held of the harmless": round(float(np.mean(harmless >= review)), 3),
        }
    return figures


def _line(name: str, found: m.Scores, heads: Heads) -> str:
    """One row: how many are held and stopped."""
    review = -heads.offset / heads.slope
    block = review + float(np.log(4.0)) / heads.slope
    return f"| {name} | {len(found)} | {np.mean(found >= review):.1%} | {np.mean(found >= block):.1%} |"


if __name__ == "__main__":
    app()
