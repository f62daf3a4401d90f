"""
A text judged whole, clause by clause and sentence by sentence, by one look or by two.

The first look costs a few milliseconds; what it finds beyond doubt harmless passes.  Everything else a
transformer looks at again, and the two are weighed: each sees what the other misses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from safety.clauses import clauses, sentences
from safety.embedding import Encoder, Floats
from safety.heads import Heads
from safety.passage import Passage, wholes

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

    `spans` are the whole, its clauses and its sentences, in signs; `logits` (spans, 1 + categories) have the
    margin taken off the clauses; `heads` turn them into scores; `passages` are the looks they come from.
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
    Judge a text that has words: whole, clause by clause, and every sentence as if it stood alone.

    In its surroundings a harmful sentence sounds calmer the calmer they are.

    Raises:
        ModelUnavailable: the weights of a look that is needed are absent or damaged.
    """
    whole = _clause_by_clause(text, first, second)
    parts = [part for part in _sentences(text) if whole.passages[0].words(*part)]
    told = [whole, _apart(text, parts, first, second)] if parts else [whole]
    return Judgement(
        spans=tuple(span for one in told for span in one.spans),
        logits=np.concatenate([one.logits for one in told]),
        heads=whole.heads,
        passages=tuple(passage for one in told for passage in one.passages),
    )


def _clause_by_clause(text: str, first: Look, second: Look | None) -> Judgement:
    """Judge the whole and its clauses."""
    within, pieces = (0, len(text)), _pieces(text)
    told = _judged(Passage.of(text, within, first.encoder, first.heads), pieces)
    if second is None or told.harm < first.heads.doubt:
        return told
    return _weighed(told, _judged(Passage.of(text, within, second.encoder, second.heads), pieces))


def _apart(text: str, parts: Sequence[Span], first: Look, second: Look | None) -> Judgement:
    """Judge parts of a text, each as if it stood alone; those that the first look doubts by both."""
    told = _each(Passage.each(text, parts, first.encoder, first.heads))
    doubted = [part for part, harm in zip(parts, told.logits[:, 0], strict=True) if harm >= first.heads.doubt]
    if second is None or not doubted:
        return told
    return _weighed(told, _each(Passage.each(text, doubted, second.encoder, second.heads)))


def _each(passages: Sequence[Passage]) -> Judgement:
    return Judgement(
        spans=tuple(passage.within for passage in passages),
        logits=wholes(passages),
        heads=passages[0].heads,
        passages=tuple(passages),
    )


def _sentences(text: str) -> tuple[Span, ...]:
    found = tuple((sentence.start, sentence.end) for sentence in sentences(text))
    return found if len(found) > 1 else ()


def _pieces(text: str) -> tuple[Span, ...]:
    found = tuple((clause.start, clause.end) for clause in clauses(text))
    return found if len(found) > 1 else ()


def _judged(passage: Passage, pieces: Sequence[Span]) -> Judgement:
    """Judge what was looked at and those pieces of it that the look reached."""
    told = [(span, words) for span in pieces if (words := passage.words(*span))]
    logits = passage.logits([passage.seen.whole, *(passage.run(words) for _span, words in told)])
    spans = (passage.within, *(span for span, _words in told))
    logits[1:, 0] -= np.float32(passage.heads.margin)
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
