"""The studio: ask for a clip, follow it, watch it, publish it.  What it does, the API's own functions do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.creation import Desk
from api.db.paging import Paging
from api.db.stores import appeals
from api.pages.card import STAGES, Card, card_of, phrase_of, pieces, span_of
from api.pages.colophon import colophon_of
from api.pages.rendering import choose_language, render
from api.pages.session import Session, session_of, signed_in
from api.pages.sign_in import sign_in_page
from api.paging import PagingOf
from api.parts import Parts, PartsOf
from api.problems import Problem, problem_of_error
from api.routes import publishing, videos
from api.video_body import DEFAULT_SECONDS
from generator.errors import InvalidMedia

router = APIRouter(prefix="/studio", include_in_schema=False)

SECONDS = ("4", "8", "12", "20")
SIZES = ("1280x720", "720x1280")
_REFUSED = (400, 403, 422, 451)
_NEWEST_APPEALS = 5

Creator = Annotated[Session, Depends(signed_in("videos:write", limit="create"))]
Previewer = Annotated[Session, Depends(signed_in("videos:write", limit="preflight"))]
Writer = Annotated[Session, Depends(signed_in("videos:write", limit="write"))]
Reader = Annotated[Session, Depends(signed_in("videos:read", limit="read"))]
Viewer = Annotated[Session, Depends(signed_in("videos:read", limit="media"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the form."""

    prompt: str = ""
    seconds: str = DEFAULT_SECONDS
    size: str = SIZES[0]
    model: str = ""


@router.get("", response_class=HTMLResponse)
async def studio(request: Request, parts: PartsOf, paging: PagingOf) -> HTMLResponse:
    """Show the form and the caller's clips; to others, the way in."""
    choose_language(request)
    async with parts.pool.connection() as connection:
        session = await session_of(connection, request)
    if session is None:
        return await sign_in_page(request, parts)
    return await _studio(request, parts, session, paging=paging)


@router.post("")
async def create(request: Request, parts: PartsOf, session: Creator) -> Response:
    """Ask for a clip: to its place in the list, or to the refusal with its reasons."""
    choose_language(request)
    draft = await _draft(request)
    try:
        answer = await videos.create(request, parts, session.caller)
    except (Problem, InvalidMedia) as error:
        problem = error if isinstance(error, Problem) else problem_of_error(error)
        return await _studio(request, parts, session, draft=draft, problem=problem)
    told = json.loads(bytes(answer.body))
    if "reasons" in told and answer.status_code in _REFUSED:
        refused = {**told, "pieces": pieces(draft.prompt, told["reasons"])}
        return await _studio(request, parts, session, draft=draft, refused=refused, status=answer.status_code)
    return RedirectResponse(f"/studio#{told['id']}", 303)


@router.post("/preflight", response_class=HTMLResponse)
async def preflight(request: Request, parts: PartsOf, session: Previewer) -> HTMLResponse:
    """Say what creating would be answered: the whole page, or for the script only its panel."""
    choose_language(request)
    draft = await _draft(request)
    is_part = request.headers.get("x-part") == "check"
    checked, problem = None, None
    try:
        checked = _checked(draft, await videos.preflight(request, parts, session.caller))
    except (Problem, InvalidMedia) as error:
        problem = error if isinstance(error, Problem) else problem_of_error(error)
    if is_part:
        return render(request, "_check.html", checked=checked, problem=problem)
    return await _studio(request, parts, session, draft=draft, checked=checked, problem=problem)


@router.get("/clips/{video_id}", response_class=HTMLResponse)
async def clip(request: Request, video_id: str, parts: PartsOf, session: Reader) -> HTMLResponse:
    """Show one clip: player, what it bears, and what may be done with it."""
    return await _clip(request, parts, session, video_id)


@router.get("/clips/{video_id}/card", response_class=HTMLResponse)
async def card(request: Request, video_id: str, parts: PartsOf, session: Reader) -> HTMLResponse:
    """Return a clip's card alone, for the script that follows its progress."""
    found = await _card(request, parts, session, video_id)
    return render(request, "_card.html", card=found, token=session.token, stages=STAGES)


