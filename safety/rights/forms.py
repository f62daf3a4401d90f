"""The ways to write the entries of a bank, and the automaton that finds them all in one pass."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from safety.normalise import skeleton
from safety.rights.bank import Kind, Name, common_words
from safety.rights.context import vocabulary

SHORTEST = 3
"""Letters below which a name is no name to look for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """
    One way to write an entry: its skeleton's word ends and what else it may mean.

    `is_weak`: the context must agree; `kin` are words that make it agree, of the name and of its owner;
    `word_count` leaves an article out.  For the rest see `safety.rights.context.Surroundings`.
    """

    entry: Name
    written: str
    ends: frozenset[int]
    word_count: int
    kin: frozenset[str]
    is_weak: bool
    is_shared: bool
    is_tale: bool
    is_elsewhere: bool
    is_common: bool


class Part:
    """An automaton over some entries: skeletons without blanks → the forms they may be."""

    def __init__(self, entries: Iterable[Name]) -> None:
        import ahocorasick

        self.entries = {entry.id: entry for entry in entries}
        forms: dict[str, list[Form]] = {}
        for entry in self.entries.values():
            for key, form in _forms(entry):
                forms.setdefault(key, []).append(form)
        self._automaton: Any = ahocorasick.Automaton()
        for key, several in forms.items():
            self._automaton.add_word(key, (len(key), tuple(several)))
        if forms:
            self._automaton.make_automaton()

    def found(self, text: str) -> Iterator[tuple[int, int, tuple[Form, ...]]]:
        if self.entries:
            for last, (length, forms) in self._automaton.iter(text):
                yield last + 1 - length, last + 1, forms


def _forms(entry: Name) -> Iterator[tuple[str, Form]]:
    uncertain = entry.ordinary_word or bool(entry.ambiguous_with)
    spellings = [(entry.name, uncertain), *((form, False) for form in entry.aliases)]
    spellings += [(form, True) for form in entry.weak_aliases]
    kin = frozenset(skeleton(f"{entry.name} {entry.owner}").text.split()) - _PARTICLES
    for written, is_weak in spellings:
        words = skeleton(written).text.split()
        key = "".join(words)
        if len(key) < SHORTEST:
            continue
        is_shared = not entry.ambiguous_with.isdisjoint(_SHARED) or key in vocabulary().given_names
        yield (
            key,
            Form(
                entry=entry,
                written=written,
                ends=frozenset(itertools.accumulate(map(len, words))),
                word_count=len(words) - (words[0] in _ARTICLES),
                kin=kin - set(words),
                is_weak=is_weak or is_shared or (len(words) == 1 and key in common_words()),
                is_shared=is_shared,
                is_tale=entry.kind is not Kind.BRAND and not entry.ambiguous_with.isdisjoint(_TALES),
                is_elsewhere=len(words) == 1 and not entry.ambiguous_with.isdisjoint(_ELSEWHERE),
                is_common=entry.ordinary_word
                or "ordinary" in entry.ambiguous_with
                or common_words().issuperset(words),
            ),
        )


_SHARED = frozenset({"namesake", "first name"})
_TALES = frozenset({"tale", "myth", "history"})
_ELSEWHERE = _TALES | {"place", "planet", "event", "test", "number", "guide", "religion", "stadium", "hotel"}
_PARTICLES = frozenset(
    {"the", "of", "de", "la", "le", "les", "du", "des", "and", "et", "a", "an", "d", "l", "van", "von", "der"}
)


_ARTICLES = frozenset({"the", "le", "la", "les"})
