"""A text cut into pieces to judge one by one: a harmful clause hides in a benign whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

MOST_WORDS = 24
"""Longer pieces are cut, for a classifier dilutes what a long one says."""

FEWEST_WORDS = 3
"""Shorter pieces say too little alone and stay with their neighbour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A piece of a text: `text` is exactly the original's half-open span from `start` to `end`."""

    start: int
    end: int
    text: str


_TITLES = r"(?<!\bM)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMme)(?<!\bMM)(?<!\bvs)(?<!\b[A-Z])"
_ENDS = re.compile(
    rf"""{_TITLES}(?<!\.)\.+["'»”)\]]*\s+(?=\S)             # a full stop, but not of a title or an initial
      | (?<![!?…;。！？])[!?…;。！？]+["'»”)\]]*\s*(?=\S)
      | :\s+(?=\S)
      | (?<!\s)\s*[\r\n]+\s*
      | (?<!\s)\s+[–—-]\s+                         # a dash between blanks opens a thought or a speaker
    """,
    re.VERBOSE,
)
_JOINTS = re.compile(
    r"""(?:,\s+|(?<![\s,])\s+)(?=(?:then|while|whereas|until|because|before|after|when|where|but|
                       puis|ensuite|tandis\sque|pendant\sque|alors\sque|jusqu'à|parce\sque|quand|lorsque|avant\sde|après|mais|où)\b)
      | ,\s+(?=(?:and|or|et|ou|who|which|qui|dont)\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMMAS = re.compile(r",\s+")
_WORDS = re.compile(r"\S+")

Span = tuple[int, int]


def sentences(text: str) -> tuple[Clause, ...]:
    """
    Return the sentences of a text in French or English, in order: together they hold every word.

    What a colon announces is a sentence of its own, and so is a line.  A text without a word has none.
    """
    return tuple(_pieces(text, _cut(text, (0, len(text)), _ENDS)))


def clauses(text: str) -> tuple[Clause, ...]:
    """
    Return the sentences and clauses of a text in French or English, in order.

    Together they hold every word; those of the longest pieces that no sign divides overlap by half.
    A text without a word has none, a short one is its own only clause.
    """
    parts = (_shorter(text, (sentence.start, sentence.end)) for sentence in sentences(text))
    return tuple(_pieces(text, chain.from_iterable(parts)))


def _pieces(text: str, spans: Iterable[Span]) -> Iterator[Clause]:
    return (Clause(start=start, end=end, text=text[start:end]) for start, end in spans)


def _cut(text: str, span: Span, at: re.Pattern[str]) -> list[Span]:
    """Cut a span at every match, and put pieces of too few words back to the one before them."""
    pieces: list[Span] = []
    start = span[0]
    for found in at.finditer(text, *span):
        start = _add(text, pieces, start, found.end())
    _add(text, pieces, start, span[1])
    return [_trimmed(text, piece) for piece in pieces]


def _add(text: str, pieces: list[Span], start: int, end: int) -> int:
    if not text[start:end].strip():
        return start
    if pieces and (_is_short(text, (start, end)) or _is_short(text, pieces[-1])):
        pieces[-1] = pieces[-1][0], end
    else:
        pieces.append((start, end))
    return end


def _shorter(text: str, span: Span) -> Iterator[Span]:
    """Cut a sentence at its joints, and what is still long at its commas, then into windows."""
    for clause in _cut(text, span, _JOINTS):
        if not _is_long(text, clause):
            yield clause
            continue
        for part in _packed(text, _cut(text, clause, _COMMAS)):
            yield from _windows(text, part) if _is_long(text, part) else (part,)


def _packed(text: str, parts: list[Span]) -> Iterator[Span]:
    """Put neighbours back together while they stay short enough."""
    start, end = parts[0]
    count = _count(text, parts[0])
    for part in parts[1:]:
        more = _count(text, part)
        if count + more <= MOST_WORDS:
            end, count = part[1], count + more
        else:
            yield start, end
            (start, end), count = part, more
    yield start, end


def _windows(text: str, span: Span) -> Iterator[Span]:
    words = [found.span() for found in _WORDS.finditer(text, *span)]
    for first in range(0, len(words) - MOST_WORDS // 2, MOST_WORDS // 2):
        last = min(first + MOST_WORDS, len(words)) - 1
        yield words[first][0], words[last][1]


def _trimmed(text: str, span: Span) -> Span:
    piece = text[span[0] : span[1]]
    return span[0] + len(piece) - len(piece.lstrip()), span[0] + len(piece.rstrip())


def _count(text: str, span: Span) -> int:
    return sum(1 for _ in _WORDS.finditer(text, *span))


def _is_long(text: str, span: Span) -> bool:
    return _count(text, span) > MOST_WORDS


def _is_short(text: str, span: Span) -> bool:
    words = _WORDS.finditer(text, *span)
    return sum(1 for _, _word in zip(range(FEWEST_WORDS), words, strict=False)) < FEWEST_WORDS
