"""Judging text and pictures without making anything, in the shape of OpenAI's Moderations API."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Request
from numpy.typing import NDArray

from api.auth import Caller, require
from api.creation import Desk, facts_of, heeded
from api.described import MODERATION
from api.ids import new_id
from api.outbound import Outbound, outbound_of
from api.parts import PartsOf
from api.problems import Problem
from api.references import bytes_at_url, decode_picture
from api.video_body import LONGEST_PROMPT, invalid, read_fields
from policies.facts import Surface
from policies.wire import openai_moderation
from safety.detector import Text
from safety.pipeline import rule, screen_request

router = APIRouter(prefix="/v1/moderations", tags=["moderations"])

Asker = Annotated[Caller, Depends(require("moderations:write", limit="moderations"))]

MODEL = "filigrane-moderation"
MOST_INPUTS = 32


@router.post("", openapi_extra=MODERATION)
async def moderate(request: Request, parts: PartsOf, caller: Asker) -> dict[str, Any]:
    """Say what the policy's moderation surface would answer: one result a text, one for a list of parts."""
    fields = await read_fields(request)
    desk = parts.of(Desk)
    outbound = outbound_of(parts.settings)
    inputs = [await _input(desk, outbound, item) for item in _inputs(fields.get("input"))]
    results = [await _judged(desk, caller, texts, picture) for texts, picture in inputs]
    return {"id": new_id("modr"), "model": MODEL, "results": results}


Input = tuple[list[str], NDArray[np.uint8] | None]


def _inputs(value: object) -> list[list[object]]:
    """Return what is to be judged together: each text of a list by itself, a list of parts as one."""
    if isinstance(value, str):
        return [[value]]
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_INPUTS:
        raise _wrong()
    if all(isinstance(item, str) for item in value):
        return [[item] for item in value]
    return [value]


async def _input(desk: Desk, outbound: Outbound, items: list[object]) -> Input:
    texts: list[str] = []
    pictures: list[NDArray[np.uint8]] = []
    for item in items:
        kind = item.get("type") if isinstance(item, dict) else "text" if isinstance(item, str) else None
        if kind == "text":
            text = item if isinstance(item, str) else item.get("text") if isinstance(item, dict) else None
            if not isinstance(text, str) or len(text) > LONGEST_PROMPT:
                raise _wrong()
            texts.append(text)
        elif kind == "image_url" and isinstance(item, dict) and not pictures:
            image = item.get("image_url")
            url = image.get("url") if isinstance(image, dict) else None
            content = await bytes_at_url(outbound, desk.home, url, "input")
            pictures.append(await decode_picture(desk.home, content))
        else:
            raise _wrong()
    return texts, pictures[0] if pictures else None


async def _judged(
    desk: Desk, caller: Caller, texts: list[str], picture: NDArray[np.uint8] | None
) -> dict[str, Any]:
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
    given = [Text(text=text) for text in texts]
    looked = await asyncio.to_thread(screen_request, desk.screen, digest, given, picture)
    looked = await heeded(desk, looked, given, caller.territory)
    facts = facts_of(caller, Surface.MODERATION, desk.models[0])
    return openai_moderation(desk.policy, looked.evidence, rule(desk.policy, facts, looked))


def _wrong() -> Problem:
    return invalid(
        "input",
        f"`input` is a text, a list of up to {MOST_INPUTS} texts, or parts: texts and one image_url.",
        f"`input` est un texte, une liste d’au plus {MOST_INPUTS} textes, ou textes et une image_url.",
    )
