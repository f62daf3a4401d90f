"""
Names nearly written: `Tailor Swyft`, `Emanuel Macronne`, `Pikatchu`.

Two words are near when they sound alike in French or English, or differ by one edit.  Candidates come from
an index of what is left of a word when one letter is taken out, never from a scan of the names; each word of
a name must be near one word of the text, in order.  What is found resembles a name and no more: its score
stays below `context.BLOCKS`, so that people look and nothing is stopped for it alone.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from safety.normalise import skeleton
from safety.rights.bank import Kind, Name, NameBank, common_words, near_names
from safety.rights.context import vocabulary
from safety.rights.names import NameHit
from safety.rights.reading import Reading, readings

ALIKE = 0.45
"""Score of a name that sounds the same, letter by letter another."""

NEAR = 0.4
"""Score of a name with one edit in a word of it."""

SHORTEST_WORD = 4
"""Letters below which a word must be written as it is: too many words are one edit away."""

SHORTEST_NAME = 7
"""Letters of a name of one word, and of the longest word of a longer one less two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    entry: Name
    bank: str
    written: str
    words: tuple[str, ...]
    spellings: frozenset[str]


class ResemblingNames:
    """Finds what resembles the names of banks; a name written as it is belongs to `NameMatcher`."""

    def __init__(self, banks: Iterable[NameBank]) -> None:
        forms = [form for bank in banks for entry in bank.entries for form in _forms(entry, bank.name)]
        self._by_first: dict[str, list[_Form]] = defaultdict(list)
        for form in forms:
            self._by_first[form.words[0]].append(form)
        self._near: dict[str, set[str]] = defaultdict(set)
        for word in {word for form in forms for word in form.words}:
            for trace in _traces(word):
                self._near[trace].add(word)
        # Most words of a prompt are words of other prompts too.
        self._close = functools.lru_cache(maxsize=20_000)(self._words_near)

    def find(self, text: str) -> tuple[NameHit, ...]:
        """Return what resembles a name in a text, in the order of their places."""
        best: dict[tuple[str, int], NameHit] = {}
        for reading in readings(text):
            for hit in self._hits(reading):
                key = hit.reference, hit.start
                if key not in best or best[key].score < hit.score:
                    best[key] = hit
        return tuple(sorted(best.values(), key=lambda hit: (hit.start, hit.reference)))

    def is_near_one(self, word: str) -> bool:
        """Tell whether a word is nearly a name of one word, and neither it nor a plural of it."""
        if len(word) < SHORTEST_WORD or word in common_words() or not word.isalpha():
            return False
        near = [form for found in self._words_near(word) for form in self._by_first.get(found, ())]
        return any(len(form.words) == 1 and not _is_written(form, (word,)) for form in near)

    def _hits(self, reading: Reading) -> Iterator[NameHit]:
        near = [self._close(word) for word in reading.words]
        for at, firsts in enumerate(near):
            begun = (self._by_first.get(word, ()) for word in sorted(firsts))
            for form in itertools.chain.from_iterable(begun):
                told = reading.words[at : at + len(form.words)]
                if (
                    len(told) == len(form.words)
                    and _are_near(form.words, near[at:])
                    and not _is_broken(reading, at, len(told))
                ):
                    score = _score(form, told, reading, at)
                    if score:
                        yield _hit(form, reading, at, score)

    def _words_near(self, word: str) -> frozenset[str]:
        """Return the words of names that `word` may be meant for, itself included."""
        if len(word) < SHORTEST_WORD:
            return frozenset({word})
        candidates = {found for trace in _traces(word) for found in self._near.get(trace, ())}
        return frozenset(found for found in candidates if is_near(word, found))


def is_near(one: str, other: str) -> bool:
    """Tell whether two words are equal, sound alike, or differ by one edit and begin alike."""
    if one == other or sounds(one) == sounds(other):
        return True
    if min(len(one), len(other)) < SHORTEST_WORD + 1 or sounds(one)[:1] != sounds(other)[:1]:
        return False
    return OSA.distance(one, other, score_cutoff=1) <= 1


@functools.lru_cache(maxsize=100_000)
def sounds(word: str) -> str:
    """Return how a word sounds, roughly, in French and English: equal for `macron` and `macronne`."""
    for pattern, letters in _SOUNDS:
        word = pattern.sub(letters, word)
    return word


