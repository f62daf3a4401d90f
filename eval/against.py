"""A report compared with an earlier one: what became worse than chance explains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

BETTER_HIGH = frozenset(
    {"recall", "recall_stopped", "recall_kept", "auroc", "average_precision", "f1", "pairs_told"}
)
"""Figures of which more is better; of all others less is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A figure that fell out of the earlier interval on the bad side, or that is not measured any more."""

    key: str
    before: float
    low: float
    high: float
    now: float | None

    @property
    def says(self) -> str:
        """One line: what it was, within which bounds, and what it is."""
        now = "not measured any more" if self.now is None else f"{self.now:.3f}"
        return f"{self.key}: {now}, was {self.before:.3f} ({self.low:.3f} to {self.high:.3f})"


def regressions(earlier: Mapping[str, Any], report: Mapping[str, Any]) -> list[Regression]:
    """Return what became worse between two reports, the largest loss first."""
    now = {figure["key"]: figure["value"] for figure in report["figures"]}
    found = list(_worse(earlier, now))
    return sorted(found, key=lambda one: (-_loss(one), one.key))


def _worse(earlier: Mapping[str, Any], now: Mapping[str, float]) -> Iterator[Regression]:
    for figure in earlier["figures"]:
        value = now.get(figure["key"])
        if value is not None and not _is_beyond(figure, value):
            continue
        yield Regression(
            key=figure["key"], before=figure["value"], low=figure["low"], high=figure["high"], now=value
        )


def _is_beyond(figure: Mapping[str, Any], value: float) -> bool:
    return bool(value < figure["low"] if figure["metric"] in BETTER_HIGH else value > figure["high"])


def _loss(one: Regression) -> float:
    return 1.0 if one.now is None else abs(one.now - one.before)


def differences(earlier: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what differs in how both were made (seed, rows, policy, weights): ``{name: [before, now]}``."""
    names = ("seed", "most", "policy", "looks")
    return {
        name: [earlier["about"].get(name), report["about"].get(name)]
        for name in names
        if earlier["about"].get(name) != report["about"].get(name)
    }
