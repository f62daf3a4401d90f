"""Appeals: asked by whom a decision concerns, answered by somebody who has not decided before."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import acts, appeals
from api.acting import context_of
from api.appeals import Answer, Outcome
from api.auth import Caller, require
from api.creation import Desk
from api.db.pool import Connection
from api.db.stores import appeals as stored
from api.db.stores import cases, decisions
from api.db.stores.appeals import AppealRow
from api.db.stores.cases import CaseRow
from api.db.stores.decisions import Context
from api.idempotency import IdempotencyKey, fingerprint, once
from api.ids import is_id
from api.paging import PagingOf
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.routes.accounts import rfc3339
from policies.ruling import Sentence
from safety.audit.entry import ActionClass
from safety.decision import Decision

router = APIRouter(prefix="/v1/appeals", tags=["appeals"])

Reader = Annotated[Caller, Depends(require("appeals:read", limit="read"))]
Writer = Annotated[Caller, Depends(require("appeals:write", limit="write"))]
Reviewer = Annotated[Caller, Depends(require("review:write", limit="write"))]
DecisionId = Annotated[str, Field(pattern=r"^decision_[0-9a-f]{32}$")]
Against = Annotated[DecisionId | None, Query(description="the decision; a reason's `appeal_url` names it")]

_AGAINST_WHAT = Sentence(
    en="Name one decision: in the body, or as `appeal_url` does.",
    fr="Nommez une décision : dans le corps, ou comme le fait `appeal_url`.",
)
_CLAIM_FIRST = Sentence(
    en="Claim the appeal first: it waits among the cases.",
    fr="Prenez d’abord ce recours : il attend parmi les dossiers.",
)

_OVER = Sentence(
    en="This appeal is over: it was answered, or what it is about was deleted.",
    fr="Ce recours est clos : une réponse a été donnée, ou son objet a été supprimé.",
)


class AppealBody(BaseModel):
    """Which decision, and why it is wrong."""

    model_config = ConfigDict(extra="forbid")
    decision_id: DecisionId | None = None
    reason: str = Field(min_length=3, max_length=4000)


class AnswerBody(BaseModel):
    """The answer; where a decision is overturned in part, `policy_ids` says what of it still holds."""

    model_config = ConfigDict(extra="forbid")
    outcome: Outcome
    reply: str = Field(min_length=3, max_length=4000)
    policy_ids: list[str] = Field(default_factory=list, max_length=20)


@router.post("", status_code=201)
async def submit(
    body: AppealBody,
    request: Request,
    parts: PartsOf,
    caller: Writer,
    decision_id: Against = None,
    key: IdempotencyKey = None,
) -> Response:
    """Appeal a refusal: once a decision, while what it is about is kept."""
    named = {one for one in (decision_id, body.decision_id) if one is not None}
    if len(named) != 1:
        raise Problem("invalid", _AGAINST_WHAT, pointer="/decision_id")
    against = named.pop()
    digest = fingerprint(request, against.encode() + await request.body())
    return await filed(request, parts, caller, against, body.reason, key=key, digest=digest)


async def filed(
    request: Request,
    parts: Parts,
    caller: Caller,
    against: str,
    reason: str,
    *,
    key: str | None = None,
    digest: bytes = b"",
) -> Response:
    """File an appeal against a decision of the caller's: what the API and the studio both do."""
    desk, context = parts.of(Desk), context_of(request, caller)

    async def work(connection: Connection) -> Response:
        decision = await _own(connection, caller, against)
        appeal_id = await appeals.submit(desk, connection, caller, decision, reason, context)
        await _enter(connection, context, "appeal:submit", appeal_id)
        shown = _shown(await _seen(connection, caller, appeal_id))
        headers = {"Location": f"/v1/appeals/{appeal_id}", "X-Decision-Id": against}
        return JSONResponse(shown, 201, headers=headers)

    return await once(parts.pool, caller, key, digest, work)


@router.get("")
async def listed(
    parts: PartsOf, caller: Reader, paging: PagingOf, decision_id: Against = None
) -> dict[str, Any]:
    """Return the caller's appeals, and those lent to or answered by the caller, newest first."""
    async with parts.pool.connection() as connection:
        rows = await stored.listed(connection, caller.account_id, decision_id, paging)
    return paging.page(rows, _shown)


@router.get("/{appeal_id}")
async def retrieve(request: Request, appeal_id: str, parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """Return an appeal to whom it concerns, or who has it on lease or answered it; the latter is entered."""
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _seen(connection, caller, appeal_id)
        if row.account_id != caller.account_id:
            await _enter(connection, context_of(request, caller), "appeal:read", row.id)
    return _shown(row)


@router.post("/{appeal_id}/decision")
async def decide(
    request: Request, appeal_id: str, body: AnswerBody, parts: PartsOf, caller: Reviewer
) -> dict[str, Any]:
    """Answer an appeal on lease, with a reply; overturning restores by itself."""
    answer = Answer(outcome=body.outcome, reply=body.reply, remains=frozenset(body.policy_ids))
    context = context_of(request, caller)
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _found(connection, appeal_id)
        case = await _leased(connection, row, caller, context.at)
        await appeals.settle(parts.of(Desk), connection, row, case, answer, context)
        await _enter(connection, context, "appeal:decide", row.id, outcome=answer.outcome.value)
        return _shown(await _found(connection, row.id))


async def _own(connection: Connection, caller: Caller, decision_id: str) -> Decision:
    found = await decisions.find(connection, decision_id)
    if found is None or found.account_id != caller.account_id:
        raise Problem("not_found")
    return found


async def _seen(connection: Connection, caller: Caller, appeal_id: str) -> AppealRow:
    known = is_id(appeal_id, "appeal")
    row = await stored.seen_by(connection, caller.account_id, appeal_id) if known else None
    if row is None:
        raise Problem("not_found")
    return row


async def _found(connection: Connection, appeal_id: str) -> AppealRow:
    row = await stored.find(connection, appeal_id) if is_id(appeal_id, "appeal") else None
    if row is None:
        raise Problem("not_found")
    return row


async def _leased(connection: Connection, row: AppealRow, caller: Caller, at: dt.datetime) -> CaseRow:
    case = await cases.lock_claimed(connection, row.case_id, caller.account_id, at)
    if case is None:
        is_open = row.state in ("submitted", "assigned")
        raise Problem("conflict", _CLAIM_FIRST if is_open else _OVER, members={"state": row.state})
    if case.is_for_lead and not caller.may("review:manage"):
        raise Problem("missing_scope", members={"missing_scopes": ["review:manage"]})
    return case


def _shown(row: AppealRow) -> dict[str, Any]:
    """Return an appeal as clients see it: who answered stays the operator's."""
    return {
        "id": row.id,
        "object": "appeal",
        "decision_id": row.decision_id,
        "case_id": row.case_id,
        "state": row.state,
        "reason": row.reason,
        "submitted_at": rfc3339(row.submitted_at),
        "due_at": rfc3339(row.due_at),
        "decided_at": rfc3339(row.decided_at),
        "outcome": row.outcome,
        "reply": row.reply,
        "final_decision_id": row.final_decision_id,
        "restored_video_id": row.restored_video_id,
    }


async def _enter(
    connection: Connection, context: Context, action: str, appeal_id: str, *, outcome: str = "done"
) -> None:
    await acts.enter(
        connection,
        context.actor,
        action,
        ("appeal", appeal_id),
        action_class=ActionClass.REVIEW,
        request_id=context.request_id,
        outcome=outcome,
    )
