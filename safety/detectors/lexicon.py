"""Words and phrases that say by themselves what a text is about: the detector `text.lexicon@1`."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
_SENSE_WITHIN = 6
_MENTION_WITHIN = 12
_QUOTED = re.compile(r'«[^»\n]{1,40}»|“[^”\n]{1,40}”|"[^"\n]{1,40}"')
"""A few words in quotation marks; what is longer is somebody's speech, and judged as such."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the word list; see the head of lexicon.yaml for what its parts mean."""

    category: str
    score: float
    near: frozenset[str]
    unless: frozenset[str]
    within: int
    is_quotable: bool = False


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
    senses: Mapping[str, frozenset[str]]
    contexts: Mapping[str, frozenset[str]]
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
            return cls.of(told["entries"], told.get("contexts", {}), told.get("senses", {}))
        except (OSError, KeyError, TypeError, ValueError, yaml.YAMLError) as error:
            raise ModelUnavailable(f"the word list {path.name} cannot be read ({error})") from error

    @classmethod
    def of(
        cls,
        entries: list[dict[str, Any]],
        contexts: Mapping[str, list[str]],
        senses: Mapping[str, list[str]] | None = None,
    ) -> Lexicon:
        """
        Return the list of these parts, the shape of which is that of lexicon.yaml.

        Raises:
            ValueError: a sense is given to what is no term of any entry.
        """
        named = {name: _words([name], contexts) for name in contexts}
        made = tuple(_entry(told, contexts) for told in entries)
        terms: dict[str, list[int]] = {}
        for number, told in enumerate(entries):
            for term in map(_bare, told["any"]):
                terms.setdefault(term, []).append(number)
        meanings = {_bare(term): _words(words, contexts) for term, words in (senses or {}).items()}
        if unknown := meanings.keys() - terms.keys():
            raise ValueError(f"senses of no term: {', '.join(sorted(unknown))}")
        known = {*terms}.union(*named.values(), *meanings.values(), *(one.near | one.unless for one in made))
        return cls(
            entries=made,
            terms={term: tuple(users) for term, users in terms.items()},
            senses=meanings,
            contexts=named,
            automaton=_automaton(known),
        )

    @property
    def categories(self) -> frozenset[str]:
        """Every category some entry names."""
        return frozenset(entry.category for entry in self.entries)

    def findings(self, bare: Normalised, part: str, quotes: Sequence[Span] = ()) -> tuple[Finding, ...]:
        """
        Return what the words of a bare text say, each located in the text as written.

        `quotes` are the spans of the text as written that stand in quotation marks.
        """
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
            and not self._means_else(hit, hits)
            and not (self.entries[number].is_quotable and self._is_mentioned(bare, hit, hits, quotes))
        ]
        return tuple(dict.fromkeys(found))

    def _means_else(self, hit: _Hit, hits: list[_Hit]) -> bool:
        words = self.senses.get(hit.term)
        if words is None or not _is_near(hit, hits, words, _SENSE_WITHIN):
            return False
        others = [other for other in hits if not hit.first_word <= other.last_word <= hit.last_word]
        return not _is_near(hit, others, self.contexts.get("meant", frozenset()), _EXEMPT_WITHIN)

    def _is_mentioned(self, bare: Normalised, hit: _Hit, hits: list[_Hit], quotes: Sequence[Span]) -> bool:
        """Tell whether a word is quoted to be spoken about; on a banner or in a chant it is used."""
        start, end = bare.span(hit.start, hit.end)
        if not any(first <= start and end <= last for first, last in quotes):
            return False
        none: frozenset[str] = frozenset()
        if _is_near(hit, hits, self.contexts.get("removed", none), _MENTION_WITHIN):
            return True
        return _is_near(hit, hits, self.contexts.get("mentioned", none), _MENTION_WITHIN) and not _is_near(
            hit, hits, self.contexts.get("displayed", none), _MENTION_WITHIN
        )

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


def _entry(told: dict[str, Any], contexts: Mapping[str, list[str]]) -> Entry:
    return Entry(
        category=told["category"],
        score=float(told["score"]),
        near=frozenset(map(_bare, told.get("near", ()))),
        unless=_words(told.get("unless", ()), contexts),
        within=told.get("within", _NEAR_WITHIN),
        is_quotable=told.get("quotable", False),
    )


def _words(told: Iterable[str], contexts: Mapping[str, list[str]]) -> frozenset[str]:
    """Return bare words, those of a context where its name is given."""
    return frozenset(_bare(word) for name in told for word in contexts.get(name, [name]))


def _automaton(terms: Iterable[str]) -> Any:
    automaton = ahocorasick.Automaton()
    for term in terms:
        automaton.add_word(" " + (term[:-1] if term.endswith("*") else term + " "), term)
    automaton.make_automaton()
    return automaton


def _applies(entry: Entry, hit: _Hit, hits: list[_Hit]) -> bool:
    if _is_near(hit, hits, entry.unless, _EXEMPT_WITHIN):
        return False
    return not entry.near or any(
        _distance(hit, other) <= entry.within
        for other in hits
        if other.term in entry.near and other is not hit
    )


def _is_near(hit: _Hit, hits: list[_Hit], terms: frozenset[str], within: int) -> bool:
    return any(other.term in terms and _distance(hit, other) <= within for other in hits)


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
        quotes = [quote.span() for quote in _QUOTED.finditer(content.text)]
        found = self._list.findings(skeleton(content.text), content.part, quotes)
        return (*child_safety(found), *found)
