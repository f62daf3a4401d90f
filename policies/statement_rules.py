"""
What the Commission's database takes of a statement of reasons, checked as its validator does.

Source: Regulation (EU) 2022/2065, article 24(5); the fields, values and limits of the DSA Transparency
Database's API.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping

CATEGORIES = frozenset(
    {
        "ANIMAL_WELFARE",
        "CONSUMER_INFORMATION",
        "CYBER_VIOLENCE",
        "CYBER_VIOLENCE_AGAINST_WOMEN",
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "ILLEGAL_OR_HARMFUL_SPEECH",
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "NOT_SPECIFIED_NOTICE",
        "OTHER_VIOLATION_TC",
        "PROTECTION_OF_MINORS",
        "RISK_FOR_PUBLIC_SECURITY",
        "SCAMS_AND_FRAUD",
        "SELF_HARM",
        "UNSAFE_AND_PROHIBITED_PRODUCTS",
        "VIOLENCE",
    }
)
CONTENT_TYPES = frozenset({"APP", "AUDIO", "IMAGE", "OTHER", "PRODUCT", "SYNTHETIC_MEDIA", "TEXT", "VIDEO"})
VISIBILITIES = frozenset(
    {
        "CONTENT_REMOVED",
        "CONTENT_DISABLED",
        "CONTENT_DEMOTED",
        "CONTENT_AGE_RESTRICTED",
        "CONTENT_INTERACTION_RESTRICTED",
        "CONTENT_LABELLED",
        "OTHER",
    }
)
_MONETARY = frozenset({"SUSPENSION", "TERMINATION", "OTHER"})
_PROVISIONS = frozenset(
    {"PARTIAL_SUSPENSION", "TOTAL_SUSPENSION", "PARTIAL_TERMINATION", "TOTAL_TERMINATION"}
)
_ACCOUNTS = frozenset({"SUSPENDED", "TERMINATED"})
_SOURCES = frozenset({"ARTICLE_16", "TRUSTED_FLAGGER", "TYPE_OTHER_NOTIFICATION", "VOLUNTARY"})
_AUTOMATED = frozenset({"FULLY", "PARTIALLY", "NOT_AUTOMATED"})
GROUNDS = {"ILLEGAL": "illegal_content_legal_ground", "INCOMPATIBLE": "incompatible_content_ground"}
"""The field that names the ground, by its kind."""

_PUID = re.compile(r"[a-zA-Z0-9_-]{1,500}")
_KEYWORD = re.compile(r"KEYWORD_[A-Z_]+")
_EARLIEST = dt.date(2020, 1, 1)
LONGEST_FACTS, LONGEST_EXPLANATION, LONGEST_NAME = 5000, 2000, 500


def faults(statement: Mapping[str, object]) -> list[str]:
    """Return what the Commission's validator would refuse, each as ``field: what is wrong``; none is good."""
    return [
        *_identity_faults(statement),
        *_decision_faults(statement),
        *_ground_faults(statement),
        *_content_faults(statement),
        *_origin_faults(statement),
    ]


def _identity_faults(statement: Mapping[str, object]) -> Iterator[str]:
    puid = statement.get("puid")
    if not isinstance(puid, str) or not _PUID.fullmatch(puid):
        yield "puid: 1 to 500 letters, digits, hyphens and underscores"
    yield from _text_faults(statement, "decision_facts", LONGEST_FACTS)
    category = str(statement.get("category", ""))
    if category.removeprefix("STATEMENT_CATEGORY_") not in CATEGORIES or category in CATEGORIES:
        yield "category: not one of the database’s"
    keywords = statement.get("category_specification", [])
    if not isinstance(keywords, list) or not all(_KEYWORD.fullmatch(str(word)) for word in keywords):
        yield "category_specification: a list of KEYWORD_…"


def _decision_faults(statement: Mapping[str, object]) -> Iterator[str]:
    kinds = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
    if not any(statement.get(kind) for kind in kinds):
        yield "decision_visibility: name at least one decision"
    yield from _list_faults(statement, "decision_visibility", "DECISION_VISIBILITY_", VISIBILITIES)
    for kind, values in (("monetary", _MONETARY), ("provision", _PROVISIONS), ("account", _ACCOUNTS)):
        if f"decision_{kind}" in statement:
            yield from _value_faults(statement, f"decision_{kind}", f"DECISION_{kind.upper()}_", values)
    yield from _other_faults(statement, "decision_visibility", "DECISION_VISIBILITY_OTHER")


def _ground_faults(statement: Mapping[str, object]) -> Iterator[str]:
    yield from _value_faults(
        statement, "decision_ground", "DECISION_GROUND_", frozenset(f"{kind}_CONTENT" for kind in GROUNDS)
    )
    for kind, name in GROUNDS.items():
        explanation = f"{kind.lower()}_content_explanation"
        if statement.get("decision_ground") == f"DECISION_GROUND_{kind}_CONTENT":
            yield from _text_faults(statement, name, LONGEST_NAME)
            yield from _text_faults(statement, explanation, LONGEST_EXPLANATION)
        else:
            yield from (
                f"{field}: of the other ground" for field in (name, explanation) if field in statement
            )


def _content_faults(statement: Mapping[str, object]) -> Iterator[str]:
    if not statement.get("content_type"):
        yield "content_type: name at least one"
    yield from _list_faults(statement, "content_type", "CONTENT_TYPE_", CONTENT_TYPES)
    yield from _other_faults(statement, "content_type", "CONTENT_TYPE_OTHER")
    for field in ("content_date", "application_date"):
        day = _day(statement.get(field))
        if day is None:
            yield f"{field}: a day as 2026-11-22"
        elif field == "application_date" and day < _EARLIEST:
            yield f"{field}: not before {_EARLIEST}"


def _origin_faults(statement: Mapping[str, object]) -> Iterator[str]:
    yield from _value_faults(statement, "source_type", "SOURCE_", _SOURCES)
    if statement.get("source_type") == "SOURCE_VOLUNTARY" and "source_identity" in statement:
        yield "source_identity: nobody notified; leave it out"
    if statement.get("automated_detection") not in ("Yes", "No"):
        yield "automated_detection: Yes or No"
    yield from _value_faults(statement, "automated_decision", "AUTOMATED_DECISION_", _AUTOMATED)


def _text_faults(statement: Mapping[str, object], field: str, longest: int) -> Iterator[str]:
    text = statement.get(field)
    if not isinstance(text, str) or not 0 < len(text.strip()) <= len(text) <= longest:
        yield f"{field}: a text of up to {longest} characters"


def _value_faults(
    statement: Mapping[str, object], field: str, prefix: str, values: frozenset[str]
) -> Iterator[str]:
    if statement.get(field) not in {prefix + value for value in values}:
        yield f"{field}: one of {', '.join(prefix + value for value in sorted(values))}"


def _list_faults(
    statement: Mapping[str, object], field: str, prefix: str, values: frozenset[str]
) -> Iterator[str]:
    given = statement.get(field, [])
    if not isinstance(given, list) or not {prefix + value for value in values}.issuperset(map(str, given)):
        yield f"{field}: a list of {', '.join(prefix + value for value in sorted(values))}"


def _other_faults(statement: Mapping[str, object], field: str, other: str) -> Iterator[str]:
    """Words for OTHER stand where OTHER does, and nowhere else."""
    given = statement.get(field)
    if isinstance(given, list) and other in given:
        yield from _text_faults(statement, f"{field}_other", LONGEST_NAME)
    elif f"{field}_other" in statement:
        yield f"{field}_other: only with {other}"


def _day(value: object) -> dt.date | None:
    try:
        return dt.datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None
