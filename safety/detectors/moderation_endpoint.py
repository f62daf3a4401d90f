"""A server of OpenAI's Moderations API, asked as one detector among others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from policies.finding import Finding
from safety.detector import Text
from safety.detectors.labels import categories_of, findings, moderation_labels
from safety.errors import DetectorFailed

Ask = Callable[[str], Mapping[str, float]]
"""Sends one text and returns the server's `category_scores`, from 0 to 1; raises DetectorFailed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationEndpoint:
    """
    Tells the server's scores in our categories; it gives no place.

    The text leaves this machine: whoever sets it up answers for that.
    """

    ask: Ask = field(repr=False)
    name: str = "text.moderation@1"
    categories: frozenset[str] = field(default=categories_of(moderation_labels()), repr=False)

    def examine(self, content: Text, /) -> tuple[Finding, ...]:
        """
        Say what the server scores.

        Raises:
            DetectorFailed: it did not answer, or left out a category: what it has not judged is not absent.
        """
        if not content.text.strip():
            return ()
        scores = self.ask(content.text)
        if missing := sorted(set(moderation_labels()) - set(scores)):
            raise DetectorFailed(f"the moderation server says nothing of {', '.join(missing)}")
        known = {label: scores[label] for label in moderation_labels()}
        return findings(known, moderation_labels(), "so judges the moderation server")
