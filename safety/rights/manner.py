"""
Whether a name stands for how its bearer's works look, and for nothing that is shown.

A hotel in the style of Wes Anderson shows no Wes Anderson; a meadow, Studio Ghibli, watercolour, shows no
film.  Only who is known for a manner has one: makers and works.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from safety.normalise import skeleton
from safety.rights.bank import Kind, Name
from safety.rights.context import is_likeness, vocabulary
from safety.rights.reading import Reading

VOCABULARY = Path(__file__).parent / "manner.yaml"

_REACH = 160
"""Signs before a name in which the maker of a list of makers is looked for."""

_FEWEST_ITEMS = 3
"""Parts between commas from which a prompt is a list of what it should be like."""

_NAME = 4
"""Words of a name at most, in a list of names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    before: frozenset[tuple[str, ...]]
    looks: frozenset[str]
    crafts: frozenset[str]
    works: frozenset[str]
    made: frozenset[str]
    done: frozenset[str]
    seen: frozenset[str]
    copied: frozenset[str]


@functools.cache
def _words() -> _Words:
    read = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    before = frozenset(tuple(phrase.split()) for phrase in read.pop("before"))
    return _Words(before=before, **{key: frozenset(words.split()) for key, words in read.items()})


def has_manner(entry: Name) -> bool:
    """Tell whether an entry may be named for how its works look."""
    return entry.maker or entry.kind is Kind.WORK


def is_manner(entry: Name, reading: Reading, start: int, stop: int) -> bool:
    """Tell whether the entry named at `reading.text[start:stop]` is named for how its works look alone."""
    before, after = reading.before(start, _NAME), reading.after(stop, _NAME)
    if is_likeness(before, after) or not _words().copied.isdisjoint(reading.word_set):
        return False
    if _has_look(entry, after):
        return True
    begin, finish = reading.span(start, stop)
    if after and after[0] in (vocabulary().actions | vocabulary().human_actions | _words().seen):
        return False
    return _is_credited(reading.source[max(0, begin - _REACH) : begin]) or _is_item(
        reading.source, begin, finish
    )


def _has_look(entry: Name, after: Sequence[str]) -> bool:
    words = _words()
    rest = after[1:] if after[:1] == ("s",) else after
    if entry.maker and rest[:1] and rest[0] in words.works:
        return True
    while rest[:1] and rest[0] in words.crafts:
        rest = rest[1:]
    return bool(rest) and rest[0] in words.looks


_BETWEEN = re.compile(r"[,;|/&+]|\b(?:and|et|x)\b")


def _is_credited(before: str) -> bool:
    """Tell whether the words before name a maker: at once (`by`), or the first of several (`by A, B and`)."""
    *earlier, last = (skeleton(part).text.split() for part in _BETWEEN.split(before))
    if last:
        return _is_cue(last)
    for words in reversed(earlier):
        if any(_is_cue(words[:-count]) for count in range(1, _NAME + 1)):
            return True
        if len(words) > _NAME:
            return False
    return False


def _is_cue(words: Sequence[str]) -> bool:
    known = _words()
    if words[-1:] == ["by"]:
        return not words[:-1] or words[-2] in known.made or not _is_done(words[-2])
    if words[-1:] == ["par"]:
        return not known.made.isdisjoint(words[-5:-1])
    return any(tuple(words[-count:]) in known.before for count in (1, 2))


def _is_done(word: str) -> bool:
    return word.endswith("ed") or word in _words().done


_SEPARATORS = ",;|/:"


def _is_item(text: str, begin: int, finish: int) -> bool:
    """Tell whether the name is all that stands between two commas of a list, and not what it begins with."""
    left, right = text[:begin].rstrip(" \"'“‘("), text[finish:].lstrip(" \"'”’)")
    is_alone = left[-1:] in tuple(_SEPARATORS) and (not right or right[0] in f"{_SEPARATORS}.")
    return is_alone and sum(map(text.count, ",;|")) >= _FEWEST_ITEMS - 1
