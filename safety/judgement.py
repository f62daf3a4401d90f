"""
A text judged whole and clause by clause, by one look or by two.

The first look costs a few milliseconds; what it finds beyond doubt harmless passes.  Everything else a
transformer looks at again, and the two are weighed: each sees what the other misses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from safety.clauses import clauses
from safety.embedding import Encoder, Floats
from safety.heads import Heads
from safety.passage import Passage

FIRST_SHARE = np.float32(0.4)
"""What the first look weighs beside the second; why so much, docs/design/heads.md says."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An encoder, and the heads that judge what it sees."""

    encoder: Encoder
    heads: Heads


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgement:
    """
    What was thought of a text.

    `spans` are the whole and its clauses, in signs; `logits` (spans, 1 + categories) have the margin taken
    off the clauses; `heads` turn them into scores; `passages` are the looks they come from.
    """

    spans: tuple[Span, ...]
    logits: Floats
    heads: Heads
    passages: tuple[Passage, ...]

    @property
    def harm(self) -> float:
        """The logit of harm of the worst of the spans."""
        return float(self.logits[:, 0].max())

    def narrowed(self, span: Span) -> Span:
        """Return the fewest neighbouring words of `span` that carry its harm, by the look that sees most."""
        worst = max(self.passages, key=lambda passage: passage.harm(*span))
        return worst.narrowed(*span)


def judge(text: str, first: Look, second: Look | None) -> Judgement:
    """
    Judge a text that has words.

    Raises:
        ModelUnavailable: the weights of a look that is needed are absent or damaged.
    """
    pieces = _pieces(text)
    told = _judged(Passage.of(text, first.encoder, first.heads), pieces)
    if second is None or told.harm < first.heads.doubt:
        return told
    return _weighed(told, _judged(Passage.of(text, second.encoder, second.heads), pieces))


def _pieces(text: str) -> tuple[Span, ...]:
    found = tuple((clause.start, clause.end) for clause in clauses(text))
    return found if len(found) > 1 else ()


def _judged(passage: Passage, pieces: Sequence[Span]) -> Judgement:
    """Judge the whole and those pieces that the look reached."""
    told = [(span, words) for span in pieces if (words := passage.words(*span))]
    logits = passage.logits([passage.seen.whole, *(passage.run(words) for _span, words in told)])
    logits[1:, 0] -= np.float32(passage.heads.margin)
    spans = ((0, len(passage.text)), *(span for span, _words in told))
    return Judgement(spans=spans, logits=logits, heads=passage.heads, passages=(passage,))


def _weighed(first: Judgement, second: Judgement) -> Judgement:
    """What both looks say of each span; one that the second did not reach keeps what the first says."""
    seen = dict(zip(second.spans, second.logits, strict=True))
    logits = [
        FIRST_SHARE * row + (1 - FIRST_SHARE) * seen.get(span, row)
        for span, row in zip(first.spans, first.logits, strict=True)
    ]
    return Judgement(
        spans=first.spans,
        logits=np.stack(logits),
        heads=second.heads,
        passages=(*first.passages, *second.passages),
    )
