"""A ruling in the words of our clients: the video object's `reasons` and OpenAI's moderation answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from policies.bundle import Policy
from policies.finding import Box, Characters, Evidence, Reading, Where
from policies.ruling import Reason, Ruling, Verdict
from policies.taxonomy import MODERATION_CATEGORIES

Json: TypeAlias = "bool | float | str | list[Json] | dict[str, Json] | None"


def client_reasons(ruling: Ruling, *, language: str, appeal_url: str | None) -> list[dict[str, Json]]:
    """
    Return the reasons as a creator may see them, strictest first: no score, no threshold, no detector.

    A vague reason has no place.  `language` is a BCP 47 tag; equal reasons at several places stay apart,
    so that each place can be marked, but one that would read the same and point nowhere is told once.
    `appeal_url` is None where there is no decision yet.
    """
    told = (_reason(reason, language, appeal_url, ruling.policy_digest) for reason in ruling.reasons)
    return list({str(reason): reason for reason in told}.values())


def reviewer_reasons(
    policy: Policy, ruling: Ruling, *, language: str, appeal_url: str | None
) -> list[dict[str, Json]]:
    """Return the reasons as reviewers and auditors see them; only what is sealed keeps its place."""
    found = []
    for reason in ruling.reasons:
        told = _reason(reason, language, appeal_url, ruling.policy_digest)
        told["where"] = None if policy.is_sealed(reason.category) else place_of(reason.where)
        told |= {
            "verdict": reason.verdict.word,
            "ground": reason.ground,
            "detector": reason.detector,
            "score": reason.score,
            "threshold": reason.threshold,
        }
        found.append(told)
    return found


def _reason(reason: Reason, language: str, appeal_url: str | None, digest: str) -> dict[str, Json]:
    return {
        "rule": reason.rule,
        "category": reason.category,
        "stage": reason.stage.value,
        "where": None if reason.is_vague else place_of(reason.where),
        "why": reason.why.in_language(language),
        "advice": reason.advice.in_language(language),
        "policy_version": digest,
        "appeal_url": appeal_url,
    }


def place_of(where: Where | None) -> dict[str, Json] | None:
    """
    Return a place as clients read it; None where the whole was judged.

    ``chars`` is a half-open span of code points with the ``part`` it counts in; ``seconds`` a stretch of the
    clip (a box in a frame names its moment as both ends); ``box`` is left, top, width, height as fractions.
    """
    if where is None:
        return None
    if isinstance(where, Characters):
        return {"chars": [where.start, where.end], "part": where.part}
    if isinstance(where, Box):
        box: dict[str, Json] = {"box": [where.left, where.top, where.width, where.height]}
        return box if where.at_s is None else box | {"seconds": [where.at_s, where.at_s]}
    return {"seconds": [where.start_s, where.end_s]}


def openai_moderation(policy: Policy, evidence: Evidence, ruling: Ruling) -> dict[str, Json]:
    """
    Return one item of OpenAI's moderation ``results``.

    `flagged` says that the policy would hold or block; a category is flagged where a reason that does so
    counts for it (unseen severe ones included).  Scores are those found, whether or not they led to anything.
    """
    stopping = [reason for reason in ruling.reasons if reason.verdict >= Verdict.REVIEW]
    flagged = {name for reason in stopping for name in policy.moderation_categories(reason)}
    scores = dict.fromkeys(MODERATION_CATEGORIES, 0.0)
    given = [(_moderated(policy, finding.category), finding.score) for finding in evidence.findings]
    given += [(policy.moderation_categories(reason), reason.score or 0.0) for reason in stopping]
    for names, score in given:
        for name in names:
            scores[name] = max(scores[name], score)
    applied = _input_types(policy, evidence.readings)
    return {
        "flagged": bool(stopping),
        "categories": {name: name in flagged for name in MODERATION_CATEGORIES},
        "category_scores": dict(scores),
        "category_applied_input_types": {name: list(applied[name]) for name in MODERATION_CATEGORIES},
    }


def _moderated(policy: Policy, category: str) -> tuple[str, ...]:
    known = policy.taxonomy.categories.get(category)
    return known.openai if known else ()


def _input_types(policy: Policy, readings: Iterable[Reading]) -> dict[str, list[str]]:
    """
    Tell in which inputs each category was looked for; words read from a picture are of the picture.

    For some categories OpenAI's answer knows texts alone: there such words count as text, and what only
    pictures show is told by the category and its score.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        reads = policy.looks.medium(reading.detector) == "text"
        for category in reading.categories if reading.failure is None else ():
            for name in _moderated(policy, category):
                if name not in _PICTURED and not reads:
                    continue
                is_text = reads and ("/" not in reading.detector or name not in _PICTURED)
                found[name].add("text" if is_text else "image")
    return defaultdict(list, {name: sorted(types, reverse=True) for name, types in found.items()})


_PICTURED = frozenset(
    {
        "self-harm",
        "self-harm/instructions",
        "self-harm/intent",
        "sexual",
        "violence",
        "violence/graphic",
    }
)
"""The categories that OpenAI's answer may tell of pictures."""
