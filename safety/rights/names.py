"""
Names found in a text, however they are written, with the place where they stand.

The text is compared by its skeleton without blanks, so that `Taylor Swift`, `#taylorswift`,
`t.a.y.l.o.r s-w-i-f-t` and a Cyrillic imitation are one string; one pass of an Aho-Corasick automaton
finds every entry, and a hit counts only where words of the original begin and end. What else a
name may mean is weighed by `safety.rights.weighing`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from safety.rights.bank import Kind, Name, NameBank
from safety.rights.context import LOOKS, MENTIONED
from safety.rights.forms import Part
from safety.rights.manner import has_manner, is_manner
from safety.rights.reading import Reading, readings
from safety.rights.weighing import Found, is_filed, score_of

REBUILT_AT = 10
"""A bank is built anew when a tenth of it has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHit:
    """
    An entry found in a text, from `start` to `end` of the original.

    `score` is 1 for a name that can mean nothing else, below `BLOCKS` where the context
    does not settle it; `written` is the name or alias that was found.  `is_manner`: named for how
    its works look alone.
    """

    reference: str
    bank: str
    kind: Kind
    name: str
    written: str
    start: int
    end: int
    score: float
    is_manner: bool = False


class NameMatcher:
    """
    Finds the names of several banks.

    One index a bank: an opt-out that is filed or withdrawn changes its own bank's only (`with_bank`), at
    the cost of what changed.
    """

    def __init__(self, banks: Iterable[NameBank]) -> None:
        self._indexes = {bank.name: _Index(bank) for bank in banks}

    def with_bank(self, bank: NameBank) -> NameMatcher:
        """Return a matcher whose bank of that name is `bank`; itself where the generation is the same."""
        held = self._indexes.get(bank.name)
        if held is not None and held.bank.generation == bank.generation:
            return self
        other = NameMatcher(())
        other._indexes = self._indexes | {bank.name: _Index(bank, held)}
        return other

    @property
    def generations(self) -> dict[str, int]:
        """The generation of each bank it was built from."""
        return {name: index.bank.generation for name, index in self._indexes.items()}

    def find(self, text: str) -> tuple[NameHit, ...]:
        """
        Return the entries named in a text, in the order of their places.

        A name inside a longer one of the lists that ship is left out, inside a free one too: Robin in
        Robin Hood, Tesla in Nikola Tesla.  What a rights holder filed is never hidden.
        """
        best: dict[tuple[str, str, int], NameHit] = {}
        for reading in readings(text):
            for hit in _hits([one for index in self._indexes.values() for one in index.found(reading)]):
                key = hit.bank, hit.reference, hit.start
                if key not in best or (best[key].score, best[key].end) < (hit.score, hit.end):
                    best[key] = hit
        return tuple(_outermost(best.values()))


class _Index:
    """One bank: the large part it was first built from, what left that since, and what came."""

    base: Part
    came: Part

    def __init__(self, bank: NameBank, earlier: _Index | None = None) -> None:
        self.bank = bank
        self.gone: frozenset[str] = frozenset()
        came: tuple[Name, ...] = ()
        if earlier is not None:
            held = earlier.base.entries
            came = tuple(entry for entry in bank.entries if held.get(entry.id) != entry)
            stay = {entry.id for entry in bank.entries} - {entry.id for entry in came}
            self.gone = frozenset(held.keys() - stay)
        if earlier is None or REBUILT_AT * (len(came) + len(self.gone)) > len(earlier.base.entries):
            self.base, self.came, self.gone = Part(bank.entries), Part(()), frozenset()
        else:
            self.base, self.came = earlier.base, Part(came)

    def found(self, reading: Reading) -> Iterator[Found]:
        for start, end, forms in itertools.chain(
            self.base.found(reading.text), self.came.found(reading.text)
        ):
            if reading.is_edge(start) and (stop := reading.closes(end)):
                for form in forms:
                    if form.entry.id in self.gone and form.entry is self.base.entries[form.entry.id]:
                        continue
                    yield Found(self.bank.name, form, reading, start, end, stop)


def _hits(found: list[Found]) -> Iterator[NameHit]:
    """Yield what is meant, each name weighed beside the others of its owner that no chance puts there."""
    company = _Company(found)
    for one in found:
        score = score_of(one, is_in_company=company.holds(one))
        if score >= LOOKS or one.form.entry.public_domain:
            yield _hit(one, score)


class _Company:
    """Who stands beside whom: names of one owner, telling ones, or two written as names."""

    def __init__(self, found: list[Found]) -> None:
        self._telling: dict[str, set[str]] = {}
        self._written: dict[str, dict[str, bool]] = {}
        for one in found:
            entry = one.form.entry
            if entry.owner and one.is_telling:
                self._telling.setdefault(entry.owner, set()).add(entry.id)
            elif entry.owner and one.is_written_as_name:
                self._written.setdefault(entry.owner, {})[entry.id] = one.form.is_shared

    def holds(self, one: Found) -> bool:
        """Tell whether another name of the owner confirms this one; two first names are no evidence."""
        entry = one.form.entry
        if not self._telling.get(entry.owner, frozenset()) <= {entry.id}:
            return True
        written = self._written.get(entry.owner, {})
        others = [is_shared for reference, is_shared in written.items() if reference != entry.id]
        return entry.id in written and bool(others) and not (one.form.is_shared and all(others))


def _hit(found: Found, score: float) -> NameHit:
    entry = found.form.entry
    start, end = found.reading.span(found.start, found.end)
    hit = NameHit(
        reference=entry.id,
        bank=found.bank,
        kind=entry.kind,
        name=entry.name,
        written=found.form.written,
        start=start,
        end=end,
        score=round(score, 2),
    )
    if is_filed(found.bank) or not has_manner(entry) or not score:
        return hit
    if not is_manner(entry, found.reading, found.start, found.stop):
        return hit
    return replace(hit, score=min(hit.score, MENTIONED), is_manner=True)


def _outermost(hits: Iterable[NameHit]) -> Iterator[NameHit]:
    held: list[NameHit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, -hit.score, hit.bank, hit.reference)):
        held = [other for other in held if other.end > hit.start]
        if is_filed(hit.bank) or not any(_contains(other, hit) for other in held):
            held.append(hit)
            if hit.score >= LOOKS:
                yield hit


def _contains(outer: NameHit, inner: NameHit) -> bool:
    longer = outer.end >= inner.end and (outer.start, outer.end) != (inner.start, inner.end)
    return (
        longer
        and not is_filed(outer.bank)
        and (outer.is_manner or outer.score >= inner.score or outer.score == 0.0)
    )
