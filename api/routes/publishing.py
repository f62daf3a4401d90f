"""Publishing: what a released clip is answered that others shall see, and its way back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from api import publication
from api.acting import context_of, enter
from api.admission import refusal
from api.auth import Caller, require
from api.creation import Desk
from api.db.stores import videos
from api.described import PUBLICATION, REFUSED
from api.language import language_of
from api.parts import Parts, PartsOf
from api.publication import judge_publication
from api.routes.videos import asked_for, clip_shown, own_clip, refuse_unreleased
from api.sealing import Seal
from api.video_body import invalid, read_fields
from api.video_object import reasons_of
from policies.ruling import Verdict
from safety.audit.entry import ActionClass

router = APIRouter(prefix="/v1/videos", tags=["videos"])

Writer = Annotated[Caller, Depends(require("videos:write", limit="write"))]


@router.post("/{video_id}/publish", openapi_extra=PUBLICATION, responses=REFUSED)
async def publish(
    request: Request,
    video_id: str,
    parts: PartsOf,
    caller: Writer,
    *,
    preview: Annotated[bool, Query(description="say what would be decided, and do nothing")] = False,
) -> Response:
    """Publish a released clip, `unlisted` or `public`: a second, stricter decision."""
    fields = await read_fields(request)
    visibility = fields.get("visibility")
    if visibility not in ("unlisted", "public"):
        raise invalid(
            "visibility", "`visibility` is unlisted or public.", "`visibility` : unlisted ou public."
        )
    sealing, seals = parts.of(Desk).sealing, tuple[Seal, ...]()
    # What nobody may look at is sealed first, beside the transaction, and judged again within it.
    while isinstance(
        answer := await _published(request, parts, caller, video_id, visibility, seals, is_preview=preview),
        dict,
    ):
        seals = await sealing.seal(answer)
    await sealing.remove_plain(answer[1])
    return answer[0]


async def _published(
    request: Request,
    parts: Parts,
    caller: Caller,
    video_id: str,
    visibility: str,
    seals: tuple[Seal, ...],
    *,
    is_preview: bool,
) -> tuple[Response, frozenset[str]] | dict[str, str | None]:
    """
    Judge and answer in one transaction; return the answer, and the digests of what is to be removed.

    Where something is to be sealed before, and is not yet, nothing is done: that is returned.
    """
    desk, language, address = parts.of(Desk), language_of(request), parts.settings.address
    async with parts.pool.connection() as connection, connection.transaction():
        row = await own_clip(connection, caller, video_id)
        refuse_unreleased(row)
        asked = await asked_for(connection, row)
        judged = await judge_publication(desk, connection, caller, row, asked)
        kept = publication.to_seal(desk, row, asked, judged)
        if kept and not seals:
            return kept
        context = context_of(request, caller)
        reasons = reasons_of(judged.ruling, language, address)
        told = JSONResponse({"verdict": judged.ruling.verdict.word, "reasons": reasons})
        if is_preview and not kept:
            return told, frozenset()
        done = await publication.publish(desk, connection, row, judged, visibility, context, seals)
        decision = done.decision
        if decision.ruling.verdict >= Verdict.REVIEW:
            members = {"submission_id": row.submission_id}
            return told if is_preview else refusal(request, parts, decision, members), done.parted
        await enter(connection, request, caller, "video:publish", ("video", row.id), ActionClass.DECISION)
        body = await clip_shown(request, parts, connection, await own_clip(connection, caller, video_id))
    return JSONResponse(body, headers={"X-Decision-Id": decision.id}), frozenset()


@router.post("/{video_id}/unpublish")
async def unpublish(request: Request, video_id: str, parts: PartsOf, caller: Writer) -> dict[str, Any]:
    """Take a published clip back: private again, at the next request of anybody."""
    async with parts.pool.connection() as connection, connection.transaction():
        row = await own_clip(connection, caller, video_id)
        await videos.set_visibility(connection, row.id, "private")
        await enter(connection, request, caller, "video:unpublish", ("video", row.id), ActionClass.DECISION)
        return await clip_shown(request, parts, connection, await own_clip(connection, caller, video_id))
