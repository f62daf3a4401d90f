"""What judging by one look or by two promises."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from safety.embedding import Places, TokenFeatures
from safety.heads import CATEGORIES, Heads
from safety.judgement import FIRST_SHARE, Look, judge

TEXT = "the sun rises over the harbour. then blood is everywhere on the floor. a girl feeds the gulls."


@dataclass
class Words:
    """An encoder that sees one number a word: what the word weighs."""

    weights: dict[str, float]
    most: int = 1000
    looked: int = 0

    def load(self) -> None:
        """There is nothing to read."""

    def features(self, segments: Sequence[str]) -> TokenFeatures:
        self.looked += 1
        kept = list(segments)[: self.most]
        rows = np.array([[0.0], *([self.weights.get(word, 0.0)] for word in kept), [0.0]], np.float32)
        places = [slice(min(n, len(kept)) + 1, min(n + 1, len(kept)) + 1) for n in range(len(segments))]
        return TokenFeatures(rows=rows, segments=tuple(places))

    def each(self, texts: Sequence[Sequence[str]]) -> list[TokenFeatures]:
        return [self.features(segments) for segments in texts]

    def pool(self, seen: TokenFeatures, chosen: Sequence[Places]) -> np.ndarray:
        return np.array([[seen.rows[places].sum()] for places in chosen], np.float32)


class Sum(Heads):
    """Heads whose logit of harm is the weight of the words."""

    def judge(self, vectors, rows, chosen):
        return np.concatenate([vectors, np.zeros((len(vectors), len(CATEGORIES)), np.float32)], 1)


def look(weights: dict[str, float], **calibration: float) -> Look:
    heads = Sum(members=(), **{"slope": 1.0, "offset": 0.0, "margin": 1.0, **calibration})
    return Look(encoder=Words(weights), heads=heads)


def test_one_look_takes_the_worst_span() -> None:
    """The whole counts in full, a clause by a margin less, and the worst of them is the text's harm."""
    text = "the sun rises over the harbour, then blood is everywhere on the floor"
    told = judge(text, look({"blood": 5.0, "sun": -3.0}), None)
    assert (0, len(text)) == told.spans[0]
    assert 4.0 == pytest.approx(told.harm)
    worst = told.spans[int(told.logits[:, 0].argmax())]
    assert text[slice(*worst)].startswith("then blood")


def test_a_second_look_is_taken_in_doubt_only() -> None:
    """Where the first look is sure of harmlessness, of the whole or of a sentence, the second is not asked."""
    for doubt, expected in ((-1.0, 4), (1.0, 2), (2.0, 2), (2.1, 0)):
        second = look({"blood": 4.0})
        judge(TEXT, look({"blood": 2.0}, doubt=doubt), second)
        assert expected == second.encoder.looked


def test_both_looks_are_weighed() -> None:
    """What the second look says of a span weighs more than what the first said, on the second's scale."""
    second = look({"blood": 1.0})
    told = judge(TEXT, look({"blood": 6.0}), second)
    assert float(FIRST_SHARE) * 6.0 + (1 - float(FIRST_SHARE)) * 1.0 == pytest.approx(told.harm)
    assert told.heads is second.heads


def test_surroundings_calm_no_sentence() -> None:
    """A sentence counts in full, as if it stood alone, whatever the whole and its clauses sound like."""
    for around in ("sun", "gulls"):
        told = judge(TEXT, look({"blood": 5.0, around: -9.0}), None)
        assert 5.0 == pytest.approx(told.harm)


def test_one_sentence_is_heard_once() -> None:
    """A text of one sentence is not judged again."""
    one = look({"blood": 1.0})
    judge("then blood is everywhere on the floor", one, None)
    assert 1 == one.encoder.looked


def test_work_ends_where_the_first_look_ends() -> None:
    """Sentences beyond what an encoder reaches of the whole are not looked at."""
    one = replace(look({}), encoder=Words({}, most=7))
    judge(TEXT * 50, one, None)
    assert 3 == one.encoder.looked


def test_what_a_look_did_not_reach_is_left_to_the_other() -> None:
    """A clause beyond the second look's bound keeps what the first says of it."""
    second = look({"blood": 6.0})
    short = replace(second, encoder=Words({"blood": 6.0}, most=5))
    told = judge(
        "calm calm calm calm calm then blood is everywhere on the floor", look({"blood": 4.0}), short
    )
    assert 3.0 == pytest.approx(told.harm)


def test_the_place_is_of_the_look_that_sees_more() -> None:
    """What is narrowed is narrowed by the look whose score is higher."""
    second = look({"blood": 6.0, "everywhere": 5.0}, offset=-2.0)
    told = judge(TEXT, look({"sun": 1.0, "rises": 1.0}, offset=-2.0), second)
    span = told.narrowed((0, len(TEXT)))
    assert "blood" in TEXT[slice(*span)]
    assert len(TEXT[slice(*span)].split()) <= 5
