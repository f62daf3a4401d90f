"""Reads the table of limits, and makes sure that it can be followed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from policies.facts import AgeBand, Surface, Tier
from policies.limits import Limit, Limits, Thresholds, weighing
from policies.roster import Roster
from policies.ruling import Verdict
from policies.source import Complaints, Place
from policies.taxonomy import Taxonomy
from policies.territory import read_territories

_LADDER = ("label", "review", "block")


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
        "category", "surface tier age_band territory detector bank reader allow label review block"
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
        reader=fields["reader"].text() if "reader" in fields else None,
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
        fitting.sort(key=weighing(category))
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
    for teens in limits.cells(category):
        if teens.age_band is not AgeBand.TEEN:
            continue
        teen, adult = limits.line(teens), limits.line(replace(teens, age_band=AgeBand.ADULT))
        if teen is None or adult is None:
            continue
        for verdict in (Verdict.LABEL, Verdict.REVIEW, Verdict.BLOCK):
            if teen.thresholds.at(verdict) > adult.thresholds.at(verdict):
                raise teen.place.wrong(
                    f"would allow a teen more than an adult: {category} on {teens.surface} ({verdict.word}; "
                    f"for adults {adult.place})"
                )
