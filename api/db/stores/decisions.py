"""Decisions and the evidence they stand on, each with its entry in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from api.db.pool import Connection
from api.db.stores import log, replays
from api.ids import new_id
from policies.bundle import Policy
from policies.facts import Surface
from policies.finding import Evidence
from policies.ruling import Ruling, Verdict
from safety import evidence as evidence_text
from safety.audit.entry import ActionClass, Actor, Event
from safety.decision import Decision, reason_as_json, reason_from_json
from safety.detector import Words
from safety.pipeline import Ruled

EVIDENCE_KEPT = dt.timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who acted, in which request, when: what every entry of one request shares."""

    actor: Actor
    at: dt.datetime
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Whose request (``submission``) or clip (``video``) a decision is about."""

    account_id: str
    subject_type: str
    subject_id: str


async def take(
    connection: Connection, policy: Policy, about: About, ruled: Ruled, context: Context
) -> Decision:
    """
    Record what the policy answered, in the caller's transaction, with all it takes to answer again: the
    evidence, the facts and the policy.
    """
    looked = ruled.looked
    decision = Decision(
        id=new_id("decision"),
        account_id=about.account_id,
        subject_type=about.subject_type,
        subject_id=about.subject_id,
        surface=ruled.facts.surface,
        ruling=ruled.ruling,
        evidence_digest=await keep_evidence(connection, looked.evidence, looked.words, context.at),
        detector_versions=tuple(reading.detector for reading in looked.evidence.readings),
        decided_at=context.at,
    )
    await record(connection, decision, context)
    await replays.keep(connection, policy, decision, ruled.facts, context.at + EVIDENCE_KEPT)
    return decision


async def standing(connection: Connection, policy: Policy, about: About, ruled: Ruled) -> Decision | None:
    """
    Return what a person decided of this subject on this surface, having seen just this; else None.

    Whatever was seen beside it since, an opt-out among it, is decided anew; so is what is sealed, which
    nobody looked at, and no person lifts the law of consent.
    """
    sealed = any(policy.is_sealed(reason.category) for reason in ruled.ruling.reasons)
    if sealed or ruled.facts.refused_cameo_ids:
        return None
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT * FROM decisions WHERE subject_type = %s AND subject_id = %s AND surface = %s"
            " AND reviewer_id IS NOT NULL ORDER BY id DESC LIMIT 1",
            (about.subject_type, about.subject_id, ruled.facts.surface.value),
        )
        row = await cursor.fetchone()
    if row is None or row["evidence_digest"] != evidence_text.digest(ruled.looked.evidence):
        return None
    return _decision(row)


async def keep_evidence(
    connection: Connection, evidence: Evidence, words: Sequence[Words], at: dt.datetime
) -> str:
    """Store the evidence under its digest and return that; equal evidence is stored once."""
    digest = evidence_text.digest(evidence)
    await connection.execute(
        "INSERT INTO evidence (digest, body, words, kept_at, expires_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (digest) DO UPDATE SET expires_at = excluded.expires_at",
        (
            digest,
            Jsonb(evidence_text.as_json(evidence)),
            Jsonb([words_as_json(one) for one in words]),
            at,
            at + EVIDENCE_KEPT,
        ),
    )
    return digest


def words_as_json(words: Words) -> dict[str, Any]:
    """Return words found in a clip, with their place, as plain JSON values."""
    return {
        "text": words.text,
        "where": evidence_text.where_as_json(words.where),
        "language": words.language,
        "confidence": round(words.confidence, 3),
    }


def words_from_json(stored: Mapping[str, Any]) -> Words:
    """Return the words that `words_as_json` gave."""
    where = evidence_text.where_from_json(stored["where"])
    if where is None:
        raise ValueError("words found in a clip stand somewhere")
    return Words(
        text=stored["text"], where=where, language=stored["language"], confidence=stored["confidence"]
    )


async def record(connection: Connection, decision: Decision, context: Context) -> None:
    """Store a decision and its entry in the log, in the caller's transaction."""
    event_id = await log.record(connection, _event(decision, context))
    ruling = decision.ruling
    await connection.execute(
        """
        INSERT INTO decisions (id, event_id, account_id, subject_type, subject_id, surface, verdict, reasons,
          unchecked, policy_digest, evidence_digest, detector_versions, reviewer_id, decided_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            decision.id, event_id, decision.account_id, decision.subject_type, decision.subject_id,
            decision.surface.value, ruling.verdict.word, Jsonb([reason_as_json(r) for r in ruling.reasons]),
            list(ruling.unchecked), ruling.policy_digest, decision.evidence_digest,
            list(decision.detector_versions), decision.reviewer_id, decision.decided_at,
        ),
    )  # fmt: skip


def _event(decision: Decision, context: Context) -> Event:
    by_person = decision.reviewer_id is not None
    return Event(
        event_id=new_id("event"),
        at=context.at,
        actor=context.actor,
        action="decision:review" if by_person else "decision:record",
        action_class=ActionClass.REVIEW if by_person else ActionClass.DECISION,
        resource_type="decision",
        resource_id=decision.id,
        outcome=decision.ruling.verdict.word,
        request_id=context.request_id,
        after_digest=decision.evidence_digest,
        policy_digest=decision.ruling.policy_digest,
        detector_versions=decision.detector_versions,
        reason=",".join(sorted({reason.rule for reason in decision.ruling.reasons})) or None,
    )


async def find(connection: Connection, decision_id: str) -> Decision | None:
    """Return a decision whole, or None; the caller asks who may see it."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute("SELECT * FROM decisions WHERE id = %s", (decision_id,))
        row = await cursor.fetchone()
    return None if row is None else _decision(row)


async def latest(
    connection: Connection, subject_type: str, subject_id: str, surface: Surface
) -> Decision | None:
    """Return the newest decision about a subject on a surface, or None."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            "SELECT * FROM decisions WHERE subject_type = %s AND subject_id = %s AND surface = %s"
            " ORDER BY id DESC LIMIT 1",
            (subject_type, subject_id, surface.value),
        )
        row = await cursor.fetchone()
    return None if row is None else _decision(row)


async def labels_of_request(connection: Connection, submission_id: str, video_id: str) -> frozenset[str]:
    """Return the labels that the newest decisions about a request give, on its own and on its held clip."""
    subjects = (("submission", submission_id), ("video", video_id))
    found = [await latest(connection, *subject, Surface.PROMPT) for subject in subjects]
    return frozenset[str]().union(*(one.ruling.labels for one in found if one is not None))


async def newest(connection: Connection, count: int) -> list[str]:
    """Return the ids of the newest decisions, newest first."""
    rows = await connection.execute("SELECT id FROM decisions ORDER BY id DESC LIMIT %s", (count,))
    return [str(decision_id) for (decision_id,) in await rows.fetchall()]


async def event_of(connection: Connection, decision_id: str) -> str | None:
    """Return the id of the entry that a decision left."""
    row = await (
        await connection.execute("SELECT event_id FROM decisions WHERE id = %s", (decision_id,))
    ).fetchone()
    return None if row is None else str(row[0])


async def evidence_of(connection: Connection, digest: str) -> tuple[Evidence, list[dict[str, Any]]] | None:
    """Return the evidence and the words of a clip, or None once their time is over."""
    row = await (
        await connection.execute("SELECT body, words FROM evidence WHERE digest = %s", (digest,))
    ).fetchone()
    return None if row is None else (evidence_text.from_json(row[0]), list(row[1]))


def _decision(row: dict[str, Any]) -> Decision:
    ruling = Ruling(
        verdict=Verdict[row["verdict"].upper()],
        reasons=tuple(reason_from_json(stored) for stored in row["reasons"]),
        unchecked=tuple(row["unchecked"]),
        policy_digest=row["policy_digest"],
    )
    return Decision(
        id=row["id"],
        account_id=row["account_id"],
        subject_type=row["subject_type"],
        subject_id=row["subject_id"],
        surface=Surface(row["surface"]),
        ruling=ruling,
        evidence_digest=row["evidence_digest"],
        detector_versions=tuple(row["detector_versions"]),
        decided_at=row["decided_at"],
        reviewer_id=row["reviewer_id"],
    )
