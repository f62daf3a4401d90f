"""The generators that can be asked for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from api.auth import Caller, require
from api.creation import Desk
from api.parts import PartsOf

router = APIRouter(prefix="/v1/models", tags=["models"])

_SINCE = 1_795_219_200  # 2026-11-21, when the first of them was named


@router.get("")
async def models(
    parts: PartsOf, caller: Annotated[Caller, Depends(require("account:read", limit="read"))]
) -> dict[str, Any]:
    """Return the models in OpenAI's shape, the default first."""
    del caller
    found = [
        {"id": name, "object": "model", "created": _SINCE, "owned_by": "operator"}
        for name in parts.of(Desk).models
    ]
    return {"object": "list", "data": found}
