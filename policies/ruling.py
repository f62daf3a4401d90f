"""What the policy answers."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from policies.finding import Stage, Where


class Verdict(enum.IntEnum):
    """What the policy answers; a larger value is stricter, so ``max`` wins."""

    ALLOW = 0
    LABEL = 1
    REVIEW = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        """The word that clients see: ``allow``, ``label``, ``review`` or ``block``."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence in the languages we speak."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """The sentence in `language` (a BCP 47 tag); English where we do not speak it."""
        return self.fr if language.lower().startswith("fr") else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """
    Why a verdict fell: one rule that fired.

    `error_code` is the ``error.code`` that a refusal for this reason carries; `is_vague` says that the
    place is not shown to the creator; `score` and `threshold` go to reviewers and auditors only.
    """

    rule: str
    verdict: Verdict
    category: str
    stage: Stage
    ground: str
    why: Sentence
    advice: Sentence
    error_code: str
    is_vague: bool = False
    detector: str | None = None
    where: Where | None = None
    score: float | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """
    The policy's answer, with every reason that fired, strictest first.

    `unchecked` names the categories nobody could look for; it is told, and holds where they are severe.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    unchecked: tuple[str, ...]
    policy_digest: str

    @property
    def labels(self) -> frozenset[str]:
        """The categories that what is released under this ruling says of itself."""
        return frozenset(reason.category for reason in self.reasons if reason.verdict is Verdict.LABEL)
