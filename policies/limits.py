"""Which score leads to which verdict: one table, in which the most specific line wins."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from policies.facts import AgeBand, Surface, Tier
from policies.ruling import Verdict
from policies.source import Place
from policies.territory import ELSEWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    One square of the table.

    `bank` is None for a finding that is no match; `reader` is empty where nobody read the words in a clip.
    """

    category: str
    surface: Surface
    tier: Tier
    age_band: AgeBand
    territory: str
    detector: str
    bank: str | None
    reader: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The scores (0 to 1) from which each verdict holds; None where the verdict is never reached."""

    label: float | None = None
    review: float | None = None
    block: float | None = None

    def verdict(self, score: float) -> tuple[Verdict, float]:
        """Return the strictest verdict that `score` reaches and its threshold; ALLOW has none (0.0)."""
        if self.block is not None and score >= self.block:
            return Verdict.BLOCK, self.block
        if self.review is not None and score >= self.review:
            return Verdict.REVIEW, self.review
        if self.label is not None and score >= self.label:
            return Verdict.LABEL, self.label
        return Verdict.ALLOW, 0.0

    def at(self, verdict: Verdict) -> float:
        """Return the lowest score that leads to `verdict` or a stricter one; 2.0 where none does."""
        steps = zip(Verdict, (0.0, self.label, self.review, self.block), strict=True)
        return min((score for step, score in steps if step >= verdict and score is not None), default=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """
    One line of the table.

    An empty set, or None for `detector`, `bank` and `reader`, means *any*; these may end in ``*``.
    """

    categories: frozenset[str]
    thresholds: Thresholds
    surfaces: frozenset[Surface] = frozenset()
    tiers: frozenset[Tier] = frozenset()
    age_bands: frozenset[AgeBand] = frozenset()
    territories: frozenset[str] = frozenset()
    detector: str | None = None
    bank: str | None = None
    reader: str | None = None
    place: Place = field(compare=False)

    def fits(self, cell: Cell) -> bool:
        """Whether the line speaks of that square (its category, or the family of it)."""
        return (
            bool(self.categories & {cell.category, cell.category.partition(".")[0]})
            and (not self.surfaces or cell.surface in self.surfaces)
            and (not self.tiers or cell.tier in self.tiers)
            and (not self.age_bands or cell.age_band in self.age_bands)
            and (not self.territories or cell.territory in self.territories)
            and (self.detector is None or _names(self.detector, cell.detector))
            and (self.bank is None or (cell.bank is not None and _names(self.bank, cell.bank)))
            and (self.reader is None or _names(self.reader, cell.reader))
        )

    def weight(self, category: str) -> tuple[int, ...]:
        """
        Return how specific the line is for a category it fits; the larger tuple wins.

        In order: bank, detector, the category itself before its family, territory, age band, tier, surface,
        reader: how words were come by softens nothing that follows from for whom and for where they are.
        """
        return (
            len(self.bank or ""),
            len(self.detector or ""),
            category in self.categories,
            bool(self.territories),
            bool(self.age_bands),
            bool(self.tiers),
            bool(self.surfaces),
            len(self.reader or ""),
        )


def weighing(category: str) -> Callable[[Limit], tuple[int, ...]]:
    """Return the key by which lines about a category are compared."""
    return functools.partial(Limit.weight, category=category)


def _names(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


class Limits:
    """The whole table.  Answers are kept, so asking twice costs one look in a dictionary."""

    def __init__(self, lines: Iterable[Limit]) -> None:
        self.lines = tuple(lines)
        self._by_category: Mapping[str, tuple[Limit, ...]] = _by_category(self.lines)
        self._territories = frozenset(itertools.chain.from_iterable(line.territories for line in self.lines))
        # Bounded: detectors and banks are ours, yet nothing forbids a long list of them.
        self.thresholds = functools.lru_cache(maxsize=65536)(self._thresholds)

    def line(self, cell: Cell) -> Limit | None:
        """Return the line that decides a square; None where no line speaks of it."""
        fitting = [line for line in self.about(cell.category) if line.fits(cell)]
        return max(fitting, key=weighing(cell.category), default=None)

    def about(self, category: str) -> tuple[Limit, ...]:
        """Return every line that speaks of a category or of its family."""
        family = category.partition(".")[0]
        own = self._by_category.get(category, ())
        return own if family == category else own + self._by_category.get(family, ())

    def _thresholds(
        self,
        category: str,
        surface: Surface,
        tier: Tier,
        age_band: AgeBand,
        territory: str,
        detector: str,
        bank: str | None,
        reader: str = "",
    ) -> Thresholds:
        cell = Cell(
            category=category,
            surface=surface,
            tier=tier,
            age_band=age_band,
            territory=territory,
            detector=detector,
            bank=bank,
            reader=reader,
        )
        line = self.line(cell)
        # A table read by `read_limits` has no gap; were there one, nothing would pass unseen through it.
        return line.thresholds if line else Thresholds(review=0.0)

    def known_territory(self, territory: str) -> str:
        """Return the territory if a line names it, else `ELSEWHERE`: all others are answered alike."""
        return territory if territory in self._territories else ELSEWHERE

    def cells(self, category: str) -> Iterator[Cell]:
        """Yield the squares of a category that its lines can tell apart (one stands for all it equals)."""
        lines = self.about(category)
        territories = sorted(set().union(*(line.territories for line in lines)))
        for surface, tier, age_band, territory, detector, bank, reader in itertools.product(
            Surface,
            Tier if any(line.tiers for line in lines) else [Tier.FREE],
            AgeBand if any(line.age_bands for line in lines) else [AgeBand.UNKNOWN],
            [ELSEWHERE, *territories],
            ["", *_samples(line.detector for line in lines)],
            [None, *_samples(line.bank for line in lines)],
            ["", *_samples(line.reader for line in lines)],
        ):
            yield Cell(
                category=category,
                surface=surface,
                tier=tier,
                age_band=age_band,
                territory=territory,
                detector=detector,
                bank=bank,
                reader=reader,
            )


def _by_category(lines: Iterable[Limit]) -> Mapping[str, tuple[Limit, ...]]:
    found: dict[str, tuple[Limit, ...]] = defaultdict(tuple)
    for line in lines:
        for name in line.categories:
            found[name] += (line,)
    return dict(found)


def _samples(patterns: Iterable[str | None]) -> list[str]:
    """Return one name for each pattern."""
    return sorted({pattern.removesuffix("*") for pattern in patterns if pattern})
