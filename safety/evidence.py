"""Evidence as stored: one JSON object, and the digest that names it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from policies.finding import (
    Box,
    Characters,
    Evidence,
    Finding,
    Match,
    Reading,
    Seconds,
    Stage,
    Where,
)

_PLACES: dict[str, type[Characters | Seconds | Box]] = {
    "chars": Characters,
    "seconds": Seconds,
    "box": Box,
}
_NAMES = {place: name for name, place in _PLACES.items()}


def as_json(evidence: Evidence) -> dict[str, Any]:
    """Return the evidence as plain JSON values."""
    return {
        "subject_digest": evidence.subject_digest,
        "stage": evidence.stage.value,
        "readings": [_reading_as_json(reading) for reading in evidence.readings],
    }


def from_json(stored: Mapping[str, Any]) -> Evidence:
    """
    Return the evidence that `as_json` gave.

    Raises:
        KeyError, ValueError: it is not such an object.
    """
    return Evidence(
        subject_digest=stored["subject_digest"],
        stage=Stage(stored["stage"]),
        readings=tuple(_reading_from_json(reading) for reading in stored["readings"]),
    )


def digest(evidence: Evidence) -> str:
    """Return the SHA-256, hex, that names this evidence in a decision."""
    spelled = json.dumps(as_json(evidence), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def _reading_as_json(reading: Reading) -> dict[str, Any]:
    return {
        "detector": reading.detector,
        "categories": sorted(reading.categories),
        "findings": [_finding_as_json(finding) for finding in reading.findings],
        "failure": reading.failure,
    }


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "category": finding.category,
        "score": finding.score,
        "why": finding.why,
        "where": where_as_json(finding.where),
        "match": None if finding.match is None else dataclasses.asdict(finding.match),
    }


def where_as_json(where: Where | None) -> dict[str, Any] | None:
    """Return ``{"chars" | "seconds" | "box": {…}}``, or None for the whole."""
    return None if where is None else {_NAMES[type(where)]: dataclasses.asdict(where)}


def where_from_json(stored: Mapping[str, Any] | None) -> Where | None:
    """Return the place that `where_as_json` gave."""
    if stored is None:
        return None
    ((name, fields),) = stored.items()
    return _PLACES[name](**fields)


def _reading_from_json(stored: Mapping[str, Any]) -> Reading:
    return Reading(
        detector=stored["detector"],
        categories=frozenset(stored["categories"]),
        findings=tuple(_finding_from_json(finding) for finding in stored["findings"]),
        failure=stored["failure"],
    )


def _finding_from_json(stored: Mapping[str, Any]) -> Finding:
    return Finding(
        category=stored["category"],
        score=stored["score"],
        why=stored["why"],
        where=where_from_json(stored["where"]),
        match=None if stored["match"] is None else Match(**stored["match"]),
    )
