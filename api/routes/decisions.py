"""Decisions, for those they concern and for those who answer for them; each with its receipt."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from api.acting import enter
from api.auth import Caller, require
from api.creation import Desk
from api.db.pool import Connection
from api.db.stores import decisions, log, submissions
from api.ids import is_id
from api.language import language_of
from api.parts import PartsOf
from api.problems import Problem
from api.replay import replay
from api.roles import ACCOUNT_HOLDERS
from api.routes.audit import proof_response
from api.video_object import appeal_url, reasons_of
from policies.ruling import Sentence, Verdict
from policies.statement import Stated, statement_of_reasons
from policies.wire import reviewer_reasons
from safety.audit.entry import ActionClass
from safety.decision import Decision

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])

Reader = Annotated[Caller, Depends(require("decisions:read", limit="read"))]
Auditor = Annotated[Caller, Depends(require("decisions:read", "audit:read", limit="read"))]

_NOTHING_RESTRICTED = Sentence(
    en="This decision restricted nothing; there is nothing to state.",
    fr="Cette décision n’a rien restreint ; il n’y a rien à exposer.",
)


@router.get("/{decision_id}")
async def retrieve(request: Request, decision_id: str, parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """Return a decision: to its account as a creator sees it, to reviewers and auditors with scores."""
    async with parts.pool.connection() as connection, connection.transaction():
        decision = await _readable(connection, request, caller, decision_id)
        event_id = await decisions.event_of(connection, decision_id)
    language, address = language_of(request), parts.settings.address
    if caller.role in ACCOUNT_HOLDERS:
        reasons = reasons_of(decision.ruling, language, address, decision.id)
    else:
        reasons = reviewer_reasons(
            parts.of(Desk).policy,
            decision.ruling,
            language=language,
            appeal_url=appeal_url(address, decision.id),
        )
    return {
        "id": decision.id,
        "object": "decision",
        "subject": {"type": decision.subject_type, "id": decision.subject_id},
        "surface": decision.surface.value,
        "verdict": decision.ruling.verdict.word,
        "reasons": reasons,
        "unchecked": list(decision.ruling.unchecked),
        "policy_version": decision.ruling.policy_digest,
        "evidence_sha256": decision.evidence_digest,
        "detector_versions": list(decision.detector_versions),
        "decided_by": "automated" if decision.reviewer_id is None else "reviewer",
        "decided_at": decision.decided_at.isoformat().replace("+00:00", "Z"),
        "event_id": event_id,
        "receipt_url": f"{address}/v1/decisions/{decision.id}/receipt",
    }


@router.get("/{decision_id}/receipt", response_class=PlainTextResponse)
async def receipt(request: Request, decision_id: str, parts: PartsOf, caller: Reader) -> PlainTextResponse:
    """Return the `.tlog-proof` that the decision stands in the log; 404 until it is sequenced."""
    async with parts.pool.connection() as connection, connection.transaction():
        await _readable(connection, request, caller, decision_id)
        event_id = await decisions.event_of(connection, decision_id)
        proof = None if event_id is None else await log.receipt(connection, event_id)
    if proof is None:
        raise Problem("not_found")
    return proof_response(decision_id, proof.text())


@router.get("/{decision_id}/statement-of-reasons")
async def statement(request: Request, decision_id: str, parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """Return the statement of reasons as the Commission's database takes it, and whether it is for it."""
    policy, language = parts.of(Desk).policy, language_of(request)
    async with parts.pool.connection() as connection, connection.transaction():
        decision = await _readable(connection, request, caller, decision_id)
        asked = await submissions.behind(connection, decision.subject_type, decision.subject_id)
    if decision.ruling.verdict is Verdict.ALLOW:
        raise Problem("conflict", _NOTHING_RESTRICTED)
    stated = Stated(
        puid=decision.id,
        surface=decision.surface,
        content_date=(decision.decided_at if asked is None else asked.submitted_at).astimezone(dt.UTC).date(),
        applied_on=decision.decided_at.astimezone(dt.UTC).date(),
        by_person=decision.reviewer_id is not None,
        with_picture=asked is not None and asked.kind != "import" and asked.reference_digest is not None,
    )
    return {
        "object": "statement_of_reasons",
        "decision_id": decision.id,
        "submit": stated.is_hosted,
        "statement": statement_of_reasons(policy, decision.ruling, stated, language),
        "appeal_url": appeal_url(parts.settings.address, decision.id),
    }


@router.get("/{decision_id}/replay")
async def replayed(request: Request, decision_id: str, parts: PartsOf, caller: Auditor) -> dict[str, Any]:
    """Take the decision again, from the evidence, facts and policy it was taken on, and compare."""
    async with parts.pool.connection() as connection, connection.transaction():
        decision = await _readable(connection, request, caller, decision_id)
        found = await replay(connection, parts.of(Desk).policy, decision)
    ruling = found.ruling
    return {
        "object": "decision.replay",
        "decision_id": decision.id,
        "result": found.result.value,
        "why": list(found.why),
        "policy_version": decision.ruling.policy_digest,
        "verdict": decision.ruling.verdict.word,
        "rules": [reason.rule for reason in decision.ruling.reasons],
        "replayed_verdict": None if ruling is None else ruling.verdict.word,
        "replayed_rules": None if ruling is None else [reason.rule for reason in ruling.reasons],
    }


async def _readable(connection: Connection, request: Request, caller: Caller, decision_id: str) -> Decision:
    """Return the decision if the caller may read it; the operator's people leave an entry by looking."""
    decision = await decisions.find(connection, decision_id) if is_id(decision_id, "decision") else None
    is_own = decision is not None and decision.account_id == caller.account_id
    if decision is None or (not is_own and caller.role in ACCOUNT_HOLDERS):
        raise Problem("not_found")
    if not is_own:
        resource = ("decision", decision_id)
        await enter(connection, request, caller, "decision:read", resource, ActionClass.ACCESS)
    return decision
