"""What auditors ask of the log; each of their looks is itself entered."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse

from api.acting import enter
from api.auth import Caller, require
from api.db.stores import log
from api.paging import PagingOf
from api.parts import PartsOf
from api.problems import Problem
from safety.audit.entry import ActionClass

router = APIRouter(prefix="/v1/audit", tags=["audit"])

_EVENTS = ("audit", "events")
"""What is read of the log, as its own entry names it."""

Auditor = Annotated[Caller, Depends(require("audit:read", limit="read"))]
Purpose = Annotated[str, Query(min_length=3, max_length=200, description="why you look; kept with your look")]


@router.get("/events")
async def events(  # noqa: PLR0917  (a query's parameters are its names)
    request: Request,
    parts: PartsOf,
    caller: Auditor,
    paging: PagingOf,
    purpose: Purpose,
    actor: Annotated[str | None, Query(max_length=100)] = None,
    action: Annotated[str | None, Query(max_length=100)] = None,
    resource: Annotated[str | None, Query(max_length=200, description="a type, or type:id")] = None,
    since: Annotated[dt.datetime | None, Query(alias="from")] = None,
    until: Annotated[dt.datetime | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """Return events by actor, action, resource and time, newest first; the look itself is entered."""
    kind, _, resource_id = (resource or "").partition(":")
    asked = log.EventFilter(
        actor_id=actor,
        action=action,
        resource_type=kind or None,
        resource_id=resource_id or None,
        since=_aware(since, "from"),
        until=_aware(until, "to"),
    )
    async with parts.pool.connection() as connection, connection.transaction():
        found = await log.events(
            connection,
            asked,
            after=paging.after,
            limit=paging.limit + 1,
            is_ascending=paging.order == "asc",
        )
        await enter(connection, request, caller, "audit:read", _EVENTS, ActionClass.ACCESS, reason=purpose)
    return paging.page(found, _shown)


@router.get("/events/{event_id}/receipt", response_class=PlainTextResponse)
async def receipt(event_id: str, parts: PartsOf, caller: Auditor) -> PlainTextResponse:
    """Return the `.tlog-proof` of an event, which verifies offline; 404 until it is sequenced."""
    del caller
    async with parts.pool.connection() as connection:
        proof = await log.receipt(connection, event_id)
    if proof is None:
        raise Problem("not_found")
    return proof_response(event_id, proof.text())


def proof_response(name: str, text: str) -> PlainTextResponse:
    """Return a receipt as a file to be kept."""
    return PlainTextResponse(
        text,
        headers={
            "Content-Disposition": f'attachment; filename="{name}.tlog-proof"',
            "Cache-Control": "private, no-store",
        },
    )


def _aware(moment: dt.datetime | None, name: str) -> dt.datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise Problem("invalid", parameter=name)
    return moment


def _shown(stored: log.StoredEvent) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(stored.body)
    return {"id": stored.event_id, "object": "audit.event", **event, "index": stored.index}
