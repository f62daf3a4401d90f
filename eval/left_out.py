"""What whole sources, left out of the training in turn, say: the scores of ``eval.train measure``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from eval.metrics import Estimate, ranking, share
from safety.heads import Heads

_SEED = 20


def left_out_sources(path: Path) -> list[dict[str, Any]]:
    """
    Return one row a source of the file: how many of its rows are held and stopped by heads that never saw it.

    The file is ``{"SOURCE harmless": [logit of harm, …], "SOURCE harmful": […]}``; the lines are those of the
    shipped calibration, .5 to hold and .8 to stop.  Where a source has both sides, they are ranked.

    Raises:
        ValueError: it is no such file.
    """
    told = {
        name: np.asarray(found, np.float64) for name, found in json.loads(path.read_text("utf-8")).items()
    }
    review, block = _lines()
    rows = []
    for name, logits in sorted(told.items()):
        source, _blank, truth = name.rpartition(" ")
        if truth not in ("harmful", "harmless"):
            raise ValueError(f"{path.name}: {name!r} is not a source with its truth, harmful or harmless")
        other = told.get(f"{source} harmless") if truth == "harmful" else None
        ranked = None if other is None else ranking(list(logits), list(other), _SEED)
        rows.append(
            {
                "source": source,
                "is_harmful": truth == "harmful",
                "held": _told(share(int((logits >= review).sum()), len(logits))),
                "stopped": _told(share(int((logits >= block).sum()), len(logits))),
                "auroc": None if ranked is None else _told(ranked.auroc),
            }
        )
    return rows


def _lines() -> tuple[float, float]:
    """Return the logits that the shipped calibration takes to .5 and to .8."""
    heads = Heads.read()
    review = -heads.offset / heads.slope
    return review, review + float(np.log(4.0)) / heads.slope


def _told(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {
        "value": round(estimate.value, 4),
        "low": round(estimate.low, 4),
        "high": round(estimate.high, 4),
        "n": estimate.n,
    }