_SOUNDS = [
    (re.compile(pattern), letters)
    for pattern, letters in (
        (r"ph", "f"),
        (r"x", "ks"),
        (r"tch|sch|sh", "ch"),
        (r"c(?=[eiy])", "s"),
        (r"qu|ck|q|c(?!h)", "k"),
        (r"y", "i"),
        (r"w", "v"),
        (r"z", "s"),
        (r"eau|au", "o"),
        (r"(?<=[^aeiou])h|^h", ""),
        (r"ee", "i"),
        (r"(?<=..[^e])e$", ""),
        (r"(.)\1+", r"\1"),
    )
]


def _traces(word: str) -> Iterator[str]:
    """Yield what is left of a word with no letter or one taken out, and of how it sounds."""
    yield sounds(word)
    yield word
    if len(word) > SHORTEST_WORD:
        for at in range(len(word)):
            yield word[:at] + word[at + 1 :]


def _forms(entry: Name, bank: str) -> Iterator[_Form]:
    if entry.public_domain or entry.ordinary_word or entry.ambiguous_with:
        return
    every = (entry.name, *entry.aliases, *entry.weak_aliases)
    spellings = frozenset("".join(skeleton(written).text.split()) for written in every)
    for written in (entry.name, *entry.aliases):
        words = tuple(skeleton(written).text.split())
        longest = max(map(len, words), default=0)
        if longest < SHORTEST_NAME - 2 * (len(words) > 1) or common_words().issuperset(words):
            continue
        yield _Form(entry=entry, bank=bank, written=written, words=words, spellings=spellings)


_END = re.compile(r"[^\W\d_]{2}[.!?;]\s")


def _is_broken(reading: Reading, at: int, count: int) -> bool:
    """Tell whether a sentence ends between the words (``cardio. Be kind``); an initial's stop is none."""
    start, end = reading.begins[at], reading.begins[at + count - 1] + 1
    return count > 1 and bool(_END.search(reading.original(start, end)))


def _are_near(words: Sequence[str], near: Sequence[frozenset[str]]) -> bool:
    return all(word in close for word, close in zip(words, near, strict=False))


def _score(form: _Form, told: tuple[str, ...], reading: Reading, at: int) -> float:
    """Return how much words resemble a name, 0 where they are as well what they say."""
    if _is_written(form, told):
        return 0.0
    is_alike = all(sounds(one) == sounds(other) for one, other in zip(told, form.words, strict=True))
    is_ordinary = _ordinary().issuperset(told)
    if len(told) == 1:
        is_telling = reading.is_telling(reading.begins[at]) and _has_capitals(form, reading, at)
        is_meant = not is_ordinary and (is_alike or is_telling)
    else:
        is_meant = not is_ordinary or _has_capitals(form, reading, at)
    if not is_meant or (form.entry.kind is Kind.BRAND and not _has_capitals(form, reading, at)):
        return 0.0
    return ALIKE if is_alike else NEAR


@functools.cache
def _ordinary() -> frozenset[str]:
    return common_words() | near_names() | vocabulary().given_names


def _is_written(form: _Form, told: tuple[str, ...]) -> bool:
    """Tell whether words are a spelling of the entry, or a plural of one: the exact matcher's."""
    joined = "".join(told)
    return not form.spellings.isdisjoint({joined, joined.removesuffix("s"), f"{joined}s"})


def _has_capitals(form: _Form, reading: Reading, at: int) -> bool:
    """Tell whether each long word has a capital where a capital says something."""
    if reading.is_in_capitals:
        return False
    long = [place for place, word in enumerate(form.words) if len(word) >= SHORTEST_WORD]
    starts = [reading.begins[at + place] for place in long]
    return all(reading.source[reading.span(start, start + 1)[0]].isupper() for start in starts)


def _hit(form: _Form, reading: Reading, at: int, score: float) -> NameHit:
    last = at + len(form.words) - 1
    start, end = reading.begins[at], reading.begins[last] + len(reading.words[last])
    begin, finish = reading.span(start, end)
    return NameHit(
        reference=form.entry.id,
        bank=form.bank,
        kind=form.entry.kind,
        name=form.entry.name,
        written=form.written,
        start=begin,
        end=finish,
        score=score,
    )
