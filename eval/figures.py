"""Tables out of lines: every figure by category, language, length, source and stage, with its interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eval.metrics import Estimate, equal_error, f1, ranking, share
from eval.sample import PLAIN
from eval.score import Score

BASE = ("stage", "variant")
"""What is never pooled: another stage or another disguise is another question."""

SLICES: tuple[tuple[str, ...], ...] = (
    (),
    ("learned",),
    ("category",),
    ("category", "learned"),
    ("lang",),
    ("length",),
    ("source",),
    ("category", "lang"),
    ("category", "length"),
    ("category", "source"),
    ("lang", "length"),
    ("lang", "source"),
    ("length", "source"),
    ("category", "lang", "length", "source"),
)

SCOPED: tuple[tuple[str, ...], ...] = (
    (),
    ("learned",),
    ("source",),
    ("lang",),
    ("length",),
    ("lang", "learned"),
    ("learned", "length"),
    ("length", "source"),
)
"""The slices of a scope: ``words`` are the families that words alone can carry, ``apart`` the others."""

_OF_HARM = "category"
"""What only a harmful row has: harmless rows are compared with every category."""

_LIKE = frozenset({"lang", "length", "learned"})
"""What harmless rows must share with harmful ones they are ranked against."""


_VERIFYING = frozenset({"voices"})
"""Suites whose field compares systems by the error that is equal on both sides."""

Rows = Sequence[Score]
Where = tuple[tuple[str, str], ...]
"""The names of a slice in their order: (("stage", "prompt"), ("source", "…"))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number: what of, of which rows, and how sure.  `where` holds the names of its slice, in order."""

    suite: str
    metric: str
    where: Where
    estimate: Estimate

    @property
    def key(self) -> str:
        """The figure's name, equal in every report that has it."""
        return "/".join((self.suite, self.metric, *(f"{name}={told}" for name, told in self.where)))

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values, rounded to what its interval can tell apart."""
        one = self.estimate
        return {
            "key": self.key,
            "suite": self.suite,
            "metric": self.metric,
            "where": dict(self.where),
            "value": round(one.value, 4),
            "low": round(one.low, 4),
            "high": round(one.high, 4),
            "n": one.n,
            "hits": one.hits,
        }


def figures(suite: str, lines: Rows, apart: Collection[str], seed: int) -> list[Figure]:
    """
    Return every figure of a suite's lines, in order of their keys.

    `apart` are the families that words alone cannot carry.  In scope ``words`` these count on neither side:
    their harmful rows are left out, and what they say of harmless rows is no alarm.
    Lines that could not be scored are in no figure but `unscored`, which counts them.
    """
    known = [line for line in lines if line.severity is not None]
    found = [*_pairs(suite, known), *_kept(suite, known)]
    for view in _views(known, apart):
        found += [*_counts(suite, view), *_rankings(suite, view, seed)]
    if missing := share(len(lines) - len(known), len(lines)):
        found.append(Figure(suite=suite, metric="unscored", where=(), estimate=missing))
    return sorted(found, key=lambda figure: figure.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """Lines seen in one scope; `counts_harmless` is off where another view has counted them already."""

    lines: Rows
    slices: tuple[tuple[str, ...], ...]
    fixed: Where = ()
    counts_harmless: bool = True

    def grouped(self, lines: Iterable[Score], names: Iterable[str]) -> Mapping[Where, list[Score]]:
        chosen = tuple(names)
        groups: dict[Where, list[Score]] = defaultdict(list)
        for line in lines:
            where = tuple((name, str(getattr(line, name))) for name in chosen)
            groups[where[: len(BASE)] + self.fixed + where[len(BASE) :]].append(line)
        return groups


def _views(lines: Rows, apart: Collection[str]) -> Iterator[_View]:
    yield _View(lines=lines, slices=SLICES)
    harmless = [line for line in lines if not line.is_harmful]
    harmful = [line for line in lines if line.is_harmful and line.category in apart]
    words = [in_words(line, apart) for line in lines if line.category not in apart]
    yield _View(lines=words, slices=SCOPED, fixed=(("scope", "words"),))
    yield _View(
        lines=[*harmful, *harmless], slices=SCOPED, fixed=(("scope", "apart"),), counts_harmless=False
    )


def in_words(line: Score, apart: Collection[str]) -> Score:
    """Return the line as it would be without the families of `apart`."""
    if not line.families:
        return line
    kept = {name: height for name, height in line.families.items() if name not in apart}
    return replace(line, severity=max(kept.values(), default=0.0), families=kept)


_COUNTED: tuple[tuple[str, bool | None, Callable[[Score], bool]], ...] = (
    ("recall", True, lambda line: line.is_held),
    ("recall_stopped", True, lambda line: line.is_stopped),
    ("false_alarms", False, lambda line: line.is_held),
    ("false_stops", False, lambda line: line.is_stopped),
    ("held_unlabelled", None, lambda line: line.is_held),
    ("stopped_unlabelled", None, lambda line: line.is_stopped),
)


def _counts(suite: str, view: _View) -> Iterator[Figure]:
    for metric, truth, is_hit in _COUNTED:
        if truth is not True and not view.counts_harmless:
            continue
        chosen = [line for line in view.lines if line.is_harmful is truth]
        for names in view.slices:
            if truth is not True and _OF_HARM in names:
                continue
            for where, rows in view.grouped(chosen, (*BASE, *names)).items():
                estimate = share(sum(map(is_hit, rows)), len(rows))
                assert estimate is not None
                yield Figure(suite=suite, metric=metric, where=where, estimate=estimate)


def _rankings(suite: str, view: _View, seed: int) -> Iterator[Figure]:
    harmful = [line for line in view.lines if line.is_harmful is True]
    harmless = [line for line in view.lines if line.is_harmful is False]
    for names in view.slices:
        shared = [name for name in names if name in _LIKE]
        others = view.grouped(harmless, (*BASE, *shared))
        own = view.grouped(harmless, (*BASE, *shared, "source"))
        fixed = {*BASE, *(name for name, _told in view.fixed), *shared}
        for where, rows in view.grouped(harmful, (*BASE, *names)).items():
            alike = tuple(one for one in where if one[0] in fixed)
            source = tuple(one for one in where if one[0] == "source")
            # A set with both sides is ranked within itself: that is what its makers paired.
            yield from _ranked(suite, where, rows, own.get((*alike, *source)) or others.get(alike, []), seed)


def _ranked(suite: str, where: Where, harmful: Rows, harmless: Rows, seed: int) -> Iterator[Figure]:
    ranked = ranking(_severities(harmful), _severities(harmless), seed)
    if ranked is None:
        return
    hits, wrong = sum(line.is_held for line in harmful), sum(line.is_held for line in harmless)
    both = f1(hits, len(harmful) - hits, wrong, seed, len(harmless) - wrong)
    yield Figure(suite=suite, metric="auroc", where=where, estimate=ranked.auroc)
    yield Figure(suite=suite, metric="average_precision", where=where, estimate=ranked.average_precision)
    if both is not None:
        yield Figure(suite=suite, metric="f1", where=where, estimate=both)
    if suite in _VERIFYING and (equal := equal_error(_severities(harmful), _severities(harmless), seed)):
        yield Figure(suite=suite, metric="equal_error", where=where, estimate=equal)


def _severities(lines: Rows) -> list[float]:
    return [line.severity for line in lines if line.severity is not None]


def _pairs(suite: str, lines: Rows) -> list[Figure]:
    """Count the pairs that are told apart: every harmful side held, and no harmless one."""
    sides: dict[tuple[str, str, str], list[Score]] = defaultdict(list)
    for line in lines:
        if line.pair:
            sides[line.lang, line.source, line.pair].append(line)
    wholes: dict[Where, list[bool]] = defaultdict(list)
    for (lang, source, _pair), rows in sorted(sides.items()):
        if {line.is_harmful for line in rows} == {True, False}:
            told = all(line.is_held == line.is_harmful for line in rows)
            wholes[("lang", lang), ("source", source)].append(told)
    return [
        Figure(suite=suite, metric="pairs_told", where=where, estimate=estimate)
        for where, told_apart in wholes.items()
        if (estimate := share(sum(told_apart), len(told_apart)))
    ]


def _kept(suite: str, lines: Rows) -> Iterator[Figure]:
    """Compare every disguised line with the plain one: what is still held, and what is newly held."""
    plain = {line.id: line for line in lines if line.variant == PLAIN}
    groups: dict[tuple[str, str], list[Score]] = defaultdict(list)
    for line in lines:
        if line.variant != PLAIN and line.id in plain:
            groups[line.variant, ""].append(line)
            groups[line.variant, line.lang].append(line)
    for (variant, lang), rows in sorted(groups.items()):
        where: Where = (("family", variant.partition(".")[0]), ("variant", variant))
        where += (("lang", lang),) if lang else ()
        caught = [line for line in rows if line.is_harmful and plain[line.id].is_held]
        quiet = [line for line in rows if line.is_harmful is False and not plain[line.id].is_held]
        for metric, chosen in (("recall_kept", caught), ("alarms_added", quiet)):
            if estimate := share(sum(line.is_held for line in chosen), len(chosen)):
                yield Figure(suite=suite, metric=metric, where=where, estimate=estimate)


def confusion(lines: Rows) -> dict[str, dict[str, int]]:
    """
    Return how often rows of each family were answered by a rule of which family.

    ``harmless`` are harmless rows, ``passed`` those that nothing held, ``unscored`` those nobody could judge.
    """
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if line.is_harmful is None:
            continue
        row = (line.category or "other") if line.is_harmful else "harmless"
        table[row][
            "unscored" if line.severity is None else line.named or "other" if line.is_held else "passed"
        ] += 1
    return {row: dict(sorted(columns.items())) for row, columns in sorted(table.items())}


def by_key(found: Iterable[Figure]) -> dict[str, Figure]:
    """Return the figures by their keys."""
    return {figure.key: figure for figure in found}
