"""Is this clip real?  Anyone may ask, with no account; nothing of what is sent is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.auth import Caller, anyone, require
from api.described import CHECK
from api.outbound import outbound_of
from api.parts import Parts, PartsOf
from api.references import fetch_file
from api.uploads import spool
from api.verification import Verification
from api.video_body import invalid, read_fields
from safety.provenance.verdict import Answer
from safety.provenance.verify import answer_as_json

router = APIRouter(tags=["verify"])

LARGEST_FILE_BYTES = 200_000_000


@router.post("/v1/verify", openapi_extra=CHECK)
async def verify(
    request: Request, parts: PartsOf, _: Annotated[None, Depends(anyone(limit="verify"))]
) -> dict[str, Any]:
    """Return the verdict of the closed set, what it rests on, and the stretches that are marked."""
    verification = parts.of(Verification)
    answer = await answer_upload(request, parts)
    return verification_object(answer, verification)


@router.post("/v1/content_provenance_checks", openapi_extra=CHECK)
async def content_provenance_check(
    request: Request,
    parts: PartsOf,
    caller: Annotated[Caller, Depends(require("provenance:write", limit="verify"))],
) -> dict[str, Any]:
    """Answer in OpenAI's shape whether a file bears a manifest or a mark of ours."""
    del caller
    answer = await answer_upload(request, parts)
    return {
        "object": "content_provenance_check",
        "created_at": int(dt.datetime.now(dt.UTC).timestamp()),
        "results": [_c2pa_result(answer), _watermark_result(answer)],
    }


def verification_object(answer: Answer, verification: Verification) -> dict[str, Any]:
    """Return the answer as clients read it."""
    return {"object": "verification", **answer_as_json(answer, verification.examiner)}


async def answer_upload(request: Request, parts: Parts) -> Answer:
    """
    Return what the check says of the file in the form field ``file``; nothing of it is kept.

    Raises:
        Problem: 422 without a file, 413 beyond 200 MB.
    """
    verification = parts.of(Verification)
    fields = await read_fields(request)
    upload, url = fields.get("file"), fields.get("url")
    if not isinstance(upload, UploadFile | None) or (upload is None) == (url is None):
        raise invalid(
            "file",
            "Send the file in the form field `file`, or its https address as `url`.",
            "Envoyez le fichier dans le champ `file`, ou son adresse https dans `url`.",
        )
    async with _spooled(parts, upload) if upload is not None else _fetched(parts, url) as path:
        await verification.registry.refresh()
        return await run_in_threadpool(verification.verify, path)


@asynccontextmanager
async def _spooled(parts: Parts, upload: UploadFile) -> AsyncIterator[Path]:
    """Yield the upload as a file that is gone afterwards, whatever happens."""
    with parts.home.work_folder() as folder:
        path = Path(folder) / "file"
        await spool(upload, path, largest_bytes=LARGEST_FILE_BYTES, pointer="/file")
        yield path


@asynccontextmanager
async def _fetched(parts: Parts, url: object) -> AsyncIterator[Path]:
    """Yield what an address holds as a file that is gone afterwards, whatever happens."""
    with parts.home.work_folder() as folder:
        path = Path(folder) / "file"
        outbound = outbound_of(parts.settings)
        await fetch_file(outbound, url, path, largest_bytes=LARGEST_FILE_BYTES, field="url")
        yield path


def _c2pa_result(answer: Answer) -> dict[str, Any]:
    state = "not_present" if answer.is_valid is None else "trusted" if answer.is_trusted else "valid"
    return {
        "type": "c2pa",
        "outcome": "detected" if answer.is_valid is not None else "not_detected",
        "validation_state": "invalid" if answer.is_valid is False else state,
        "issuer": answer.signer,
        "model": (answer.disclosure or {}).get("engine"),
        "generated_at": (answer.disclosure or {}).get("made_at"),
    }


def _watermark_result(answer: Answer) -> dict[str, Any]:
    return {
        "type": "watermark",
        "outcome": "detected" if answer.stretches and answer.video_id else "not_detected",
        "model": (answer.disclosure or {}).get("engine"),
        "generated_at": (answer.disclosure or {}).get("made_at"),
        "verdict": answer.verdict.value,
    }
