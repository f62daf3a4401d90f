"""Finished clips of platforms that keep their own generator: looked at, marked and signed like ours."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.admission import admitted
from api.auth import Caller, require
from api.creation import Asked, Desk
from api.described import IMPORT
from api.idempotency import IdempotencyKey
from api.keeping import keep
from api.parts import PartsOf
from api.problems import problem_of_error
from api.uploads import spool
from api.video_body import digest_of_fields, invalid, read_fields, read_prompt
from generator.errors import InvalidMedia
from generator.media.fit import sides_within
from generator.media.source import MEDIA_TYPES, container_kind
from generator.media.view import probe
from generator.request import LARGEST_AREA_PX, LARGEST_SIDE_PX, LONGEST_S

router = APIRouter(prefix="/v1/videos", tags=["videos"])

LARGEST_CLIP_BYTES = 300_000_000
_NO_PROMPT = "(brought finished, without a prompt)"


@router.post("/imports", openapi_extra=IMPORT)
async def bring(
    request: Request,
    parts: PartsOf,
    caller: Annotated[Caller, Depends(require("videos:write", limit="create"))],
    key: IdempotencyKey = None,
) -> Response:
    """Bring a finished clip: it enters where our own are looked at, with the same promises."""
    fields = await read_fields(request)
    upload = fields.get("video", fields.get("file"))
    if not isinstance(upload, UploadFile):
        raise invalid(
            "video", "Send the clip in the form field `video`.", "Envoyez la vidéo dans le champ `video`."
        )
    with parts.home.work_folder() as folder:
        path = Path(folder) / "brought"
        await spool(upload, path, largest_bytes=LARGEST_CLIP_BYTES, pointer="/video")
        asked = await _asked(parts.of(Desk), fields, path)
    digest = digest_of_fields(fields, (asked.reference_digest or "").encode())
    return await admitted(request, parts, caller, asked, key, digest)


async def _asked(desk: Desk, fields: dict[str, Any], path: Path) -> Asked:
    """Check that it is a clip, and keep it as it came: its own manifest becomes an ingredient of ours."""
    try:
        facts = await run_in_threadpool(probe, path)
    except InvalidMedia as error:
        raise problem_of_error(error, pointer="/video") from error
    if facts.duration_s > LONGEST_S + 0.5:
        raise invalid(
            "video",
            f"The clip lasts {facts.duration_s:.0f} s; {LONGEST_S} s are the most.",
            f"La vidéo dure {facts.duration_s:.0f} s ; {LONGEST_S} s au plus.",
        )
    width_px, height_px = sides_within(facts.width_px, facts.height_px, LARGEST_SIDE_PX, LARGEST_AREA_PX)
    media_type = MEDIA_TYPES[container_kind(path)]
    digest = (await keep(desk.pool, desk.objects, path, media_type)).digest
    prompt = fields.get("prompt")
    return Asked(
        kind="import",
        prompt=_NO_PROMPT if prompt in (None, "") else read_prompt(prompt),
        model="import",
        duration_s=max(1, min(LONGEST_S, math.ceil(facts.duration_s - 0.05))),
        width_px=width_px,
        height_px=height_px,
        reference_digest=digest,
        brought_generator=_named(fields, "generator"),
        brought_model=_named(fields, "model"),
    )


def _named(fields: dict[str, Any], field: str) -> str | None:
    value = fields.get(field)
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()):
        raise invalid(
            field,
            f"`{field}` has up to 200 printable characters.",
            f"`{field}` a jusqu’à 200 caractères imprimables.",
        )
    return value
