"""
Words found in a clip, put together as they are read or heard.

A sentence stands on several lines, and is said in several phrases: each alone may say nothing.  So the words
are judged one by one and once more together, and what is found in a whole is placed at the pieces it covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from policies.finding import Box, Characters, Finding, Seconds, Where
from safety.detector import Words

MOST_WORDS = 48
"""Longer runs are cut, overlapping by half: a classifier dilutes what a long text says."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningText:
    """Neighbouring pieces as one text; `spans` are their half-open places in it, in the same order."""

    text: str
    pieces: tuple[Words, ...]
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, pieces: Sequence[Words]) -> RunningText:
        """Join the pieces by blanks; a word divided at the end of a line is put together again."""
        text, spans = "", []
        for piece in pieces:
            is_divided = text.endswith("-") and piece.text[:1].islower()
            text += "" if is_divided or not text else " "
            spans.append((len(text), len(text) + len(piece.text)))
            text += piece.text
        return cls(text=text, pieces=tuple(pieces), spans=tuple(spans))

    def covered(self, where: Where | None) -> tuple[Words, ...]:
        """Return the pieces that a place in the text touches; all of them where the whole was judged."""
        if not isinstance(where, Characters):
            return self.pieces
        touched = tuple(
            piece
            for piece, (start, end) in zip(self.pieces, self.spans, strict=True)
            if start < where.end and where.start < end
        )
        return touched or self.pieces

    def placed(self, findings: Iterable[Finding], known: Iterable[Finding]) -> Iterator[Finding]:
        """
        Yield the findings at the places of the pieces they cover.

        One that a `known` finding of its kind tells at least as surely, at one of these places, is left out.
        """
        surest: dict[tuple[object, ...], float] = {}
        for one in known:
            key = *_kind(one), one.where
            surest[key] = max(one.score, surest.get(key, 0.0))
        for finding in findings:
            pieces = self.covered(finding.where)
            if all(surest.get((*_kind(finding), piece.where), -1.0) < finding.score for piece in pieces):
                yield replace(finding, where=joined([piece.where for piece in pieces]))


def running_texts(words: Sequence[Words]) -> Iterator[RunningText]:
    """Yield each piece by itself, then together what one picture shows, then all that follows one another."""
    for one in words:
        yield RunningText.of((one,))
    for kind in (Box, Seconds):
        pictures = [
            read_in_order(group)
            for _at_s, group in groupby((one for one in words if isinstance(one.where, kind)), _picture)
        ]
        whole = [piece for picture in pictures for piece in picture]
        for pieces in [*pictures, whole] if len(pictures) > 1 else [whole]:
            yield from (RunningText.of(run) for run in _runs(pieces) if len(run) > 1)


def read_in_order(words: Iterable[Words]) -> list[Words]:
    """Return lines from top to bottom and, on one height, from left to right; other words as they are."""
    given = list(words)
    if not all(isinstance(one.where, Box) for one in given):
        return given
    rows: list[list[tuple[Box, Words]]] = []
    boxed = [(one.where, one) for one in given if isinstance(one.where, Box)]
    for box, one in sorted(boxed, key=lambda line: line[0].top + line[0].height / 2):
        if rows and box.top + box.height / 2 < rows[-1][0][0].top + rows[-1][0][0].height:
            rows[-1].append((box, one))
        else:
            rows.append([(box, one)])
    return [one for row in rows for _box, one in sorted(row, key=lambda line: line[0].left)]


def joined(places: Sequence[Where]) -> Where:
    """Return the seconds from the first to the last, or the box around those of the first picture."""
    first = places[0]
    if isinstance(first, Seconds):
        spoken = [place for place in places if isinstance(place, Seconds)]
        return Seconds(
            start_s=min(place.start_s for place in spoken), end_s=max(place.end_s for place in spoken)
        )
    if isinstance(first, Box):
        return _around([place for place in places if isinstance(place, Box) and place.at_s == first.at_s])
    return first


def _around(boxes: Sequence[Box]) -> Box:
    if len(boxes) == 1:
        return boxes[0]
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    return Box(left=left, top=top, width=right - left, height=bottom - top, at_s=boxes[0].at_s)


def _kind(finding: Finding) -> tuple[object, ...]:
    return finding.category, None if finding.match is None else finding.match.reference


def _picture(words: Words) -> float | None:
    """What one picture shows is told under one time; what is spoken is all of one voice track."""
    return words.where.at_s if isinstance(words.where, Box) else None


def _runs(pieces: Sequence[Words]) -> Iterator[Sequence[Words]]:
    """Cut pieces into runs of at most `MOST_WORDS` words, each beginning in the middle of the one before."""
    counts = [len(piece.text.split()) for piece in pieces]
    start = 0
    while start < len(pieces):
        end, words = start + 1, counts[start]
        while end < len(pieces) and words + counts[end] <= MOST_WORDS:
            words += counts[end]
            end += 1
        yield pieces[start:end]
        if end == len(pieces):
            return
        start = max(start + 1, (start + end) // 2)
