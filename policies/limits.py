"""Which score leads to which verdict: one table, in which the most specific line wins."""

from __future__ import annotations

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from policies.facts import AgeBand, Surface, Tier
from policies.roster import Roster
from policies.ruling import Verdict
from policies.source import Complaints, Place
from policies.taxonomy import Taxonomy
from policies.territory import ELSEWHERE, read_territories

_LADDER = ("label", "review", "block")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One square of the table; `bank` is None for a finding that is no match."""

    category: str
    surface: Surface
    tier: Tier
    age_band: AgeBand
    territory: str
    detector: str
    bank: str | None


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

    An empty set, or None for `detector` and `bank`, means *any*.  `detector` and `bank` may end in ``*``.
    """

    categories: frozenset[str]
    thresholds: Thresholds
    surfaces: frozenset[Surface] = frozenset()
    tiers: frozenset[Tier] = frozenset()
    age_bands: frozenset[AgeBand] = frozenset()
    territories: frozenset[str] = frozenset()
    detector: str | None = None
    bank: str | None = None
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
        )

    def weight(self, category: str) -> tuple[int, ...]:
        """
        Return how specific the line is for a category it fits; the larger tuple wins.

        In order: the category itself before its family, bank, detector, territory, age band, tier, surface.
        """
        return (
            category in self.categories,
            len(self.bank or ""),
            len(self.detector or ""),
            bool(self.territories),
            bool(self.age_bands),
            bool(self.tiers),
            bool(self.surfaces),
        )


def _weighing(category: str) -> Callable[[Limit], tuple[int, ...]]:
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
        return max(fitting, key=_weighing(cell.category), default=None)

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
    ) -> Thresholds:
        cell = Cell(
            category=category,
            surface=surface,
            tier=tier,
            age_band=age_band,
            territory=territory,
            detector=detector,
            bank=bank,
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
        for surface, tier, age_band, territory, detector, bank in itertools.product(
            Surface,
            Tier if any(line.tiers for line in lines) else [Tier.FREE],
            AgeBand if any(line.age_bands for line in lines) else [AgeBand.UNKNOWN],
            [ELSEWHERE, *territories],
            ["", *_samples(line.detector for line in lines)],
            [None, *_samples(line.bank for line in lines)],
        ):
            yield Cell(
                category=category,
                surface=surface,
                tier=tier,
                age_band=age_band,
                territory=territory,
                detector=detector,
                bank=bank,
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


def read_limits(root: Place, taxonomy: Taxonomy, roster: Roster) -> Limits:
    """
    Read the table and make sure that it can be followed.

    Raises:
        PolicyError: a line is wrong, never decides or contradicts another; a category has no limit on
            some surface; a teenager would be allowed more than an adult.
    """
    top = root.fields("limits", "groups")
    groups = {}
    for key, value in top["groups"].entries() if "groups" in top else ():
        groups[key.text()] = read_territories(value, {})
    complaints = Complaints()
    lines = []
    for item in top["limits"].items():
        with complaints.gather():
            lines.append(_read_line(item, taxonomy, roster, groups))
    complaints.raise_any()
    limits = Limits(lines)
    for check in (_refuse_contradictions, _refuse_gaps, _refuse_unreachable, _refuse_softer_for_teens):
        for category in taxonomy.categories:
            with complaints.gather():
                check(limits, category, root)
        complaints.raise_any()
    return limits


def _read_line(
    place: Place, taxonomy: Taxonomy, roster: Roster, groups: Mapping[str, frozenset[str]]
) -> Limit:
    fields = place.fields(
        "category", "surface tier age_band territory detector bank allow label review block"
    )
    listed = {name: field.items() for name, field in fields.items()}
    return Limit(
        categories=frozenset(taxonomy.named(item).name for item in listed["category"]),
        surfaces=frozenset(Surface(item.one_of(Surface, "surface")) for item in listed.get("surface", ())),
        tiers=frozenset(Tier(item.one_of(Tier, "tier")) for item in listed.get("tier", ())),
        age_bands=frozenset(AgeBand(item.one_of(AgeBand, "age band")) for item in listed.get("age_band", ())),
        territories=read_territories(fields["territory"], groups) if "territory" in fields else frozenset(),
        detector=fields["detector"].text() if "detector" in fields else None,
        bank=roster.pattern(fields["bank"]) if "bank" in fields else None,
        thresholds=_read_thresholds(place, fields),
        place=place,
    )


def _read_thresholds(place: Place, fields: Mapping[str, Place]) -> Thresholds:
    steps = {name: fields[name].number(0.0, 1.0) for name in _LADDER if name in fields}
    allows = "allow" in fields and fields["allow"].truth()
    if allows == bool(steps):
        raise place.wrong(
            "say from which score to `label`, `review` or `block`; or `allow: true` and nothing else"
        )
    for (softer, low), (stricter, high) in itertools.pairwise(steps.items()):
        if low >= high:
            raise fields[softer].wrong(
                f"`{softer}` at {low:g} is never reached: `{stricter}` begins at {high:g}; move one of them"
            )
    return Thresholds(**steps)


def _refuse_contradictions(limits: Limits, category: str, _: Place) -> None:
    for cell in limits.cells(category):
        fitting = [line for line in limits.about(category) if line.fits(cell)]
        fitting.sort(key=_weighing(category))
        if len(fitting) > 1 and fitting[-1].weight(category) == fitting[-2].weight(category):
            first, second = sorted(fitting[-2:], key=limits.lines.index)
            raise second.place.wrong(
                f"as specific as {first.place} for {category} on {cell.surface}: no line wins; narrow one"
            )


def _refuse_gaps(limits: Limits, category: str, root: Place) -> None:
    gaps = sorted({cell.surface for cell in limits.cells(category) if limits.line(cell) is None})
    if gaps:
        raise root.wrong(
            f"no limit for {category} on {', '.join(gaps)}; write `allow: true` where all is allowed"
        )


def _refuse_unreachable(limits: Limits, category: str, _: Place) -> None:
    """A line must decide at least one square of each category it names."""
    deciding = {id(limits.line(cell)) for cell in limits.cells(category)}
    for line in limits.about(category):
        if (
            category in line.categories
            and id(line) not in deciding
            and not _decides_a_part(limits, category, line)
        ):
            raise line.place.wrong(f"never decides anything about {category}: narrower lines always win")


def _decides_a_part(limits: Limits, family: str, line: Limit) -> bool:
    parts = {name for other in limits.lines for name in other.categories if name.startswith(f"{family}.")}
    return any(limits.line(cell) is line for part in parts for cell in limits.cells(part))


def _refuse_softer_for_teens(limits: Limits, category: str, _: Place) -> None:
    for cell in limits.cells(category):
        teen, adult = (limits.line(replace(cell, age_band=band)) for band in (AgeBand.TEEN, AgeBand.ADULT))
        if teen is None or adult is None:
            continue
        for verdict in (Verdict.LABEL, Verdict.REVIEW, Verdict.BLOCK):
            if teen.thresholds.at(verdict) > adult.thresholds.at(verdict):
                raise teen.place.wrong(
                    f"would allow a teen more than an adult: {category} on {cell.surface} ({verdict.word}; "
                    f"for adults {adult.place})"
                )
