"""A ruling as recorded: who decided, when, on what evidence."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.facts import AgeBand, Facts, Surface, Tier
from policies.finding import Stage
from policies.ruling import Reason, Ruling, Sentence, Verdict
from safety.evidence import where_as_json, where_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    What was answered about a submission or a clip, and everything needed to answer it again.

    `subject_type` is ``submission`` or ``video``; `reviewer_id` is None where nobody but the policy decided;
    `evidence_digest` names the evidence, `detector_versions` what looked.
    """

    id: str
    account_id: str
    subject_type: str
    subject_id: str
    surface: Surface
    ruling: Ruling
    evidence_digest: str
    detector_versions: tuple[str, ...]
    decided_at: dt.datetime
    reviewer_id: str | None = None


def reason_as_json(reason: Reason) -> dict[str, Any]:
    """Return a reason whole, scores included: what is stored, not what a creator sees."""
    return {
        **{name: getattr(reason, name) for name in _PLAIN},
        "verdict": reason.verdict.word,
        "stage": reason.stage.value,
        "why": dataclasses.asdict(reason.why),
        "advice": dataclasses.asdict(reason.advice),
        "where": where_as_json(reason.where),
    }


def reason_from_json(stored: Mapping[str, Any]) -> Reason:
    """Return the reason that `reason_as_json` gave."""
    return Reason(
        **{name: stored[name] for name in _PLAIN},
        verdict=Verdict[stored["verdict"].upper()],
        stage=Stage(stored["stage"]),
        why=Sentence(**stored["why"]),
        advice=Sentence(**stored["advice"]),
        where=where_from_json(stored["where"]),
    )


def facts_as_json(facts: Facts) -> dict[str, Any]:
    """Return what a decision was told, as plain JSON values."""
    given = {field.name: getattr(facts, field.name) for field in dataclasses.fields(facts)}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in given.items()}


def facts_from_json(stored: Mapping[str, Any]) -> Facts:
    """Return the facts that `facts_as_json` gave."""
    given: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in stored.items()
    }
    words = {"surface": Surface, "tier": Tier, "age_band": AgeBand}
    return Facts(**given | {name: kind(stored[name]) for name, kind in words.items()})


_PLAIN = ("rule", "category", "ground", "error_code", "is_vague", "detector", "score", "threshold")
