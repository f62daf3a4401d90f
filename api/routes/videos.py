"""Creation, in the shape of OpenAI's Videos API; its SDK works unchanged."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from api import creation, quota
from api.acting import context_of, enter
from api.admission import admitted
from api.auth import Caller, require
from api.creation import Asked, Desk
from api.db.pool import Connection
from api.db.stores import cases, decisions, objects, parting, submissions, videos
from api.db.stores.submissions import SubmissionRow
from api.db.stores.uses import Use
from api.db.stores.videos import VideoRow
from api.described import CREATION, NOT_BUILT, REFUSED, REMIX, media
from api.idempotency import IdempotencyKey
from api.ids import is_id
from api.language import language_of
from api.media import media_response
from api.outbound import outbound_of
from api.paging import PagingOf
from api.parts import Parts, PartsOf
from api.problems import Problem, problem_of_error
from api.reading import Reading
from api.references import bytes_at_url, keep_picture
from api.video_body import Asking, digest_of_fields, read_asking, read_fields, read_prompt
from api.video_object import reasons_of, video_object
from generator.errors import InvalidMedia
from policies.ruling import Sentence
from safety.audit.entry import ActionClass

router = APIRouter(prefix="/v1/videos", tags=["videos"])

Creator = Annotated[Caller, Depends(require("videos:write", limit="create"))]
Previewer = Annotated[Caller, Depends(require("videos:write", limit="preflight"))]
Writer = Annotated[Caller, Depends(require("videos:write", limit="write"))]
Reader = Annotated[Caller, Depends(require("videos:read", limit="read"))]
Viewer = Annotated[Caller, Depends(require("videos:read", limit="media"))]

_VARIANTS = {
    "video": ("marked_digest", "mp4"),
    "thumbnail": ("thumbnail_digest", "jpg"),
    "spritesheet": ("spritesheet_digest", "jpg"),
}


@router.post("", openapi_extra=CREATION)
async def create(request: Request, parts: PartsOf, caller: Creator, key: IdempotencyKey = None) -> Response:
    """Ask for a clip from a prompt, with or without a reference picture."""
    asking = await _asking(parts, request)
    asked = await _asked(parts, asking)
    return await admitted(request, parts, caller, asked, key, asking.digest)


@router.post("/preflight", openapi_extra=CREATION)
async def preflight(request: Request, parts: PartsOf, caller: Previewer) -> dict[str, Any]:
    """Answer what a creation would be answered: the same gates, no clip, no charge."""
    asking = await _asking(parts, request)
    asked = await _asked(parts, asking)
    desk, context = parts.of(Desk), context_of(request, caller)
    quota.refuse_beyond_tier(desk.policy, caller, asked.duration_s)
    await quota.count_attempt(parts.pool, desk.policy, caller, Use.PREFLIGHTS, context.at)
    judged = await creation.judge(desk, caller, asked)
    await creation.seal_preview(desk, caller, asked, judged, context)
    ruling = judged.ruled.ruling
    return {
        "object": "video.preflight",
        "verdict": ruling.verdict.word,
        "reasons": reasons_of(ruling, language_of(request), parts.settings.address),
        "unchecked": list(ruling.unchecked),
        "rewrites": list(await creation.rewrites(desk, caller, asked, judged, language_of(request))),
        "would_cost": 0 if ruling.verdict.word == "block" else 1,
        "policy_version": ruling.policy_digest,
    }


@router.get("")
async def page(request: Request, parts: PartsOf, caller: Reader, paging: PagingOf) -> dict[str, Any]:
    """Return the caller's clips, newest first."""
    async with parts.pool.connection() as connection:
        rows = await videos.page(
            connection,
            caller.account_id,
            after=paging.after,
            limit=paging.limit + 1,
            is_ascending=paging.order == "asc",
        )
        shown = [await clip_shown(request, parts, connection, row) for row in rows]
    return paging.page(shown, lambda one: one)


@router.get("/{video_id}")
async def retrieve(request: Request, video_id: str, parts: PartsOf, caller: Reader) -> Response:
    """Return a clip's state: poll it, or follow it with `/events`."""
    async with parts.pool.connection() as connection:
        row = await own_clip(connection, caller, video_id)
        body = await clip_shown(request, parts, connection, row)
    headers = {"X-Decision-Id": row.decision_id} if row.decision_id else {}
    return JSONResponse(body, headers=headers)


@router.delete("/{video_id}")
async def delete(request: Request, video_id: str, parts: PartsOf, caller: Writer) -> dict[str, Any]:
    """Delete a clip and its request; nothing is given back, and its mark stays known as withdrawn."""
    async with parts.pool.connection() as connection, connection.transaction():
        row = await own_clip(connection, caller, video_id)
        now = dt.datetime.now(dt.UTC)
        await parting.delete(connection, row.id, now)
        await cases.withdraw_of(connection, row.id, now)
        await enter(connection, request, caller, "video:delete", ("video", row.id), ActionClass.DECISION)
    return {"id": video_id, "object": "video.deleted", "deleted": True}


