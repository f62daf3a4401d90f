"""A text looked at once, any run of whose words can then be judged or left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from safety.embedding import Encoder, Floats, Places, TokenFeatures
from safety.heads import Heads

STOPS = ".。"
"""Full stops: what ends with one means what it means without."""

_WORDS = re.compile(r"\S+")
_MOST_LOCATED_WORDS = 24
_WIDEST = 5
_HARMLESS = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """
    A text, or a part of it, after one pass of the encoder, with what judges it.

    `within` is what was looked at, as if nothing stood around it; `spans` are its words as half-open spans of
    the text's characters; `seen.segments` their tokens, in the same order.
    """

    text: str
    within: tuple[int, int]
    spans: tuple[tuple[int, int], ...]
    seen: TokenFeatures
    encoder: Encoder
    heads: Heads

    @classmethod
    def of(cls, text: str, within: tuple[int, int], encoder: Encoder, heads: Heads) -> Passage:
        """
        Look at the characters of `text` from the first of `within` to the second.

        Raises:
            ModelUnavailable: the encoder's weights are absent or damaged.
        """
        return cls.each(text, [within], encoder, heads)[0]

    @classmethod
    def each(
        cls, text: str, parts: Sequence[tuple[int, int]], encoder: Encoder, heads: Heads
    ) -> list[Passage]:
        """
        Look at several parts of `text`, each as if it stood alone.

        Raises:
            ModelUnavailable: the encoder's weights are absent or damaged.
        """
        words = [tuple(_words(text, part)) for part in parts]
        looks = encoder.each([[text[start:end] for start, end in spans] for spans in words])
        return [
            cls(text=text, within=part, spans=spans, seen=seen, encoder=encoder, heads=heads)
            for part, spans, seen in zip(parts, words, looks, strict=True)
        ]

    def words(self, start: int, end: int) -> list[int]:
        """Return the numbers of the words that begin within a span of characters and have tokens."""
        return [
            number
            for number, (place, tokens) in enumerate(zip(self.spans, self.seen.segments, strict=True))
            if start <= place[0] < end and tokens.stop > tokens.start
        ]

    def run(self, words: Sequence[int]) -> slice:
        """Return the tokens from the first to the last of `words`."""
        return slice(self.seen.segments[words[0]].start, self.seen.segments[words[-1]].stop)

    def logits(self, chosen: Sequence[Places]) -> Floats:
        """Return the logits of each choice of tokens, (chosen, 1 + categories)."""
        return self.heads.logits(self.encoder, self.seen, chosen)

    def harm(self, start: int, end: int) -> float:
        """Return the score of harm of a span of characters, 0 where it has no words."""
        words = self.words(start, end)
        return max(self.heads.scores(self.logits([self.run(words)])[0]).values()) if words else 0.0

    def narrowed(self, start: int, end: int) -> tuple[int, int]:
        """
        Return the fewest neighbouring words of a span without which it would no longer be harmful.

        At most five words are left out at a time; where that never suffices the span itself is the answer.
        """
        words = self.words(start, end)[:_MOST_LOCATED_WORDS]
        if self.harm(start, end) < _HARMLESS:
            return start, end
        for width in range(1, min(_WIDEST, len(words) - 2) + 1):
            runs = [words[first : first + width] for first in range(len(words) - width + 1)]
            left = self.logits([self._without(words, run) for run in runs])
            best = int(np.argmin(left[:, 0]))  # the score of harm rises with its logit
            if max(self.heads.scores(left[best]).values()) < _HARMLESS:
                return self.spans[runs[best][0]][0], self.spans[runs[best][-1]][1]
        return start, end

    def _without(self, words: Sequence[int], run: Sequence[int]) -> Places:
        """The tokens of `words` but those of a run of them; the tokens of words follow each other."""
        all_of, left_out = self.run(words), self.run(run)
        before = np.arange(all_of.start, left_out.start)
        return np.concatenate([before, np.arange(left_out.stop, all_of.stop)])


def wholes(passages: Sequence[Passage]) -> Floats:
    """Return the logits of each of some passages of one look as a whole, (passages, 1 + categories)."""
    rows = [passage.seen.rows for passage in passages]
    ends = np.cumsum([len(part) for part in rows]).tolist()
    chosen = [slice(end - len(part), end) for end, part in zip(ends, rows, strict=True)]
    seen = TokenFeatures(rows=np.concatenate(rows), segments=())
    return passages[0].heads.logits(passages[0].encoder, seen, chosen)


def _words(text: str, within: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The words of a part, without a full stop at its end: not everybody writes one, and it says nothing."""
    found = [one.span() for one in _WORDS.finditer(text, *within)]
    yield from found[:-1]
    for start, end in found[-1:]:
        bare = len(text[start:end].rstrip(STOPS))
        if bare or len(found) == 1:
            yield start, start + bare if bare else end
