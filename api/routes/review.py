"""Where people decide: queues, leased cases, evidence first, decisions with a policy and a reason."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api import stills
from api.acting import context_of, enter
from api.auth import Caller, require
from api.creation import Desk
from api.db.pool import Connection
from api.db.stores import appeals, cases, decisions, submissions, videos
from api.db.stores.cases import CaseRow
from api.described import NOTHING, STILL
from api.language import language_of
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.review import Judgement, settle, to_seal
from policies.finding import Seconds
from policies.ruling import Sentence
from policies.wire import reviewer_reasons
from safety.audit.entry import ActionClass
from safety.decision import Decision

router = APIRouter(prefix="/v1/review", tags=["review"])

Reader = Annotated[Caller, Depends(require("review:read", limit="read"))]
Reviewer = Annotated[Caller, Depends(require("review:write", limit="write"))]
Clear = Annotated[bool, Query(description="without blur; entered in the log by itself")]

_IS_APPEAL = Sentence(
    en="This is an appeal: answer it at /v1/appeals/{id}/decision.",
    fr="C’est un recours : répondez-y à /v1/appeals/{id}/decision.",
)


class Stretch(BaseModel):
    """A stretch of the clip that shows what was found, in seconds."""

    model_config = ConfigDict(extra="forbid")
    start_s: float = Field(ge=0, le=60)
    end_s: float = Field(ge=0, le=60)


class Verdict(BaseModel):
    """A reviewer's answer; to act it names a category and where it was seen, to dismiss a reason suffices."""

    model_config = ConfigDict(extra="forbid")
    outcome: Literal["violates", "does_not_violate"]
    policy_ids: list[str] = Field(default_factory=list, max_length=1)
    reason: str = Field(min_length=3, max_length=2000)
    evidence_ranges: list[Stretch] = Field(default_factory=list, max_length=20)


