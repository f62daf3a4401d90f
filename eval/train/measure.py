"""
How far the heads can be trusted on what they never saw: whole sources left out in turn.

A random split flatters, for rows of one source are alike; every figure here is of rows whose source had
no part in the training.  Scores are those of the service: the whole, its clauses, margin taken off, and its
sentences.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from eval.train.grammar import Row
from eval.train.rows import is_kept_apart
from safety.heads import CATEGORIES
from safety.judgement import Judgement, Look, judge
from safety.normalise import normalise

BENIGN = ("benign_t2v", "benign_t2v_long", "benign_t2i", "benign_captions", "benign_users")
FOLDS: tuple[tuple[str, ...], ...] = (
    ("benign_t2v_long", "benign_captions", "requests_safety_en", "tweets_hate_en", "tweets_hate_fr"),
    ("benign_t2v", "benign_users"),
    ("benign_t2i", "t2i_sensitive_pairs"),
    ("seeds",),
)
MOST = 400
"""Rows of a set to report on: an interval of ±2 % at 5 %.  The lines are drawn from every row left out."""

Scores = NDArray[np.float32]


def judged(texts: Iterable[str], first: Look, second: Look | None) -> list[Judgement]:
    """Judge each text as the service does."""
    return [judge(normalise(text).text, first, second) for text in texts]


def harms(told: Iterable[Judgement]) -> Scores:
    """Return the logit of harm of each text."""
    return np.array([one.harm for one in told], np.float32)


Kind = TypeVar("Kind")


def thinned(rows: Sequence[Kind], most: int = MOST) -> list[Kind]:
    """Return at most `most` of the rows, the same ones every time."""
    return random.Random(0).sample(list(rows), min(most, len(rows)))


def left_out(rows: Sequence[Row], fold: Sequence[str]) -> tuple[list[Row], dict[str, list[Row]]]:
    """Return the rows to train on without the sources of `fold`, and the others by source and truth."""
    out: dict[str, list[Row]] = {}
    kept = []
    for row in rows:
        if "seeds" in fold and is_kept_apart(row):
            if row.source == "seeds":
                out.setdefault(f"seeds {row.lang} {_truth(row)}", []).append(row)
        elif row.source in fold and row.source != "seeds":
            out.setdefault(f"{row.source} {_truth(row)}", []).append(row)
        else:
            kept.append(row)
    return kept, out


def _truth(row: Row) -> str:
    return "harmful" if row.harm else "harmless"


def kind(told: Judgement) -> str:
    """Return the category that a text is told to be of."""
    scores = [told.heads.scores(row) for row in told.logits]
    return max(CATEGORIES, key=lambda name: max(one[name] for one in scores))


def thresholds(scores: Mapping[str, Scores]) -> tuple[float, float]:
    """
    Return the logits from which to review and to block, drawn from sources left out of the training alone.

    Review: at most 3 % of any benign source is held.  Block: at most 1 % of any is stopped, and never nearer
    to review than 1.
    """
    benign = [scores[f"{name} harmless"] for name in BENIGN]
    review = max(float(np.quantile(found, 0.97)) for found in benign)
    return review, max(review + 1.0, *(float(np.quantile(found, 0.99)) for found in benign))


def doubt(first: Mapping[str, Scores], both: Mapping[str, Scores], review: float) -> float:
    """
    Return the first look's logit from which to look again.

    Of the harmful texts, left out, that both looks together hold, one in fifty lies below it; and it stays
    well under the line, for the first look never holds by itself.
    """
    held = [found[both[name] >= review] for name, found in first.items() if name.endswith(" harmful")]
    return min(float(np.quantile(np.concatenate(held), 0.02)), review - 1)


def sides(scores: Mapping[str, Scores], most: int = 200) -> tuple[Scores, Scores]:
    """Return the harmful and the harmless scores of all sources, at most `most` of each."""
    harmful = [found[:most] for name, found in scores.items() if name.endswith(" harmful")]
    harmless = [found[:most] for name, found in scores.items() if name.endswith(" harmless")]
    return np.concatenate(harmful), np.concatenate(harmless)


def auroc(harmful: Scores, harmless: Scores) -> float:
    """Return how often a harmful text scores above a harmless one."""
    order = np.argsort(np.concatenate([harmless, harmful]), kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    over = ranks[len(harmless) :].sum() - len(harmful) * (len(harmful) + 1) / 2
    return float(over / (len(harmful) * len(harmless)))
