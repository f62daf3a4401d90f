"""
How long the prompt's gate takes, by length: the only figures that another run does not repeat.

They lie in a file of their own, ``timings.json``, so that the report stays a matter of seed and data.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from eval.system import System
from eval.train.grammar import Row
from eval.train.rows import seeds
from policies.facts import Surface
from safety.detector import Text

LATENCY = "latency"
LENGTHS = (40, 120, 600)
PROMPTS = 60


def measure(system: System) -> list[dict[str, Any]]:
    """Return processor milliseconds of this thread, per length: each detector, the policy, and the gate."""
    rows = []
    for length in LENGTHS:
        prompts = prompts_of(length, seeds())
        system.examine((prompts[0],))
        rows += [
            _row(detector.name, length, [_cost(_looking(detector, one)) for one in prompts])
            for detector in system.screen.text
        ]
        seen = [system.examine((one,)) for one in prompts]
        rows.append(
            _row("policy", length, [_cost(partial(system.judge, one, Surface.PROMPT)) for one in seen])
        )
        rows.append(_row("gate", length, [_cost(partial(system.examine, (one,))) for one in prompts]))
    return rows


def _looking(detector: Any, prompt: str) -> Callable[[], object]:
    return lambda: detector.examine(Text(text=prompt))


def prompts_of(length: int, rows: Sequence[Row]) -> list[str]:
    """Return prompts of just so many characters, made of our seeds one after the other."""
    harmless = [row.text for row in rows if row.harm is False]
    joined = ". ".join(harmless)
    return [joined[start : start + length] for start in range(0, PROMPTS * length, length)]


def _cost(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return (time.thread_time() - started) * 1e3


def _row(what: str, length: int, costs: Sequence[float]) -> dict[str, Any]:
    p50, p95, p99 = np.quantile(costs, (0.5, 0.95, 0.99))
    return {
        "what": what,
        "characters": length,
        "n": len(costs),
        "p50_ms": round(float(p50), 3),
        "p95_ms": round(float(p95), 3),
        "p99_ms": round(float(p99), 3),
    }


def write_timings(out: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write them beside the results."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "timings.json").write_text(json.dumps(list(rows), indent=1) + "\n", encoding="utf-8")


def read_timings(out: Path) -> list[dict[str, Any]]:
    """Return what was measured last; empty where nothing was."""
    path = out / "timings.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
