"""
Judgement of words by meaning: the detector `text.heads@3`.

A text has its disguises taken off and is judged whole and clause by clause, for a harmful clause hides in
a benign whole: by the sentence encoder first, and where that cannot rule harm out by the transformer too
(`safety.judgement`).  What is found is located in the text as its author wrote it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from policies.finding import Characters, Finding
from safety import heads as trained
from safety.detector import FLOOR, Text
from safety.detectors import lexicon as words
from safety.detectors.child_safety import CATEGORY, YOUNG, child_safety
from safety.embedding import Encoder, SentenceEncoder
from safety.heads import CATEGORIES, Heads
from safety.judgement import Judgement, Look, judge
from safety.models.store import ModelStore
from safety.normalise import skeleton
from safety.transformer.encoder import Transformer

_LOCATED_FROM = 0.4

_FEWEST_SHOUTED = 8
_SHOUTED = 0.6
"""Share of a text's letters from which its capitals say nothing."""

_STRUCTURED = re.compile(r'\s*[\[{].*"\s*:', re.DOTALL)
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"\s*:|"(?P<value>(?:[^"\\]|\\.)+)"', re.DOTALL)
"""A name of a field, or a value with what it says."""

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

    `encoder` looks first and `second`, where there is one, at what is left in doubt.  The heads and the
    lexicon are those that ship unless others are given; the lexicon only says who is young.
    What scores under `floor` is not told: a ranking of texts wants it lower than a decision.
    """

    encoder: Encoder
    second: Encoder | None = None
    heads: Heads | None = None
    second_heads: Heads | None = None
    lexicon: words.Lexicon | None = None
    floor: float = FLOOR
    name: str = "text.heads@3"
    categories: frozenset[str] = field(
        default=frozenset({*(said for said, _why in REPORTED.values()), *_PARTS.split(), CATEGORY, YOUNG}),
        repr=False,
    )

    @classmethod
    def of(cls, models: ModelStore, floor: float = FLOOR) -> TextHeads:
        """Return the detector over the weights that `models` keeps, both looks."""
        return cls(encoder=SentenceEncoder(models), second=Transformer(models), floor=floor)

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """
        Say what kinds of harm the text carries, strongest first, each where it is strongest.

        Raises:
            DetectorFailed: the weights are absent or damaged.
        """
        first, second = self._looks()
        for look in filter(None, (first, second)):
            look.encoder.load()
        found = sorted(self._harms(content, first, second), key=lambda finding: -finding.score)
        young = self._young(content)
        return (*child_safety((*found, *young)), *found, *young)

    def _young(self, content: Text) -> tuple[Finding, ...]:
        said = (self.lexicon or words.shipped()).findings(skeleton(content.text), content.part)
        return tuple(finding for finding in said if finding.category == YOUNG)[:1]

    def _looks(self) -> tuple[Look, Look | None]:
        first = Look(encoder=self.encoder, heads=self.heads or trained.shipped())
        if self.second is None:
            return first, None
        return first, Look(encoder=self.second, heads=self.second_heads or trained.shipped_second())

    def _harms(self, content: Text, first: Look, second: Look | None) -> Iterator[Finding]:
        plain = content.plain
        if not plain.text:
            return
        told = _heard(plain.text, first, second)
        scores = [told.heads.scores(row) for row in told.logits]
        narrowed = functools.cache(told.narrowed)
        for name in CATEGORIES:
            best = max(range(len(scores)), key=lambda row: scores[row][name])
            if scores[best][name] < self.floor:
                continue
            where = None
            if scores[best][name] >= _LOCATED_FROM:
                start, end = plain.span(*narrowed(_place(told, scores, best, name)))
                where = Characters(start=start, end=end, part=content.part)
            category, why = REPORTED[name]
            yield Finding(category=category, score=scores[best][name], why=why, where=where)


def _heard(text: str, first: Look, second: Look | None) -> Judgement:
    """
    Judge a text as it stands and, where it is structured, value by value: the worse counts.

    The values alone would not do: what stands beside the fields, or in their names, says something too.
    """
    readings = dict.fromkeys((text, told_fields(text)))
    judged = (judge(spoken(reading), first, second) for reading in readings)
    return max(judged, key=lambda told: told.harm)


def told_fields(text: str) -> str:
    """Return what a structured request tells, each value a sentence of its own, sign by sign."""
    if not _STRUCTURED.match(text):
        return text
    values = [found.span("value") for found in _STRINGS.finditer(text) if found["value"] is not None]
    signs = [" "] * len(text)
    for start, end in values:
        signs[start : end + 1] = [*text[start:end], "."]
    return "".join(signs) if values else text


def spoken(text: str) -> str:
    """Return a text as it would be said: what is shouted in capitals in small letters, sign by sign."""
    letters = sum(map(str.isalpha, text))
    quiet = text.lower()
    is_shouted = letters >= _FEWEST_SHOUTED and sum(map(str.isupper, text)) > _SHOUTED * letters
    return quiet if is_shouted and len(quiet) == len(text) else text


def _place(told: Judgement, scores: list[dict[str, float]], best: int, name: str) -> tuple[int, int]:
    """The worst span; where that is the whole, its worst clause, if it has clauses."""
    place = best or max(range(1, len(scores)), key=lambda row: scores[row][name], default=0)
    return told.spans[place]
