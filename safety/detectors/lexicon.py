"""Words and phrases that say by themselves what a text is about: the detector `text.lexicon@1`."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ahocorasick
import yaml

from policies.finding import Characters, Finding
from safety.detector import Text
from safety.detectors.child_safety import CATEGORY as CHILD_SAFETY
from safety.detectors.child_safety import child_safety
from safety.errors import ModelUnavailable
from safety.normalise import Normalised, skeleton

PATH = Path(__file__).parent / "lexicon.yaml"
_EXEMPT_WITHIN = 8
_NEAR_WITHIN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the word list; see the head of lexicon.yaml for what its parts mean."""

    category: str
    score: float
    near: frozenset[str]
    unless: frozenset[str]
    within: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """A term found in the bare text, as a half-open span of characters and of words."""

    term: str
    start: int
    end: int
    first_word: int
    last_word: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The word list, ready to run over a bare text once for all its terms."""

    entries: tuple[Entry, ...]
    terms: dict[str, tuple[int, ...]]
    automaton: Any = field(repr=False)

    @classmethod
    def read(cls, path: Path = PATH) -> Lexicon:
        """
        Read a word list.

        Raises:
            ModelUnavailable: it is absent or not such a list.
        """
        try:
            told = yaml.safe_load(path.read_text(encoding="utf-8"))
            return cls.of(told["entries"], told.get("contexts", {}))
        except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
            raise ModelUnavailable(f"the word list {path.name} cannot be read ({error})") from error

    @classmethod
    def of(cls, entries: list[dict[str, Any]], contexts: dict[str, list[str]]) -> Lexicon:
        """Return the list of these entries, the shape of which is that of lexicon.yaml."""
        made: list[Entry] = []
        terms: dict[str, list[int]] = {}
        for number, told in enumerate(entries):
            unless = {word for name in told.get("unless", ()) for word in contexts.get(name, [name])}
            entry = Entry(
                category=told["category"],
                score=float(told["score"]),
                near=frozenset(map(_bare, told.get("near", ()))),
                unless=frozenset(map(_bare, unless)),
                within=told.get("within", _NEAR_WITHIN),
            )
            made.append(entry)
            for term in map(_bare, told["any"]):
                terms.setdefault(term, []).append(number)
        automaton = ahocorasick.Automaton()
        for term in {*terms, *(word for entry in made for word in entry.near | entry.unless)}:
            automaton.add_word(" " + (term[:-1] if term.endswith("*") else term + " "), term)
        automaton.make_automaton()
        return cls(
            entries=tuple(made),
            terms={term: tuple(users) for term, users in terms.items()},
            automaton=automaton,
        )

    @property
    def categories(self) -> frozenset[str]:
        """Every category some entry names."""
        return frozenset(entry.category for entry in self.entries)

    def findings(self, bare: Normalised, part: str) -> tuple[Finding, ...]:
        """Return what the words of a bare text say, each located in the text as written."""
        hits = list(self._hits(bare.text))
        found = [
            Finding(
                category=self.entries[number].category,
                score=self.entries[number].score,
                why=f"the words “{hit.term.rstrip('*')}”",
                where=_place(bare, hit, part),
            )
            for hit in hits
            for number in self.terms.get(hit.term, ())
            if _applies(self.entries[number], hit, hits)
        ]
        return tuple(dict.fromkeys(found))

    def _hits(self, bare: str) -> Iterator[_Hit]:
        padded = f" {bare} "
        blanks = [place for place, sign in enumerate(padded) if sign == " "]
        for last, term in self.automaton.iter(padded):
            # The automaton knows " word " and " stem": `last` is the blank after, or the stem's last letter.
            is_stem = term.endswith("*")
            start = last - len(term) + (2 if is_stem else 0)
            end = blanks[bisect_right(blanks, last)] if is_stem else last
            yield _Hit(
                term=term,
                start=start - 1,
                end=end - 1,
                first_word=bisect_right(blanks, start) - 1,
                last_word=bisect_right(blanks, end - 1) - 1,
            )


def _applies(entry: Entry, hit: _Hit, hits: list[_Hit]) -> bool:
    if any(_distance(hit, other) <= _EXEMPT_WITHIN for other in hits if other.term in entry.unless):
        return False
    return not entry.near or any(
        _distance(hit, other) <= entry.within
        for other in hits
        if other.term in entry.near and other is not hit
    )


def _distance(one: _Hit, other: _Hit) -> int:
    """How many words lie from one hit to the other; 0 where they overlap."""
    return max(0, one.first_word - other.last_word, other.first_word - one.last_word)


def _place(bare: Normalised, hit: _Hit, part: str) -> Characters:
    start, end = bare.span(hit.start, hit.end)
    return Characters(start=start, end=end, part=part)


def _bare(term: str) -> str:
    return skeleton(term.removesuffix("*")).text + ("*" if term.endswith("*") else "")


@functools.cache
def shipped() -> Lexicon:
    """Return the word list that ships with the code, read once."""
    return Lexicon.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconDetector:
    """Looks for the words of the list; `lexicon` is the shipped one unless another is given."""

    lexicon: Lexicon | None = None
    name: str = "text.lexicon@1"

    @property
    def categories(self) -> frozenset[str]:
        """The categories the list names, and child safety, which follows from two of them."""
        return self._list.categories | {CHILD_SAFETY}

    @property
    def _list(self) -> Lexicon:
        return self.lexicon or shipped()

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """
        Say which words of the list the text has, however they are disguised.

        Raises:
            DetectorFailed: the list cannot be read.
        """
        found = self._list.findings(skeleton(content.text), content.part)
        return (*child_safety(found), *found)
