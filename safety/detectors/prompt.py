"""
Judgement of words by meaning: the detector `text.heads@1`.

A text has its disguises taken off, is looked at once by the sentence encoder, and is judged whole and
clause by clause: a harmful clause hides in a benign whole.  A clause alone says less than a text, so its
logits count by a margin less.  What is found is located in the text as its author wrote it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from policies.finding import Characters, Finding
from safety import heads as trained
from safety.clauses import clauses
from safety.detector import Text
from safety.detectors import lexicon as words
from safety.detectors.child_safety import CATEGORY, YOUNG, child_safety
from safety.embedding import Floats, SentenceEncoder
from safety.heads import CATEGORIES, Heads
from safety.normalise import normalise, skeleton
from safety.passage import Passage

FLOOR = 0.1
"""Scores below it are not worth a line of evidence: no policy line reaches so low."""

_LOCATED_FROM = 0.4

REPORTED = {
    "sexual": ("sexual", "reads as sexual content"),
    # The seeds of this head are cruelty and gore, not conflict as such.
    "violence": ("violence.graphic", "reads as graphic violence or cruelty"),
    "extremism": ("extremism", "reads as praise of violent extremism, or a call to it"),
    "hate": ("hate", "reads as contempt for a group of people"),
    "self_harm": ("self_harm", "reads as encouraging, explaining or showing self-harm"),
    "illicit": ("illicit", "reads as showing a crime, or helping with one"),
    "harassment": ("harassment", "reads as an attack on a person"),
}
"""For each head, the category of the taxonomy it speaks of, and what is said of it."""

_PARTS = (
    "sexual.nudity sexual.explicit sexual.suggestive violence violence.incitement extremism.praise "
    "extremism.recruitment extremism.symbols harassment.threat harassment.bullying self_harm.promotion "
    "self_harm.instructions self_harm.depiction illicit.weapons illicit.drugs illicit.instructions"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextHeads:
    """
    Looks for harm of seven kinds, in any of the encoder's sixteen languages, best in English and French.

    `heads` and `lexicon` are those that ship unless others are given; the lexicon only says who is young.
    What scores under `floor` is not told: a ranking of texts wants it lower than a decision.
    """

    encoder: SentenceEncoder
    heads: Heads | None = None
    lexicon: words.Lexicon | None = None
    floor: float = FLOOR
    name: str = "text.heads@1"
    categories: frozenset[str] = field(
        default=frozenset({*(said for said, _why in REPORTED.values()), *_PARTS.split(), CATEGORY, YOUNG}),
        repr=False,
    )

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """
        Say what kinds of harm the text carries, strongest first, each where it is strongest.

        Raises:
            DetectorFailed: the weights are absent or damaged.
        """
        heads = self.heads or trained.shipped()
        self.encoder.load()
        found = sorted(self._harms(content, heads), key=lambda finding: -finding.score)
        young = self._young(content)
        return (*child_safety((*found, *young)), *found, *young)

    def _young(self, content: Text) -> tuple[Finding, ...]:
        said = (self.lexicon or words.shipped()).findings(skeleton(content.text), content.part)
        return tuple(finding for finding in said if finding.category == YOUNG)[:1]

    def _harms(self, content: Text, heads: Heads) -> Iterator[Finding]:
        plain = normalise(content.text)
        if not plain.text:
            return
        passage = Passage.of(plain.text, self.encoder, heads)
        spans, logits = judged(passage)
        scores = [heads.scores(row) for row in logits]
        narrowed = functools.cache(passage.narrowed)
        for name in CATEGORIES:
            best = max(range(len(scores)), key=lambda row: scores[row][name])
            if scores[best][name] < self.floor:
                continue
            where = None
            if scores[best][name] >= _LOCATED_FROM:
                # The whole may be worst of all; then its worst clause is the place, if it has clauses.
                place = best or max(range(1, len(scores)), key=lambda row: scores[row][name], default=0)
                start, end = plain.span(*narrowed(*spans[place]))
                where = Characters(start=start, end=end, part=content.part)
            category, why = REPORTED[name]
            yield Finding(category=category, score=scores[best][name], why=why, where=where)


def judged(passage: Passage) -> tuple[list[tuple[int, int]], Floats]:
    """Return the spans of the whole and of each clause, and their logits, the margin taken off clauses."""
    pieces = [(clause.start, clause.end) for clause in clauses(passage.text)]
    told = [(span, found) for span in pieces if (found := passage.words(*span))] if len(pieces) > 1 else []
    logits = passage.logits([passage.seen.whole, *(passage.run(found) for _span, found in told)])
    logits[1:, 0] -= np.float32(passage.heads.margin)
    return [(0, len(passage.text)), *(span for span, _found in told)], logits
