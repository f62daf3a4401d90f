"""The public check as a page: the answer first, then what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.datastructures import UploadFile

from api.auth import anyone
from api.pages.colophon import colophon_of
from api.pages.rendering import choose_language, render
from api.parts import PartsOf
from api.routes.verify import LARGEST_FILE_BYTES, answer_upload, verification_object
from api.verification import Verification
from safety.provenance.case import VerifyVerdict
from safety.provenance.registry import SecondState
from safety.provenance.verdict import Stretch
from safety.provenance.words import SAYS

router = APIRouter(include_in_schema=False)

TONES: dict[VerifyVerdict, str] = {
    VerifyVerdict.CONFIRMED: "ok",
    VerifyVerdict.CONFIRMED_ALTERED: "warn",
    VerifyVerdict.MANIFEST_RECOVERED: "ok",
    VerifyVerdict.MARK_TRANSPLANTED: "stop",
    VerifyVerdict.OTHER_PROVENANCE: "note",
    VerifyVerdict.MANIFEST_INVALID: "stop",
    VerifyVerdict.VISIBLE_MARK_ONLY: "warn",
    VerifyVerdict.NO_SIGNAL: "mute",
    VerifyVerdict.UNREADABLE: "mute",
}
"""How each answer looks, in the order in which the page explains them."""

_SEGMENTS = {SecondState.OURS: "on", SecondState.UNCLEAR: "weak", SecondState.FOREIGN: "off"}
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch as it is drawn: where it begins and how wide it is, in percent of the whole."""

    left: float
    width: float
    state: str


@router.get("/verify", response_class=HTMLResponse)
async def ask(request: Request, parts: PartsOf) -> HTMLResponse:
    """Show where to put the file, and the answers there are."""
    return render(
        request,
        "verify.html",
        colophon=await colophon_of(parts),
        answers=[(verdict.value, tone, SAYS[verdict]) for verdict, tone in TONES.items()],
        largest_bytes=LARGEST_FILE_BYTES,
    )


@router.post("/verify")
async def answer(
    request: Request, parts: PartsOf, _: Annotated[None, Depends(anyone(limit="verify"))]
) -> Response:
    """Answer about a file, as a page or as JSON; it is kept in neither case."""
    choose_language(request)
    found = await answer_upload(request, parts)
    verification = parts.of(Verification)
    told = verification_object(found, verification)
    if _wants_json(request):
        return JSONResponse(told)
    upload = (await request.form())["file"]
    return render(
        request,
        "answer.html",
        colophon=await colophon_of(parts),
        answer=found,
        tone=TONES[found.verdict],
        made=_made(told),
        recovered=told["recovered_manifest"],
        segments=segments(found.stretches, found.duration_s),
        name=upload.filename[:_LONGEST_NAME] if isinstance(upload, UploadFile) and upload.filename else "",
        size=upload.size if isinstance(upload, UploadFile) else None,
    )


def segments(stretches: tuple[Stretch, ...], duration_s: float) -> list[Segment]:
    """Return the stretches of a file of `duration_s` seconds as they are drawn."""
    return [
        Segment(
            left=round(100 * one.start_s / duration_s, 2),
            width=round(100 * (one.end_s - one.start_s) / duration_s, 2),
            state=_SEGMENTS[one.state],
        )
        for one in stretches
        if duration_s > 0
    ]


def _made(told: dict[str, Any]) -> dict[str, str] | None:
    """Return who made the clip and when: from its own manifest or the recovered one, never of a withdrawn."""
    if told["withdrawn"]:
        return None
    recovered = told["recovered_manifest"] or {}
    made: dict[str, str] | None = told["disclosure"] or recovered.get("disclosure")
    return made


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted
