"""Appeals in the studio: what was decided, why it is wrong, and what somebody answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from api.db.pool import Connection
from api.db.stores import appeals, decisions, submissions
from api.db.stores.appeals import AppealRow
from api.ids import is_id
from api.language import language_of
from api.pages.card import pieces
from api.pages.colophon import colophon_of
from api.pages.rendering import choose_language, render
from api.pages.session import Session, signed_in
from api.parts import Parts, PartsOf
from api.problems import Problem
from api.routes.appeals import AppealBody, filed
from api.video_object import reasons_of
from policies.ruling import Sentence
from safety.decision import Decision

router = APIRouter(prefix="/studio/appeals", include_in_schema=False)

LONGEST_REASON = 4_000

Reader = Annotated[Session, Depends(signed_in("appeals:read", limit="read"))]
Writer = Annotated[Session, Depends(signed_in("appeals:write", limit="write"))]

_SAY_WHY = Sentence(
    en=f"Say in a few words why, in at most {LONGEST_REASON:,} characters.",
    fr=f"Dites en quelques mots pourquoi, en {LONGEST_REASON} caractères au plus.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """A decision as the page tells it: what was asked for, why it was refused, the appeal if there is one."""

    decision: Decision
    prompt: str
    appeal: AppealRow | None


@router.get("/{decision_id}", response_class=HTMLResponse)
async def show(request: Request, decision_id: str, parts: PartsOf, session: Reader) -> HTMLResponse:
    """Show the decision with the form to contest it, or the appeal and its answer."""
    contested = await _contested(parts, session, decision_id)
    return await _page(request, parts, session, contested)


@router.post("/{decision_id}")
async def file(request: Request, decision_id: str, parts: PartsOf, session: Writer) -> Response:
    """File the appeal and show it; what is wrong with it is said beside what was written."""
    contested = await _contested(parts, session, decision_id)
    choose_language(request)
    written = str((await request.form()).get("reason", "")).replace("\r\n", "\n").strip()
    try:
        body = AppealBody(decision_id=decision_id, reason=written)
    except ValidationError:
        problem = Problem("invalid", _SAY_WHY, pointer="/reason")
        return await _page(request, parts, session, contested, written=written, problem=problem)
    try:
        await filed(request, parts, session.caller, decision_id, body.reason)
    except Problem as refused:
        if "appeal_id" not in refused.members:  # sent twice: it is filed, and shown
            return await _page(request, parts, session, contested, written=written, problem=refused)
    return RedirectResponse(f"/studio/appeals/{decision_id}", 303)


async def _contested(parts: Parts, session: Session, decision_id: str) -> Contested:
    """Return what the page tells of the caller's decision; another's does not exist."""
    async with parts.pool.connection() as connection:
        decision = await _own(connection, session, decision_id)
        asked = await submissions.behind(connection, decision.subject_type, decision.subject_id)
        appeal = await appeals.against(connection, decision.id)
    return Contested(decision=decision, prompt="" if asked is None else asked.prompt, appeal=appeal)


async def _own(connection: Connection, session: Session, decision_id: str) -> Decision:
    found = await decisions.find(connection, decision_id) if is_id(decision_id, "decision") else None
    if found is None or found.account_id != session.caller.account_id:
        raise Problem("not_found")
    return found


async def _page(
    request: Request,
    parts: Parts,
    session: Session,
    contested: Contested,
    *,
    written: str = "",
    problem: Problem | None = None,
) -> HTMLResponse:
    choose_language(request)
    ruling = contested.decision.ruling
    reasons: list[dict[str, Any]] = list(reasons_of(ruling, language_of(request), parts.settings.address))
    return render(
        request,
        "appeal.html",
        status=problem.kind.status if problem else 200,
        headers=problem.headers if problem else None,
        colophon=await colophon_of(parts),
        token=session.token,
        decision=contested.decision,
        verdict=ruling.verdict.word,
        reasons=reasons,
        shown_prompt=pieces(contested.prompt, reasons),
        appeal=contested.appeal,
        written=written,
        longest=LONGEST_REASON,
        problem=problem,
    )
