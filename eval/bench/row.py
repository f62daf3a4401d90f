"""One figure of the bench, and what it stands beside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    The bound that a figure should keep: at most `limit`, or at least where it `is_floor`.

    `of_ratio` bounds the ratio of the figure to what it stands beside, not the figure itself.
    """

    limit: float
    is_floor: bool = False
    of_ratio: bool = False

    def admits(self, value: float) -> bool:
        """Whether the bound is kept."""
        return value >= self.limit if self.is_floor else value <= self.limit

    def told(self, unit: str) -> str:
        """Return the bound as it is read: ``≤ 15 ms``, ``≤ 1.1 ×``."""
        return f"{'≥' if self.is_floor else '≤'} {self.limit:,g} {'×' if self.of_ratio else unit}"


def at_most(limit: float) -> Target:
    """Return the target of a figure that should not grow beyond `limit`."""
    return Target(limit=limit)


def at_least(limit: float) -> Target:
    """Return the target of a figure that should not fall below `limit`."""
    return Target(limit=limit, is_floor=True)


def ratio_at_most(limit: float) -> Target:
    """Return the target of a figure that should be no more than `limit` times what it stands beside."""
    return Target(limit=limit, of_ratio=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    A figure and, measured in the same run and unit, what it stands beside.

    A row without a target is told for comparison only.
    """

    what: str
    figure: float
    unit: str
    beside: str
    beside_figure: float
    target: Target | None = None

    @property
    def ratio(self) -> float:
        """The figure over what it stands beside."""
        return self.figure / self.beside_figure

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.target.admits(self.ratio if self.target.of_ratio else self.figure)

    def as_json(self) -> dict[str, object]:
        """Return the row for programs."""
        return {
            "what": self.what,
            "figure": self.figure,
            "unit": self.unit,
            "beside": self.beside,
            "beside_figure": self.beside_figure,
            "ratio": self.ratio,
            "target": None if self.target is None else self.target.told(self.unit),
            "is_met": self.is_met,
        }
