"""
Writing that hides something from its reader: a finding of its own, never a measure of harm.

Each way of hiding weighs something, and several weigh together as independent chances do: one invisible sign
comes out of any word processor, but invisible signs between letters of two scripts come out of an intention.
"""

from __future__ import annotations

import math

from policies.finding import Finding
from safety.detector import Text
from safety.normalise import Suspicion

CATEGORY = "hidden_writing"

_WEIGHTS = {
    Suspicion.LEET: 0.1,
    Suspicion.STYLED_LETTERS: 0.1,
    Suspicion.BROKEN_ENCODING: 0.1,
    Suspicion.SPACED_LETTERS: 0.2,
    Suspicion.STACKED_MARKS: 0.2,
    Suspicion.ENCODED: 0.2,
    Suspicion.ZERO_WIDTH: 0.3,
    Suspicion.BIDI: 0.3,
    Suspicion.SCRIPT_MIX: 0.3,
    Suspicion.HIDDEN_TEXT: 0.6,
}
_TOLD = {
    Suspicion.LEET: "figures for letters",
    Suspicion.STYLED_LETTERS: "styled letters",
    Suspicion.BROKEN_ENCODING: "a broken encoding",
    Suspicion.SPACED_LETTERS: "letters set apart",
    Suspicion.STACKED_MARKS: "stacked marks",
    Suspicion.ENCODED: "something encoded",
    Suspicion.ZERO_WIDTH: "invisible signs within words",
    Suspicion.BIDI: "signs that turn the reading direction",
    Suspicion.SCRIPT_MIX: "letters of several scripts in a word",
    Suspicion.HIDDEN_TEXT: "a text in invisible signs",
}
_DECODED = 0.5
"""What a text within the text weighs; it is judged by itself as well."""


class HiddenWriting:
    """Says how a text hides what it says; a single finding, without a place."""

    name = "text.hidden-writing@1"
    categories = frozenset({CATEGORY})

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """Say that writing is hidden, and in which ways; nothing of a text that hides nothing."""
        ways = sorted(content.plain.suspicions, key=lambda way: -_WEIGHTS[way])
        hidden = content.payloads
        weights = [*(_WEIGHTS[way] for way in ways), *([_DECODED] if hidden else [])]
        if not weights:
            return ()
        told = [_TOLD[way] for way in ways] + [f"a text in {one.encoding}" for one in hidden[:1]]
        score = 1.0 - math.prod(1.0 - weight for weight in weights)
        return (Finding(category=CATEGORY, score=round(score, 2), why=f"has {', '.join(told)}"),)
