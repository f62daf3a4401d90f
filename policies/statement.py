"""
The statement of reasons that the Digital Services Act asks for.

Source: Regulation (EU) 2022/2065, article 17; what a field may hold is told in `policies.statement_rules`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from policies.bundle import Policy
from policies.facts import Surface
from policies.finding import Box, Characters, Where
from policies.ruling import Reason, Ruling, Sentence, Verdict
from policies.statement_rules import GROUNDS, LONGEST_EXPLANATION, LONGEST_FACTS, LONGEST_NAME
from policies.wire import Json

_CLIP = ("VIDEO", "AUDIO", "SYNTHETIC_MEDIA")
_NOT_MADE = Sentence(en="The clip was not made.", fr="La vidéo n’a pas été créée.")
_WAITS = Sentence(
    en="The clip waits for a person’s decision.", fr="La vidéo attend la décision d’une personne."
)
_FOUND = Sentence(en="What was found: {}", fr="Ce qui a été constaté : {}")
_BY_PERSON = Sentence(en="A person took the decision.", fr="Une personne a pris la décision.")
_BY_POLICY = Sentence(
    en="The decision was taken by automated means, by published rules.",
    fr="La décision a été prise par des moyens automatisés, selon des règles publiées.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """
    What a statement tells beside its ruling.

    `puid` names it for ever; `content_date` is the day of the request or the clip, `applied_on` that of the
    decision; `by_person` where somebody decided by hand; `with_picture` where a picture came with a prompt.
    """

    puid: str
    surface: Surface
    content_date: dt.date
    applied_on: dt.date
    by_person: bool
    with_picture: bool = False

    @property
    def is_hosted(self) -> bool:
        """Whether there was something hosted: a refusal before generation is not for the database."""
        return self.surface is not Surface.PROMPT


def statement_of_reasons(policy: Policy, ruling: Ruling, stated: Stated, language: str) -> dict[str, Json]:
    """
    Return the statement as the Commission's database takes it; it holds no personal data.

    Raises:
        ValueError: the ruling restricts nothing, so there is nothing to state.
    """
    if ruling.verdict is Verdict.ALLOW or not ruling.reasons:
        raise ValueError("what is allowed needs no statement of reasons")
    first = ruling.reasons[0]
    named = policy.statement_category(first)
    keywords: list[Json] = [f"KEYWORD_{word}" for word in named.keywords]
    return {
        "puid": stated.puid,
        **_visibility(ruling.verdict, stated, language),
        **_ground(policy, first, language),
        "category": f"STATEMENT_CATEGORY_{named.category}",
        "category_specification": keywords,
        "content_type": [f"CONTENT_TYPE_{name}" for name in _content_types(stated)],
        "content_date": stated.content_date.isoformat(),
        "application_date": stated.applied_on.isoformat(),
        "decision_facts": _facts(ruling, stated, language),
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": f"AUTOMATED_DECISION_{'NOT_AUTOMATED' if stated.by_person else 'FULLY'}",
    }


def _visibility(verdict: Verdict, stated: Stated, language: str) -> dict[str, Json]:
    if verdict is Verdict.LABEL:
        return {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_LABELLED"]}
    if stated.is_hosted:
        return {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"]}
    done = _WAITS if verdict is Verdict.REVIEW else _NOT_MADE
    return {
        "decision_visibility": ["DECISION_VISIBILITY_OTHER"],
        "decision_visibility_other": done.in_language(language),
    }


def _content_types(stated: Stated) -> tuple[str, ...]:
    if stated.is_hosted:
        return _CLIP
    return ("TEXT", "IMAGE") if stated.with_picture else ("TEXT",)


def _ground(policy: Policy, reason: Reason, language: str) -> dict[str, Json]:
    ground = policy.taxonomy.grounds[reason.ground]
    kind = "ILLEGAL" if ground.is_illegal else "INCOMPATIBLE"
    explanation = f"{kind.lower()}_content_explanation"
    why = f"{reason.why.in_language(language)} {reason.advice.in_language(language)}"
    return {
        "decision_ground": f"DECISION_GROUND_{kind}_CONTENT",
        GROUNDS[kind]: ground.title.in_language(language)[:LONGEST_NAME],
        explanation: why[:LONGEST_EXPLANATION],
    }


def _facts(ruling: Ruling, stated: Stated, language: str) -> str:
    """Say what was found and where, and who decided; of a vague reason not where."""
    found = "; ".join(dict.fromkeys(_told(reason, language) for reason in ruling.reasons))
    decided = (_BY_PERSON if stated.by_person else _BY_POLICY).in_language(language)
    room = LONGEST_FACTS - len(decided) - 1
    return f"{_FOUND.in_language(language).format(found)[:room]} {decided}"


def _told(reason: Reason, language: str) -> str:
    place = None if reason.is_vague else _place(reason.where, language)
    why = reason.why.in_language(language)
    return why if place is None else f"{why} ({place})"


def _place(where: Where | None, language: str) -> str | None:
    is_french = language.startswith("fr")
    if where is None:
        return None
    if isinstance(where, Characters):
        frame = "caractères {} à {}" if is_french else "characters {} to {}"
        return frame.format(where.start + 1, where.end)
    if isinstance(where, Box):
        at = where.at_s
        return None if at is None else (f"à {at:.1f} s" if is_french else f"at {at:.1f} s")
    return f"{where.start_s:.1f}\u2013{where.end_s:.1f} s"