@router.get("/clips/{video_id}/content")
async def content(
    request: Request,
    video_id: str,
    parts: PartsOf,
    session: Viewer,
    variant: Annotated[Literal["video", "thumbnail", "spritesheet"], Query()] = "video",
) -> Response:
    """Stream the clip or its thumbnail to its owner."""
    return await videos.content(request, video_id, parts, session.caller, variant)


@router.post("/clips/{video_id}/publish")
async def publish(request: Request, video_id: str, parts: PartsOf, session: Writer) -> Response:
    """Show the stricter decision first; take it only when the form says so."""
    choose_language(request)
    form = await request.form()
    is_preview = form.get("step") != "confirm"
    answer = await publishing.publish(request, video_id, parts, session.caller, preview=is_preview)
    told = json.loads(bytes(answer.body))
    if is_preview or answer.status_code in _REFUSED:
        foreseen = {
            "visibility": form.get("visibility"),
            "verdict": told.get("verdict", "block"),
            "reasons": told["reasons"],
            "decision_id": told.get("decision_id"),
        }
        return await _clip(request, parts, session, video_id, foreseen=foreseen)
    return RedirectResponse(f"/studio/clips/{video_id}", 303)


@router.post("/clips/{video_id}/unpublish")
async def unpublish(request: Request, video_id: str, parts: PartsOf, session: Writer) -> Response:
    """Take a published clip back."""
    await publishing.unpublish(request, video_id, parts, session.caller)
    return RedirectResponse(f"/studio/clips/{video_id}", 303)


@router.post("/clips/{video_id}/delete")
async def delete(request: Request, video_id: str, parts: PartsOf, session: Writer) -> Response:
    """Delete a clip."""
    await videos.delete(request, video_id, parts, session.caller)
    return RedirectResponse("/studio", 303)


async def _draft(request: Request) -> Draft:
    form = await request.form()
    fields = {name: form.get(name) for name in ("prompt", "seconds", "size", "model")}
    return Draft(**{name: value for name, value in fields.items() if isinstance(value, str)})


def _checked(draft: Draft, told: dict[str, Any]) -> dict[str, Any]:
    reasons = [
        {**reason, "phrase": phrase_of(draft.prompt, reason), "span": span_of(reason)}
        for reason in told["reasons"]
    ]
    tone = "stop" if told["verdict"] == "block" else "warn"
    return {**told, "reasons": reasons, "tone": tone, "pieces": pieces(draft.prompt, reasons, tone)}


async def _studio(
    request: Request,
    parts: Parts,
    session: Session,
    *,
    paging: Paging | None = None,
    draft: Draft | None = None,
    checked: dict[str, Any] | None = None,
    refused: dict[str, Any] | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> HTMLResponse:
    shown = await videos.page(request, parts, session.caller, paging or Paging())
    async with parts.pool.connection() as connection:
        account = session.caller.account_id
        filed = await appeals.of_account(connection, account, _NEWEST_APPEALS)
        decided = [video["decision_id"] for video in shown["data"]]
        contested = await appeals.of_decisions(connection, account, decided)
    return render(
        request,
        "studio.html",
        status=problem.kind.status if problem else status,
        headers=problem.headers if problem else None,
        colophon=await colophon_of(parts),
        token=session.token,
        draft=draft or Draft(),
        models=parts.of(Desk).models,
        seconds=SECONDS,
        sizes=SIZES,
        stages=STAGES,
        cards=[card_of(video, contested.get(video["decision_id"])) for video in shown["data"]],
        appeals=filed,
        older=shown["last_id"] if shown["has_more"] else None,
        checked=checked,
        refused=refused,
        problem=problem,
    )


async def _clip(
    request: Request,
    parts: Parts,
    session: Session,
    video_id: str,
    foreseen: dict[str, Any] | None = None,
) -> HTMLResponse:
    choose_language(request)
    return render(
        request,
        "clip.html",
        colophon=await colophon_of(parts),
        token=session.token,
        card=await _card(request, parts, session, video_id),
        stages=STAGES,
        foreseen=foreseen,
    )


async def _card(request: Request, parts: Parts, session: Session, video_id: str) -> Card:
    choose_language(request)
    answer = await videos.retrieve(request, video_id, parts, session.caller)
    told: dict[str, Any] = json.loads(bytes(answer.body))
    async with parts.pool.connection() as connection:
        appeal = await appeals.against(connection, told["decision_id"] or "")
    return card_of(told, appeal)
