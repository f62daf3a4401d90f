"""
How long work takes, in seconds of this process's processor time unless a function says otherwise.

A busy machine changes processor time little; still compare the ratios, not the seconds of two machines.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence

ROUNDS = 100


def once(work: Callable[[], object]) -> float:
    """Return what doing `work` once costs."""
    started = time.process_time()
    work()
    return time.process_time() - started


def by_the_clock(work: Callable[[], object]) -> float:
    """Return how long doing `work` once lasts, by the clock."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def costs(work: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Return what doing `work` costs each of several times, after once to warm up."""
    work()
    return [once(work) for _ in range(rounds)]


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return what doing `work` costs half of the times."""
    return statistics.median(costs(work, rounds))


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed (nearest rank); the values are not empty."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
