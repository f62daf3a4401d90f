"""Sealed media: how many wait, and their export, one at a time; there is no list, no preview and no still."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.acting import enter
from api.auth import Caller, require
from api.creation import Desk
from api.db.stores import sealed
from api.parts import PartsOf
from api.problems import Problem
from api.routes.accounts import rfc3339
from safety.audit.entry import ActionClass

router = APIRouter(prefix="/v1/sealed", tags=["sealed"])

Exporter = Annotated[Caller, Depends(require("sealed:export", limit="write"))]


class Export(BaseModel):
    """Why one is exported, and which: the oldest that nobody has exported, unless one is named again."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(min_length=3, max_length=500)
    sealed_id: str | None = Field(default=None, pattern=r"^sealed_[0-9a-f]{32}$")


@router.get("/waiting")
async def waiting(parts: PartsOf, caller: Exporter) -> dict[str, Any]:
    """Return how many sealed files nobody has exported, and since when the oldest waits."""
    del caller
    async with parts.pool.connection() as connection:
        found = await sealed.waiting(connection)
    return {"object": "sealed.waiting", "count": found.count, "oldest_at": rfc3339(found.oldest_at)}


@router.post(
    "/exports",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    },
)
async def export(request: Request, body: Export, parts: PartsOf, caller: Exporter) -> StreamingResponse:
    """
    Open one seal and return its bytes as a file to be kept, never shown.

    The entry in the log is committed before the first byte is sent: an export that is cut short is one.
    """
    sealing = parts.of(Desk).sealing
    async with parts.pool.connection() as connection, connection.transaction():
        row = await sealed.take(connection, body.sealed_id, dt.datetime.now(dt.UTC))
        if row is None:
            raise Problem("not_found")
        resource = ("sealed", row.id)
        await enter(
            connection, request, caller, "sealed:export", resource, ActionClass.REVIEW, reason=body.reason
        )
        content = await sealing.opened(row)
    return StreamingResponse(
        content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{row.id}.bin"',
            "Content-Length": str(row.byte_count),
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Sealed-Id": row.id,
            "X-Sealed-Part": row.part,
            "X-Sealed-Media-Type": row.media_type,
            "X-Sealed-Sha256": row.plain_sha256,
            "X-Decision-Id": row.decision_id,
        },
    )
