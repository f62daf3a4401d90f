"""
Names found in a text, however they are written, with the place where they stand.

The text is compared by its skeleton without blanks, so that `Taylor Swift`, `#taylorswift`,
`t.a.y.l.o.r s-w-i-f-t` and a Cyrillic imitation are one string; one pass of an Aho-Corasick automaton
finds every entry, and a hit counts only where words of the original begin and end. What else a
name may mean is weighed by `safety.rights.context`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from safety.normalise import skeleton
from safety.rights import context
from safety.rights.bank import Kind, Name, NameBank, common_words
from safety.rights.context import Surroundings
from safety.rights.reading import Reading, is_capitalised, readings

SHORTEST = 3
"""Letters below which a name is no name to look for."""

SHORT = 4
"""A name of fewer letters counts only where its capitals agree too."""

ODDLY_SPLIT = 0.4
"""The most a single word cut in pieces (``face book``) scores: people look."""


REBUILT_AT = 10
"""A bank is built anew when a tenth of it has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHit:
    """
    An entry found in a text, from `start` to `end` of the original.

    `score` is 1 for a name that can mean nothing else, below `context.BLOCKS` where the context
    does not settle it; `written` is the name or alias that was found.
    """

    reference: str
    bank: str
    kind: Kind
    name: str
    written: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """One way to write an entry: its skeleton's word ends, and whether it needs the context to agree."""

    entry: Name
    written: str
    ends: frozenset[int]
    kin: frozenset[str]
    is_weak: bool
    is_shared: bool
    is_common: bool


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
            for index in self._indexes.values():
                for hit in index.hits(reading):
                    key = hit.bank, hit.reference, hit.start
                    if key not in best or (best[key].score, best[key].end) < (hit.score, hit.end):
                        best[key] = hit
        return tuple(_outermost(best.values()))


class _Part:
    """An automaton over some entries: skeletons without blanks → the forms they may be."""

    def __init__(self, entries: Iterable[Name]) -> None:
        import ahocorasick

        self.entries = {entry.id: entry for entry in entries}
        forms: dict[str, list[_Form]] = {}
        for entry in self.entries.values():
            for key, form in _forms(entry):
                forms.setdefault(key, []).append(form)
        self._automaton: Any = ahocorasick.Automaton()
        for key, several in forms.items():
            self._automaton.add_word(key, (len(key), tuple(several)))
        if forms:
            self._automaton.make_automaton()

    def found(self, text: str) -> Iterator[tuple[int, int, tuple[_Form, ...]]]:
        if self.entries:
            for last, (length, forms) in self._automaton.iter(text):
                yield last + 1 - length, last + 1, forms


class _Index:
    """One bank: the large part it was first built from, what left that since, and what came."""

    base: _Part
    came: _Part

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
            self.base, self.came, self.gone = _Part(bank.entries), _Part(()), frozenset()
        else:
            self.base, self.came = earlier.base, _Part(came)

    def hits(self, reading: Reading) -> Iterator[NameHit]:
        for start, end, forms in itertools.chain(
            self.base.found(reading.text), self.came.found(reading.text)
        ):
            if reading.is_edge(start) and (stop := reading.closes(end)):
                for form in forms:
                    if form.entry.id in self.gone and form.entry is self.base.entries[form.entry.id]:
                        continue
                    score = _score(form, reading, start, end, stop)
                    if score >= context.LOOKS or form.entry.public_domain:
                        yield self._hit(form, reading.span(start, end), score)

    def _hit(self, form: _Form, span: tuple[int, int], score: float) -> NameHit:
        return NameHit(
            reference=form.entry.id,
            bank=self.bank.name,
            kind=form.entry.kind,
            name=form.entry.name,
            written=form.written,
            start=span[0],
            end=span[1],
            score=round(score, 2),
        )


