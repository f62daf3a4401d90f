"""The generators that can be asked for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.auth import Caller, require
from api.creation import Desk
from api.parts import PartsOf
from api.problems import Problem

router = APIRouter(prefix="/v1/models", tags=["models"])

_SINCE = 1_795_219_200  # 2026-11-21, when the first of them was named


Reader = Annotated[Caller, Depends(require("account:read", limit="read"))]


@router.get("")
async def models(parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """Return the models in OpenAI's shape, the default first."""
    del caller
    return {"object": "list", "data": [_shown(name) for name in parts.of(Desk).models]}


@router.get("/{name:path}")
async def retrieve(name: str, parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """Return one model; its name may hold colons and slashes."""
    del caller
    if name not in parts.of(Desk).models:
        raise Problem("not_found")
    return _shown(name)


def _shown(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _SINCE, "owned_by": "operator"}