@router.get("/queues")
async def queues(parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """Return each queue with what waits in it and how long."""
    del caller
    async with parts.pool.connection() as connection:
        found = await cases.statistics(connection, dt.datetime.now(dt.UTC))
    return {"object": "list", "data": found}


@router.post("/cases/next", response_model=None, responses=NOTHING)
async def claim(
    request: Request,
    parts: PartsOf,
    caller: Reviewer,
    queue: Annotated[str | None, Query(pattern="^(general|likeness|rights|minors)$")] = None,
) -> Response | dict[str, Any]:
    """Lend the most urgent case for 15 minutes; 204 when nothing waits."""
    async with parts.pool.connection() as connection, connection.transaction():
        at, is_lead = dt.datetime.now(dt.UTC), caller.may("review:manage")
        case = await cases.claim_next(connection, caller.account_id, queue, at, is_lead=is_lead)
        if case is None:
            return Response(status_code=204)
        return await _looked_at(request, parts, connection, caller, case)


@router.get("/cases/{case_id}")
async def retrieve(request: Request, case_id: str, parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """Return a case: what was asked for, found, heard or read, and where the clip’s stills are."""
    async with parts.pool.connection() as connection, connection.transaction():
        case = await _lookable(connection, case_id, caller)
        return await _looked_at(request, parts, connection, caller, case)


@router.get("/cases/{case_id}/stills/{number}", responses=STILL, response_class=Response)
async def still(
    request: Request,
    case_id: str,
    number: int,
    parts: PartsOf,
    caller: Reader,
    *,
    clear: Clear = False,
) -> Response:
    """Return the clip's still at finding `number`, grey and blurred unless asked for clear."""
    desk = parts.of(Desk)
    async with parts.pool.connection() as connection, connection.transaction():
        case, decision = await _decided(connection, case_id, caller)
        row = await videos.find(connection, case.subject_id)
        if row is None or row.generated_digest is None:
            raise Problem("not_found")
        moments = stills.moments(desk.policy, decision.ruling.reasons)
        if not 0 <= number < len(moments):
            raise Problem("not_found")
        action = "case:view_clear" if clear else "case:view"
        await enter(connection, request, caller, action, ("case", case.id), ActionClass.REVIEW)
    picture = await stills.at(desk, row.generated_digest, moments[number], is_clear=clear)
    return _unkept(picture)


@router.get("/cases/{case_id}/reference", responses=STILL, response_class=Response)
async def reference(
    request: Request,
    case_id: str,
    parts: PartsOf,
    caller: Reader,
    *,
    clear: Clear = False,
) -> Response:
    """Return the picture that came with the request, grey and blurred unless asked for clear."""
    desk = parts.of(Desk)
    async with parts.pool.connection() as connection, connection.transaction():
        case, decision = await _decided(connection, case_id, caller)
        asked = await submissions.behind(connection, case.subject_type, case.subject_id)
        digest = stills.reference_of(desk.policy, decision.ruling.reasons, asked)
        if digest is None:
            raise Problem("not_found")
        action = "case:view_reference_clear" if clear else "case:view_reference"
        await enter(connection, request, caller, action, ("case", case.id), ActionClass.REVIEW)
    picture = await stills.reference(desk, digest, is_clear=clear)
    return _unkept(picture)


def _unkept(picture: bytes) -> Response:
    """Answer a picture that nobody on the way may keep."""
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


@router.post("/cases/{case_id}/decision")
async def decide(
    request: Request, case_id: str, body: Verdict, parts: PartsOf, caller: Reviewer
) -> dict[str, Any]:
    """Decide a case on lease: the same clip id completes, or is refused."""
    desk = parts.of(Desk)
    judgement = _judgement(desk, body)
    context = context_of(request, caller)
    async with parts.pool.connection() as connection, connection.transaction():
        kept = await to_seal(
            desk, connection, await _leased(connection, case_id, caller, context.at), judgement
        )
    seals = await desk.sealing.seal(kept)  # beside the transaction: it takes as long as the clip is large
    async with parts.pool.connection() as connection, connection.transaction():
        case = await _leased(connection, case_id, caller, context.at)
        if case.appeal_id is not None:
            raise Problem("conflict", _IS_APPEAL, members={"appeal_id": case.appeal_id})
        settled = await settle(desk, connection, case, judgement, context, seals)
        closed = await _case(connection, case_id)
    await desk.sealing.remove_plain(settled.parted)
    decision = settled.decision
    return {**_shown(closed), "decision_id": decision.id, "verdict": decision.ruling.verdict.word}


@router.post("/cases/{case_id}/skip")
async def skip(request: Request, case_id: str, parts: PartsOf, caller: Reviewer) -> dict[str, Any]:
    """Give a case back undecided."""
    return await _given_back(request, parts, caller, case_id, is_escalated=False)


@router.post("/cases/{case_id}/escalate")
async def escalate(request: Request, case_id: str, parts: PartsOf, caller: Reviewer) -> dict[str, Any]:
    """Give a case to the lead reviewers."""
    return await _given_back(request, parts, caller, case_id, is_escalated=True)


async def _given_back(
    request: Request, parts: Parts, caller: Caller, case_id: str, *, is_escalated: bool
) -> dict[str, Any]:
    async with parts.pool.connection() as connection, connection.transaction():
        case = await _leased(connection, case_id, caller, dt.datetime.now(dt.UTC))
        await cases.give_back(connection, case.id, is_escalated=is_escalated)
        action = "case:escalate" if is_escalated else "case:skip"
        await enter(connection, request, caller, action, ("case", case.id), ActionClass.REVIEW)
        return _shown(await _case(connection, case_id))


def _judgement(desk: Desk, body: Verdict) -> Judgement:
    """Require to act what acting needs: a category of the policy, and where it was seen."""
    violates = body.outcome == "violates"
    known = desk.policy.taxonomy.categories
    if violates and not (body.policy_ids and body.policy_ids[0] in known):
        raise Problem(
            "invalid",
            Sentence(
                en="To act, name the category that is violated.",
                fr="Nommez la catégorie enfreinte.",
            ),
            pointer="/policy_ids",
        )
    if violates and not body.evidence_ranges:
        raise Problem(
            "invalid",
            Sentence(en="To act, say where you saw it.", fr="Pour agir, dites où vous l’avez vu."),
            pointer="/evidence_ranges",
        )
    return Judgement(
        violates=violates,
        category=body.policy_ids[0] if violates else None,
        reason=body.reason,
        evidence=tuple(Seconds(start_s=one.start_s, end_s=one.end_s) for one in body.evidence_ranges),
    )


async def _case(connection: Connection, case_id: str) -> CaseRow:
    case = await cases.find(connection, case_id)
    if case is None:
        raise Problem("not_found")
    return case


async def _lookable(connection: Connection, case_id: str, caller: Caller) -> CaseRow:
    case = await _case(connection, case_id)
    if case.is_for_lead and not caller.may("review:manage"):
        raise Problem("missing_scope", members={"missing_scopes": ["review:manage"]})
    return case


async def _decided(connection: Connection, case_id: str, caller: Caller) -> tuple[CaseRow, Decision]:
    """Return a case that the caller may look at, and the decision that opened it."""
    case = await _lookable(connection, case_id, caller)
    decision = await decisions.find(connection, case.decision_id)
    if decision is None:
        raise Problem("not_found")
    return case, decision


async def _leased(connection: Connection, case_id: str, caller: Caller, at: dt.datetime) -> CaseRow:
    case = await cases.lock_claimed(connection, case_id, caller.account_id, at)
    if case is None:
        await _case(connection, case_id)
        raise Problem("conflict", Sentence(en="Claim the case first.", fr="Prenez d’abord ce dossier."))
    return case


async def _looked_at(
    request: Request, parts: Parts, connection: Connection, caller: Caller, case: CaseRow
) -> dict[str, Any]:
    """Return a case with its evidence; looking at it is entered."""
    decision = await decisions.find(connection, case.decision_id)
    if decision is None:
        raise Problem("not_found")
    kept = await decisions.evidence_of(connection, decision.evidence_digest)
    asked = await submissions.behind(connection, case.subject_type, case.subject_id)
    appeal = None if case.appeal_id is None else await appeals.find(connection, case.appeal_id)
    desk, address = parts.of(Desk), parts.settings.address
    reasons = reviewer_reasons(desk.policy, decision.ruling, language=language_of(request), appeal_url=None)
    row = await videos.find(connection, case.subject_id)
    has_clip = row is not None and row.generated_digest is not None
    count = len(stills.moments(desk.policy, decision.ruling.reasons)) if has_clip else 0
    has_reference = stills.reference_of(desk.policy, decision.ruling.reasons, asked) is not None
    await enter(connection, request, caller, "case:read", ("case", case.id), ActionClass.REVIEW)
    own = f"{address}/v1/review/cases/{case.id}"
    return {
        **_shown(case),
        "decision_id": decision.id,
        "prompt": None if asked is None else asked.prompt,
        "appeal": None if appeal is None else {"id": appeal.id, "reason": appeal.reason},
        "reasons": reasons,
        "unchecked": list(decision.ruling.unchecked),
        "transcript": [] if kept is None else kept[1],
        "reference": f"{own}/reference" if has_reference else None,
        "stills": [f"{own}/stills/{number}" for number in range(count)],
    }


def _shown(case: CaseRow) -> dict[str, Any]:
    return {
        "id": case.id,
        "object": "review.case",
        "subject": {"type": case.subject_type, "id": case.subject_id},
        "queue": case.queue,
        "state": case.state,
        "priority": case.priority,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "claimed_by": case.claimed_by,
        "lease_until": case.lease_until,
        "closed_at": case.closed_at,
        "outcome": case.outcome,
    }