def _forms(entry: Name) -> Iterator[tuple[str, _Form]]:
    uncertain = entry.ordinary_word or bool(entry.ambiguous_with)
    spellings = [(entry.name, uncertain), *((form, False) for form in entry.aliases)]
    spellings += [(form, True) for form in entry.weak_aliases]
    kin = frozenset(skeleton(f"{entry.name} {entry.owner}").text.split()) - _PARTICLES
    for written, is_weak in spellings:
        words = skeleton(written).text.split()
        key = "".join(words)
        if len(key) < SHORTEST:
            continue
        is_shared = not entry.ambiguous_with.isdisjoint(_SHARED) or key in context.vocabulary().given_names
        yield (
            key,
            _Form(
                entry=entry,
                written=written,
                ends=frozenset(itertools.accumulate(map(len, words))),
                kin=kin - set(words),
                is_weak=is_weak or is_shared or (len(words) == 1 and key in common_words()),
                is_shared=is_shared,
                is_common=entry.ordinary_word
                or "ordinary" in entry.ambiguous_with
                or common_words().issuperset(words),
            ),
        )


_SHARED = frozenset({"namesake", "first name"})
_PARTICLES = frozenset(
    {"the", "of", "de", "la", "le", "les", "du", "des", "and", "et", "a", "an", "d", "l", "van", "von", "der"}
)


_NEAR = 4
"""Words on each side that a name is weighed by."""


def _score(form: _Form, reading: Reading, start: int, end: int, stop: int) -> float:
    score = _meant(form, reading, start, end, stop)
    is_sign = form.entry.kind is not Kind.BRAND or context.asks_for_sign(reading.word_set)
    return score if is_sign else min(score, context.MENTIONED)


def _meant(form: _Form, reading: Reading, start: int, end: int, stop: int) -> float:
    written = reading.original(start, end)
    if end - start < SHORT and not _has_capitals_of(form.written, written):
        return 0.0
    cuts = [at - start for at in reading.edges_within(start, end)]
    if len(form.ends) == 1 and cuts:
        return ODDLY_SPLIT if _is_odd_split(end - start, cuts) and not form.is_weak else 0.0
    before, after = reading.before(start, _NEAR), reading.after(stop, _NEAR)
    if form.entry.public_domain:
        return 0.4 if context.is_likeness(before, after) else 0.0
    if form.is_weak:
        return context.agreement(form.entry.kind, _around(form, reading, start, stop))
    if form.entry.kind is Kind.PERSON and context.names_a_place(before, after, form.kin):
        return 0.4 if form.entry.living else 0.0
    return 1.0


def _has_capitals_of(name: str, written: str) -> bool:
    return not name.isupper() or written.isupper()


def _around(form: _Form, reading: Reading, start: int, stop: int) -> Surroundings:
    return Surroundings(
        before=reading.before(start, _NEAR),
        after=reading.after(stop, _NEAR),
        words=reading.word_set,
        is_capitalised=is_capitalised(reading.original(start, stop)),
        is_telling=reading.is_telling(start),
        is_part=reading.is_part(start, stop),
        is_shared=form.is_shared,
        is_common=form.is_common,
        word_count=len(form.ends),
        kin=form.kin,
    )


def _is_odd_split(length: int, cuts: list[int]) -> bool:
    """Tell whether one long word was cut in two or more pieces of at least three letters."""
    pieces = [after - before for before, after in itertools.pairwise((0, *cuts, length))]
    return length > 6 and min(pieces) >= SHORTEST


def _outermost(hits: Iterable[NameHit]) -> Iterator[NameHit]:
    held: list[NameHit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, -hit.score, hit.bank, hit.reference)):
        held = [other for other in held if other.end > hit.start]
        if _is_filed(hit) or not any(_contains(other, hit) for other in held):
            held.append(hit)
            if hit.score >= context.LOOKS:
                yield hit


def _contains(outer: NameHit, inner: NameHit) -> bool:
    longer = outer.end >= inner.end and (outer.start, outer.end) != (inner.start, inner.end)
    return longer and not _is_filed(outer) and (outer.score >= inner.score or outer.score == 0.0)


def _is_filed(hit: NameHit) -> bool:
    return hit.bank.startswith("optouts.")
