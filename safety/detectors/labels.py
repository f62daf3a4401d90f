"""Other people's names for what we look for, told in our taxonomy."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import yaml

from policies.finding import Characters, Finding
from safety.detector import FLOOR
from safety.detectors.child_safety import CATEGORY

Labels = Mapping[str, str | None]
"""Foreign label → category of the taxonomy; None where we have no use for it."""


@functools.cache
def _shipped() -> Mapping[str, Labels]:
    text = Path(__file__).with_name("labels.yaml").read_text(encoding="utf-8")
    tables = yaml.safe_load(text)
    return MappingProxyType({name: MappingProxyType(table) for name, table in tables.items()})


def moderation_labels() -> Labels:
    """Return the categories of OpenAI's Moderations API."""
    return _shipped()["moderation"]


def hazard_labels() -> Labels:
    """Return the codes of MLCommons' taxonomy of hazards, S1 to S14."""
    return _shipped()["hazards"]


def classifier_labels() -> Labels:
    """Return labels that sequence classifiers often have, in small letters."""
    return _shipped()["classifiers"]


def categories_of(labels: Labels) -> frozenset[str]:
    """Return the categories that a table can tell of."""
    return frozenset(category for category in labels.values() if category is not None)


def findings(
    scores: Mapping[str, float], labels: Labels, why: str, where: Characters | None = None
) -> tuple[Finding, ...]:
    """
    Return one finding a category, the strongest first, at the highest score of its labels.

    Labels without a category of ours and scores under `FLOOR` are left out; child safety has no place.

    Raises:
        KeyError: a label is not in the table.
    """
    highest: dict[str, float] = {}
    for label, score in scores.items():
        category = labels[label]
        if category is not None and score >= FLOOR:
            highest[category] = max(score, highest.get(category, 0.0))
    return tuple(
        Finding(category=category, score=score, why=why, where=None if category == CATEGORY else where)
        for category, score in sorted(highest.items(), key=lambda pair: (-pair[1], pair[0]))
    )
