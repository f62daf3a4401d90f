"""
Characters, as OpenAI's API names the likenesses of people: nobody is enrolled yet.

Enrolling asks for proof of life, a challenge that the person answers; a video of somebody proves nothing
about who sent it.  Until that is there, every likeness is denied.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.auth import Caller, require
from api.problems import Problem
from policies.ruling import Sentence

router = APIRouter(prefix="/v1/videos/characters", tags=["videos"])

_NO_ENROLMENT = Sentence(
    en="Nobody is enrolled here yet: a likeness asks for the person’s own proof of life, not for a video.",
    fr="Personne n’est encore inscrit ici : il y faut la preuve de vie de la personne, pas une vidéo.",
)


@router.post("")
async def create(
    request: Request, caller: Annotated[Caller, Depends(require("cameos:write", limit="create"))]
) -> Response:
    """Deny, whatever is sent; it is read to its end, so that the answer arrives, and kept nowhere."""
    del caller
    async for _ in request.stream():
        pass
    raise Problem("likeness_permission_denied", _NO_ENROLMENT)


@router.get("/{character_id}")
async def retrieve(
    character_id: str, caller: Annotated[Caller, Depends(require("cameos:read", limit="read"))]
) -> Response:
    """Tell of no likeness, whether another's, refused, revoked or never there."""
    del character_id, caller
    raise Problem("not_found")
