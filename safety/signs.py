"""The signs of Unicode that a reader does not spell: invisible, directing, enclosing, combining."""

from __future__ import annotations

import enum
import functools
import re
import unicodedata
from collections.abc import Iterator

from safety.draft import Edit
from safety.lookalikes import unboxed

MOST_MARKS = 3
"""Marks kept on a letter: Vietnamese needs two, pointed Hebrew three; more is noise, quadratic to sort."""
LONGEST = 4
"""Letters that one sign may stand for; Arabic ligatures of a whole sentence stay as they are."""


class Kind(enum.Enum):
    """What an invisible sign does; each kind is dropped."""

    ZERO_WIDTH = "zero_width"
    BIDI = "bidi"
    TAG = "tag"
    SELECTOR = "selector"
    BROKEN = "broken"
    CONTROL = "control"


_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u180b\u180c\u180d\u180e\u180f\u1d159")
_BROKEN = frozenset({"Cs", "Co", "Cn"})


@functools.lru_cache(maxsize=4096)
def kind(sign: str) -> Kind | None:
    """Return what an invisible sign does, or None for one that is seen (or is plain white space)."""
    code = ord(sign)
    if 0xE0000 <= code <= 0xE007F:
        return Kind.TAG
    if 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
        return Kind.SELECTOR
    if sign in _BIDI:
        return Kind.BIDI
    category = unicodedata.category(sign)
    if category == "Cf" or sign in _FILLERS:
        return Kind.ZERO_WIDTH
    if category in _BROKEN or sign == "\ufffd":
        return Kind.BROKEN
    return Kind.CONTROL if category == "Cc" and not sign.isspace() else None


_TAGS = re.compile(r"(\U0001f3f4?)([\U000e0000-\U000e007f]+)")


def untagged(text: str) -> Iterator[Edit]:
    """Yield the runs of tag characters: decoded where they hold words, dropped within a word or a flag."""
    for found in _TAGS.finditer(text):
        start, end = found.span(2)
        hidden = "".join(chr(ord(sign) - 0xE0000) for sign in found.group(2)).strip("\x01\x7f")
        is_flag = bool(found.group(1))
        splits = text[start - 1 : start].isalnum() and text[end : end + 1].isalnum()
        told = "".join(sign for sign in hidden if sign.isprintable())
        if is_flag:
            continue
        yield start, end, "" if splits or not told.strip() else f" {told} "


def dropped(text: str) -> Iterator[Edit]:
    """Yield every invisible sign, to be dropped."""
    gone = "".join({sign for sign in set(text) if kind(sign)})
    if gone:
        for found in re.finditer(f"[{re.escape(gone)}]+", text):
            yield found.start(), found.end(), ""


_FOREIGN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
_APOSTROPHES = frozenset("´`ʼʹʻʽˈ′‘’‛＇ꞌ")
_COMPOSING = re.compile(
    # Signs of class 0 that compose with the one before: vowel signs of India, Hangul vowels and finals.
    "[\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u102e\u1161-\u1175\u11a8-\u11c2"
    "\u1b35\U00011127\U0001133e\U00011357\U000114b0\U000114ba\U000114bd\U000115af\U00011930]"
)
_GENERIC_MARK = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_LEFT_ALONE = re.compile(_GENERIC_MARK.pattern + "|[ʼʹʻʽˈ‘’‛ꞌ`\U0001f130-\U0001f189]")
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]{3,}")


def composed(text: str) -> Iterator[Edit]:
    """Yield what NFKC changes, cluster by cluster; marks that compose with nothing are dropped."""
    for run in _FOREIGN.finditer(text):
        for start, end in _clusters(text, run.start(), run.end()):
            cluster = text[start:end]
            if cluster in _APOSTROPHES:
                yield start, end, "'"
            elif not cluster.isascii():
                yield start, end, _plain(cluster)


def is_marked(text: str) -> bool:
    """Tell whether a text bears marks that compose with nothing, or signs that NFKC leaves alone."""
    return bool(_LEFT_ALONE.search(text))


def unflagged(text: str) -> Iterator[Edit]:
    """Yield the runs of three and more regional letters, which spell a word and no flag."""
    for found in _FLAG_LETTERS.finditer(text):
        yield (
            found.start(),
            found.end(),
            "".join(chr(ord(sign) - 0x1F1E6 + ord("a")) for sign in found.group()),
        )


@functools.lru_cache(maxsize=8192)
def _plain(cluster: str) -> str:
    plain = unicodedata.normalize("NFKC", cluster[: 1 + MOST_MARKS])
    if len(plain) > LONGEST + MOST_MARKS:
        return cluster
    plain = _GENERIC_MARK.sub("", plain)
    return "".join(unboxed(sign) or sign for sign in plain)


@functools.lru_cache(maxsize=4096)
def trails(sign: str) -> bool:
    """Tell whether a sign may combine with the one before it."""
    if sign.isascii():
        return False
    first = unicodedata.normalize("NFKD", sign)[0]
    return (
        unicodedata.combining(first) != 0
        or bool(_COMPOSING.match(first))
        or unicodedata.category(sign) == "Me"
    )


def is_stacked(text: str) -> bool:
    """Tell whether a letter bears more marks than any spelling gives it."""
    run = 0
    for sign in text:
        run = run + 1 if not sign.isascii() and trails(sign) else 0
        if run > MOST_MARKS:
            return True
    return False


def _clusters(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    opened = start
    for at in range(start + 1, end):
        if not trails(text[at]):
            yield opened, at
            opened = at
    yield opened, end


@functools.lru_cache(maxsize=4096)
def is_separator(sign: str) -> bool:
    """Tell whether a sign is seen between two letters without being one, nor a mark on one."""
    return not (sign.isalnum() or kind(sign) or trails(sign))
