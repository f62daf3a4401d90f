"""What changes between two policies, square by square and sentence by sentence."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from policies.bundle import Policy
from policies.limits import Cell, Limit, Thresholds
from policies.ruling import Verdict
from policies.territory import ELSEWHERE


class Course(enum.StrEnum):
    """Which way a change goes."""

    STRICTER = "stricter"
    SOFTER = "softer"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs; `before` or `after` is None where it is on one side only."""

    what: str
    before: str | None
    after: str | None
    course: Course = Course.OTHER


def changes(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Return every difference in what two policies answer or say; nothing where their digests are equal."""
    if old.digest == new.digest:
        return ()
    return (
        *_categories(old, new),
        *_limits(old, new),
        *_tables("rule", _rules(old), _rules(new)),
        *_tables("must look for", _duties(old), _duties(new)),
        *_tables("quota", _quotas(old), _quotas(new)),
        *_tables("bank", _banks(old), _banks(new)),
        *_tables("words", _words(old), _words(new)),
    )


def _tables(kind: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield Change(what=f"{kind} {name}", before=old.get(name), after=new.get(name))


def _categories(old: Policy, new: Policy) -> Iterator[Change]:
    def told(policy: Policy) -> Mapping[str, str]:
        return {name: repr(category) for name, category in policy.taxonomy.categories.items()}

    yield from _tables("category", told(old), told(new))


def _limits(old: Policy, new: Policy) -> Iterator[Change]:
    for category in sorted(old.taxonomy.categories.keys() & new.taxonomy.categories.keys()):
        cells = sorted({*old.limits.cells(category), *new.limits.cells(category)}, key=_order)
        moved: dict[_Move, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for cell in cells:
            was, becomes = _lines(old, new, cell)
            if cell.reader and (was, becomes) == _lines(old, new, replace(cell, reader="")):
                continue  # told already, of words whoever read them
            if was and becomes and was.thresholds != becomes.thresholds:
                move = _Move(was.thresholds, becomes.thresholds, _circumstances(cell))
                moved[move][_who(cell)].append(cell.surface)
        everyone = {_who(cell) for cell in cells}
        for move, surfaces in moved.items():
            yield from _joined(category, move, surfaces, everyone)


@dataclass(frozen=True, slots=True)
class _Move:
    was: Thresholds
    becomes: Thresholds
    circumstances: str


def _joined(
    category: str, move: _Move, surfaces: Mapping[str, list[str]], everyone: Collection[str]
) -> Iterator[Change]:
    """Join those for whom the same move happens on the same surfaces; all of them need no naming."""
    people: dict[str, list[str]] = defaultdict(list)
    for who, where in surfaces.items():
        people[", ".join(where)].append(who)
    for together, names in people.items():
        named = "" if len(names) == len(everyone) else f" for {', '.join(names)}"
        yield Change(
            what=f"limit {category} on {together}{named}{move.circumstances}",
            before=told_thresholds(move.was),
            after=told_thresholds(move.becomes),
            course=_course(move.was, move.becomes),
        )


def _lines(old: Policy, new: Policy, cell: Cell) -> tuple[Limit | None, Limit | None]:
    was, becomes = (policy.limits.line(_within(policy, cell)) for policy in (old, new))
    return was, becomes


def _who(cell: Cell) -> str:
    return f"{cell.age_band} {cell.tier}"


def _within(policy: Policy, cell: Cell) -> Cell:
    return replace(cell, territory=policy.limits.known_territory(cell.territory))


def _order(cell: Cell) -> tuple[str, ...]:
    square = (cell.surface, cell.tier, cell.age_band, cell.territory, cell.detector, cell.bank or "")
    return *(str(value) for value in square), cell.reader


def _circumstances(cell: Cell) -> str:
    parts = [f"in {cell.territory}"] if cell.territory != ELSEWHERE else []
    parts += [f"detector {cell.detector}*"] if cell.detector else []
    parts += [f"bank {cell.bank}*"] if cell.bank else []
    parts += [f"words of {cell.reader}*"] if cell.reader else []
    return "".join(f", {part}" for part in parts)


def told_thresholds(thresholds: Thresholds) -> str:
    """Return ``label 0.4, review 0.6, block 0.9``, or ``allow``."""
    steps = (("label", thresholds.label), ("review", thresholds.review), ("block", thresholds.block))
    return ", ".join(f"{name} {score:g}" for name, score in steps if score is not None) or "allow"


def _course(was: Thresholds, becomes: Thresholds) -> Course:
    moves = [
        becomes.at(verdict) - was.at(verdict) for verdict in (Verdict.LABEL, Verdict.REVIEW, Verdict.BLOCK)
    ]
    if all(move <= 0 for move in moves):
        return Course.STRICTER
    return Course.SOFTER if all(move >= 0 for move in moves) else Course.OTHER


def _rules(policy: Policy) -> Mapping[str, str]:
    return {rule.id: f"{rule.verdict.word} when {' '.join(rule.when.split())}" for rule in policy.rules}


def _duties(policy: Policy) -> Mapping[str, str]:
    return {
        f"{duty.category} on {surface} by {duty.medium or 'any'}": f"else {duty.missing.word}"
        for surface, duties in policy.looks.duties.items()
        for duty in duties
    }


def _quotas(policy: Policy) -> Mapping[str, str]:
    found = {tier.value: repr(quota) for tier, quota in policy.quotas.tiers.items()}
    for (group, caller), rate in policy.quotas.rates.items():
        found[f"{group} for {caller}"] = f"{rate.per_minute} a minute, {rate.burst} at once"
    return found


def _banks(policy: Policy) -> Mapping[str, str]:
    return {name: repr(bank) for name, bank in policy.roster.banks.items()}


def _words(policy: Policy) -> Mapping[str, str]:
    found = {f"{name}, {place}": sentence.en for (name, place), sentence in policy.reasons.why.items()}
    found |= {f"{name}, {verdict.word}": text.en for (name, verdict), text in policy.reasons.advice.items()}
    found |= {f"{name}, {place} (fr)": text.fr for (name, place), text in policy.reasons.why.items()}
    found |= {
        f"{name}, {verdict.word} (fr)": text.fr for (name, verdict), text in policy.reasons.advice.items()
    }
    for rule in policy.rules:
        found[rule.id] = f"{rule.why.en} {rule.advice.en}"
        found[f"{rule.id} (fr)"] = f"{rule.why.fr} {rule.advice.fr}"
    return found
