"""
How long a decision takes: ``python tests/policies/bench_decide.py``.

Measured in processor time of one thread, so that neighbours on the machine count less.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from policies.bundle import load_policy
from policies.cases import everything_looked_for
from policies.decide import decide
from policies.facts import Facts, Surface
from policies.finding import Characters, Finding

COUNT = 20_000


def rate(work: Callable[[], Any], count: int = COUNT) -> float:
    """Return how often a second `work` is done."""
    for _ in range(count // 10):
        work()
    started = time.process_time()
    for _ in range(count):
        work()
    return count / (time.process_time() - started)


def decisions_per_second() -> dict[str, float]:
    """Return the rate of decisions with nothing found, with noise, and with three reasons to refuse."""
    policy, facts = load_policy(), Facts(surface=Surface.PROMPT)

    def seen(*scores: tuple[str, float]) -> Callable[[], Any]:
        found = [
            Finding(category=name, score=score, why="seen", where=Characters(start=0, end=4))
            for name, score in scores
        ]
        evidence = everything_looked_for(
            policy, Surface.PROMPT, [("text.heads@1", finding) for finding in found]
        )
        return lambda: decide(policy, facts, evidence)

    return {
        "nothing found": rate(seen()),
        "noise of four heads": rate(
            seen(*((name, 0.12) for name in ("sexual", "hate", "illicit", "self_harm")))
        ),
        "three reasons": rate(seen(("sexual.explicit", 0.9), ("likeness.public_figure", 0.9))),
    }


def main() -> None:
    for name, per_second in decisions_per_second().items():
        print(f"{name:<22}{per_second:>10,.0f} decisions/s  {1e6 / per_second:6.1f} µs")
    print(f"{'load and check':<22}{1e3 / rate(load_policy, 10):>10.0f} ms")


if __name__ == "__main__":
    main()