@router.get("/{video_id}/content", responses=media("video/mp4", "image/jpeg"), response_class=Response)
async def content(
    request: Request,
    video_id: str,
    parts: PartsOf,
    caller: Viewer,
    variant: Annotated[Literal["video", "thumbnail", "spritesheet"], Query()] = "video",
) -> Response:
    """Stream the released clip, its thumbnail or spritesheet; whether it may be is asked at every request."""
    column, suffix = _VARIANTS[variant]
    async with parts.pool.connection() as connection:
        row = await own_clip(connection, caller, video_id)
        refuse_unreleased(row)
        await parts.of(Reading).refuse_stopped(connection, caller, row)
        stored = await objects.find(connection, getattr(row, column))
    if stored is None:
        raise Problem("not_found")
    return await media_response(request, parts.of(Desk).objects, stored, f"{row.id}.{suffix}")


@router.post("/{video_id}/remix", openapi_extra=REMIX, responses=REFUSED)
async def remix(
    request: Request, video_id: str, parts: PartsOf, caller: Creator, key: IdempotencyKey = None
) -> Response:
    """Make a new clip from an own one and a new prompt; its manifest names the parent as an ingredient."""
    fields = await read_fields(request)
    prompt = read_prompt(fields.get("prompt"))
    async with parts.pool.connection() as connection:
        parent = await own_clip(connection, caller, video_id)
        refuse_unreleased(parent)
        await parts.of(Reading).refuse_stopped(connection, caller, parent)
        before = await asked_for(connection, parent)
    asked = Asked(
        kind="remix",
        prompt=prompt,
        model=before.model,
        duration_s=before.duration_s,
        width_px=before.width_px,
        height_px=before.height_px,
        cameo_ids=tuple(before.cameo_ids),
        parent_video_id=parent.id,
    )
    return await admitted(request, parts, caller, asked, key, digest_of_fields(fields))


@router.post("/edits", openapi_extra=REMIX, responses=NOT_BUILT)
@router.post("/extensions", openapi_extra=REMIX, responses=NOT_BUILT)
async def not_built(caller: Creator) -> Response:
    """Not built yet."""
    del caller
    raise Problem("not_implemented")


async def _asking(parts: Parts, request: Request) -> Asking:
    fetch = partial(bytes_at_url, outbound_of(parts.settings), parts.home)
    return await read_asking(parts.of(Desk).models, await read_fields(request), fetch)


async def _asked(parts: Parts, asking: Asking) -> Asked:
    reference, digest = None, None
    if asking.reference is not None:
        try:
            reference, digest = await keep_picture(parts.of(Desk), asking.reference)
        except InvalidMedia as error:
            raise problem_of_error(error, pointer="/input_reference") from error
    return Asked(
        kind="create",
        prompt=asking.prompt,
        model=asking.model,
        duration_s=asking.duration_s,
        width_px=asking.width_px,
        height_px=asking.height_px,
        cameo_ids=asking.cameo_ids,
        reference=reference,
        reference_digest=digest,
        safety_identifier=asking.safety_identifier,
    )


async def own_clip(connection: Connection, caller: Caller, video_id: str) -> VideoRow:
    """Return the caller's clip; another's does not exist, whatever its id."""
    is_known = is_id(video_id, "video")
    row = await videos.of_account(connection, caller.account_id, video_id) if is_known else None
    if row is None:
        raise Problem("not_found")
    return row


_NOT_YET = Sentence(
    en="The clip is still being made: poll it, or follow its `/events`, until it is completed.",
    fr="La vidéo est en cours de création : interrogez-la, ou suivez ses `/events`, jusqu’à son achèvement.",
)
_ENDED = Sentence(
    en="The clip was not released; its `error` says why.",
    fr="La vidéo n’est pas sortie ; son champ `error` dit pourquoi.",
)


def refuse_unreleased(row: VideoRow) -> None:
    if row.withdrawn_at is not None:
        raise Problem("gone", members={"reason": row.withdrawn_reason})
    if row.status != "completed":
        members = {"video_status": row.status, "stage": row.stage}
        raise Problem("conflict", _ENDED if row.status == "failed" else _NOT_YET, members=members)


async def asked_for(connection: Connection, row: VideoRow) -> SubmissionRow:
    asked = await submissions.find(connection, row.submission_id or "")
    if asked is None:
        raise Problem("not_found")
    return asked


async def clip_shown(request: Request, parts: Parts, connection: Connection, row: VideoRow) -> dict[str, Any]:
    asked = await asked_for(connection, row)
    decision = await decisions.find(connection, row.decision_id) if row.decision_id else None
    return video_object(row, asked, decision, language_of(request), parts.settings.address)
