"""A decision taken again: from the evidence, the facts and the policy that it was taken on."""

from __future__ import annotations

import asyncio
import enum
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.db.pool import Connection
from api.db.stores import decisions, replays
from policies.bundle import Policy, load_policy
from policies.decide import decide
from policies.errors import PolicyError
from policies.ruling import Ruling
from safety import evidence as evidence_text
from safety.decision import Decision, reason_as_json


class Result(enum.StrEnum):
    """What came of taking a decision again."""

    SAME = "same"
    DIFFERENT = "different"
    BY_PERSON = "by_person"
    NOT_KEPT = "not_kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """
    What came of it; `ruling` is the one reached now, None where none could be.

    `why` names what differs or is missing: ``evidence``, ``verdict``, ``reasons``, ``unchecked``, ``facts``,
    ``policy``.
    """

    result: Result
    why: tuple[str, ...] = ()
    ruling: Ruling | None = None


async def replay(connection: Connection, current: Policy, decision: Decision) -> Replay:
    """
    Take a decision again and compare; `current` is the policy in force, which most decisions name.

    Evidence that is no longer what its digest says makes a difference by itself, whatever follows from it.
    """
    if decision.reviewer_id is not None:
        return Replay(result=Result.BY_PERSON)
    kept = await decisions.evidence_of(connection, decision.evidence_digest)
    facts = await replays.facts_of(connection, decision.id)
    policy = await _policy(connection, current, decision.ruling.policy_digest)
    if kept is None or facts is None or policy is None:
        parts = {"evidence": kept, "facts": facts, "policy": policy}
        return Replay(result=Result.NOT_KEPT, why=tuple(name for name, part in parts.items() if part is None))
    evidence, _ = kept
    again = decide(policy, facts, evidence)
    why = _differences(decision.ruling, again)
    if evidence_text.digest(evidence) != decision.evidence_digest:
        why = ("evidence", *why)
    return Replay(result=Result.DIFFERENT if why else Result.SAME, why=why, ruling=again)


def _differences(before: Ruling, again: Ruling) -> tuple[str, ...]:
    told = {
        "verdict": (before.verdict, again.verdict),
        "reasons": (
            [reason_as_json(one) for one in before.reasons],
            [reason_as_json(one) for one in again.reasons],
        ),
        "unchecked": (before.unchecked, again.unchecked),
    }
    return tuple(name for name, (then, now) in told.items() if then != now)


async def _policy(connection: Connection, current: Policy, digest: str) -> Policy | None:
    """Return the policy of that digest; one that no longer reads as itself is not kept."""
    if digest == current.digest:
        return current
    files = await replays.bundle(connection, digest)
    read = None if files is None else await asyncio.to_thread(_read, files)
    return read if read is not None and read.digest == digest else None


def _read(files: Mapping[str, str]) -> Policy | None:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / Path(name).name).write_text(text, encoding="utf-8")
        try:
            return load_policy(Path(folder))
        except PolicyError:
            return None
