"""A text as the matcher reads it: its skeleton without blanks, and where its words begin."""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from safety import signs
from safety.disguises import FIGURES, in_letters
from safety.draft import Draft
from safety.normalise import Normalised, skeleton
from safety.rights.bank import common_words

SHORT_WORD = 3
"""Words of so few letters (of, la, der) stay small within a name."""


@dataclass(frozen=True, kw_only=True)  # without slots: what is costly is computed once, when asked for
class Reading:
    """One way to read a text: its skeleton without blanks, and where its words begin."""

    source: str
    seen: Normalised
    text: str
    words: tuple[str, ...]
    begins: tuple[int, ...]
    edges: frozenset[int] = frozenset()

    def is_edge(self, at: int) -> bool:
        """Tell whether a word of the original may begin or end at `at`."""
        if at in self.edges:
            return True
        if self.text[at - 1].isdigit() != self.text[at].isdigit():
            return True
        left, right = self.span(at - 1, at)[1], self.span(at, at + 1)[0]
        if any(signs.is_separator(sign) for sign in self.source[left:right]):
            return True
        return self.source[left - 1 : left].islower() and self.source[right : right + 1].isupper()

    def closes(self, at: int) -> int:
        """Return where the word that ends at `at` ends, a plural's s included, or 0 where none does."""
        if self.is_edge(at):
            return at
        return at + 1 if self.text[at] == "s" and self.is_edge(at + 1) else 0

    def edges_within(self, start: int, end: int) -> Iterator[int]:
        """Yield the places strictly between where a written word begins."""
        first = bisect.bisect_right(self.begins, start)
        return itertools.takewhile(lambda at: at < end, self.begins[first:])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original that `text[start:end]` stands for."""
        blanks = bisect.bisect_right(self.begins, start) - 1
        more = bisect.bisect_right(self.begins, end - 1) - 1
        return self.seen.span(start + blanks, end + more)

    def original(self, start: int, end: int) -> str:
        """Return what was written at `text[start:end]`."""
        return self.source[slice(*self.span(start, end))]

    def before(self, start: int, count: int) -> tuple[str, ...]:
        """Return the nearest `count` words before `text[start:]`, the nearest last."""
        first = bisect.bisect_right(self.begins, start) - 1
        return self.words[max(0, first - count) : first]

    def after(self, stop: int, count: int) -> tuple[str, ...]:
        """Return the nearest `count` words from `text[stop:]` on."""
        first = bisect.bisect_left(self.begins, stop)
        return self.words[first : first + count]

    def is_telling(self, start: int) -> bool:
        """Tell whether a capital at `start` opens no sentence, in a text that is not all capitals."""
        begin = self.span(start, start + 1)[0]
        opening = self.source[max(0, begin - 40) : begin].rstrip(" \"'«“(*_#@-")
        return bool(opening) and opening[-1] not in ".!?…:;\n–—" and not self.is_in_capitals

    def has_capital(self, places: Iterable[int]) -> bool:
        """Tell whether one of the places of `text` has a capital, in a text that is not all capitals."""
        signs_there = (self.source[self.span(at, at + 1)[0]] for at in places)
        return not self.is_in_capitals and any(map(str.isupper, signs_there))

    def is_part(self, start: int, stop: int) -> bool:
        """Tell whether a neighbour has a capital too, so that this may be a piece of a longer name."""
        begin, finish = self.span(start, stop)
        before = self.source[max(0, begin - 24) : begin]
        return bool(_CAPITAL_AFTER.match(self.source, finish) or _CAPITAL_BEFORE.search(before))

    def is_joined(self, start: int) -> bool:
        """Tell whether nothing but a blank stands between `text[start:]` and the word before it."""
        begin = self.span(start, start + 1)[0]
        return self.source[max(0, begin - 1) : begin] == " " and self.source[begin - 2 : begin - 1].isalnum()

    def is_quoted(self, start: int, stop: int) -> bool:
        """Tell whether quotation marks stand right before and after."""
        begin, finish = self.span(start, stop)
        return (
            self.source[max(0, begin - 1) : begin] in _OPENING
            and self.source[finish : finish + 1] in _CLOSING
        )

    def is_of_words(self, start: int, end: int) -> bool:
        """Tell whether `text[start:end]` is written as small words of the language (``mon fils``)."""
        if any(map(str.isupper, self.original(start, end))):
            return False
        cuts = (start, *self.edges_within(start, end), end)
        return common_words().issuperset(self.text[one:other] for one, other in itertools.pairwise(cuts))

    @functools.cached_property
    def word_set(self) -> frozenset[str]:
        """All words of the text."""
        return frozenset(self.words)

    @functools.cached_property
    def is_in_capitals(self) -> bool:
        """Whether more than half of the text's words have a capital, so that one says nothing."""
        words = self.source[:2000].split()
        return 2 * sum(word[:1].isupper() for word in words) > len(words) + 1


_OPENING, _CLOSING = tuple("\"'“‘«"), tuple("\"'”’»")

_LEET_WORD = re.compile(r"[\w@$€!|]*(?:[^\W\d_][0134578@$€!|]|[0134578@$€|][^\W\d_])[\w@$€!|]*")
_RUN = re.compile(r"(.)\1\1")
"""Any sign three times: five times as quick to rule out as a letter."""

_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


def readings(text: str) -> Iterator[Reading]:
    """Yield the ways to read a text: as it is; figures as letters, ones as i or l; stretched letters once."""
    seen = skeleton(text)
    yield _reading(text, seen)
    drafts = []
    if not FIGURES.isdisjoint(text) and any(map(_is_leet, _LEET_WORD.findall(text))):
        drafts += [_unleet(text, one) for one in "il"]
    if _RUN.search(text) and _STRETCHED.search(text):
        drafts.append(
            Draft(text=text).rewritten((m.start(), m.end(), m[1]) for m in _STRETCHED.finditer(text))
        )
    for draft in drafts:
        other = skeleton(draft.text)
        if other.text != seen.text:
            yield _reading(text, other.after(draft))


def _is_leet(word: str) -> bool:
    return sum(map(str.isalpha, word)) >= 2 and len(word) > SHORT_WORD


def _unleet(text: str, one: str) -> Draft:
    words = _LEET_WORD.finditer(text)
    return Draft(text=text).rewritten((m.start(), m.end(), in_letters(m.group(), one)) for m in words)


def _reading(text: str, seen: Normalised) -> Reading:
    words = tuple(seen.text.split())
    ends = tuple(itertools.accumulate(map(len, words), initial=0))
    return Reading(
        source=text, seen=seen, text="".join(words), words=words, begins=ends[:-1], edges=frozenset(ends)
    )


_CAPITAL_AFTER = re.compile(r"[ -][^\W\d_a-zà-ÿ]\w")
_CAPITAL_BEFORE = re.compile(r"\w[\w,]* [^\W\d_a-zà-ÿ][\w]+[ -]\Z")


def is_odd_split(length: int, cuts: list[int]) -> bool:
    """Tell whether one long word was cut in two or more pieces of at least three letters."""
    pieces = [after - before for before, after in itertools.pairwise((0, *cuts, length))]
    return length > 6 and min(pieces) >= SHORT_WORD


def is_capitalised(written: str) -> bool:
    """Tell whether each word of a name but the short ones (of, la) has its capital."""
    first, *others = written.split()
    return first[:1].isupper() and all(word[:1].isupper() for word in others if len(word) > SHORT_WORD)
