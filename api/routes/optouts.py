"""Opt-outs: what a rights holder forbids, drafted, previewed, submitted, verified and withdrawn."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from api.acting import enter
from api.auth import Caller, require
from api.creation import Desk
from api.db.pool import Connection
from api.db.stores import optouts
from api.db.stores.optouts import OptOutRow
from api.idempotency import IdempotencyKey, fingerprint, once
from api.ids import is_id
from api.opt_out_body import Changes, Draft, check_dates, content_of
from api.opt_outs import FEWEST_TOLD, effect_of
from api.paging import PagingOf
from api.parts import PartsOf
from api.problems import Problem
from api.routes.accounts import rfc3339
from safety.audit.entry import ActionClass

router = APIRouter(prefix="/v1/optouts", tags=["optouts"])

Reader = Annotated[Caller, Depends(require("optouts:read", limit="read"))]
Writer = Annotated[Caller, Depends(require("optouts:write", limit="write"))]
Previewer = Annotated[Caller, Depends(require("optouts:write", limit="preflight"))]
Verifier = Annotated[Caller, Depends(require("optouts:verify", limit="write"))]


@router.post("", status_code=201)
async def draft(
    body: Draft, request: Request, parts: PartsOf, caller: Writer, key: IdempotencyKey = None
) -> Response:
    """Draft an entry; a name that everybody needs is refused, with the reason."""
    content = content_of(body)

    async def work(connection: Connection) -> Response:
        made = await optouts.add(connection, caller.account_id, content)
        await enter(connection, request, caller, "optout:draft", ("optout", made.id), ActionClass.CONSENT)
        return JSONResponse(shown(made), 201, headers={"Location": f"/v1/optouts/{made.id}"})

    return await once(parts.pool, caller, key, fingerprint(request, await request.body()), work)


@router.get("")
async def listed(
    request: Request,
    parts: PartsOf,
    paging: PagingOf,
    caller: Reader,
    *,
    waiting: Annotated[bool, Query(description="the operator: what everybody filed, unproven")] = False,
) -> dict[str, Any]:
    """Return the caller's entries, newest first."""
    if waiting and not caller.may("optouts:verify"):
        raise Problem("missing_scope", members={"missing_scopes": ["optouts:verify"]})
    async with parts.pool.connection() as connection, connection.transaction():
        if not waiting:
            return paging.page(await optouts.listed(connection, caller.account_id, paging), shown)
        rows = await optouts.waiting(connection, paging)
        for row in rows[: paging.limit]:
            await enter(connection, request, caller, "optout:read", ("optout", row.id), ActionClass.ACCESS)
        return paging.page(rows, shown)


@router.get("/{optout_id}")
async def retrieve(request: Request, optout_id: str, parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """Return an entry: the caller's own, or for who verifies anybody's; the latter is entered in the log."""
    whose = None if caller.may("optouts:verify") else caller.account_id
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _found(connection, optout_id, whose)
        if row.account_id != caller.account_id:
            await enter(connection, request, caller, "optout:read", ("optout", row.id), ActionClass.ACCESS)
    return shown(row)


@router.patch("/{optout_id}")
async def change(
    optout_id: str, body: Changes, request: Request, parts: PartsOf, caller: Writer
) -> dict[str, Any]:
    """Change a draft; what was submitted stays as it is, so that what was verified is what holds."""
    content = content_of(body)
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _found(connection, optout_id, caller.account_id)
        check_dates(content.get("valid_from", row.valid_from), content.get("valid_to", row.valid_to))
        if not content:
            raise Problem("invalid", pointer="")
        changed = await optouts.change_draft(connection, row.id, caller.account_id, content)
        return await _acted(connection, request, caller, "optout:change", changed)


@router.post("/{optout_id}/submit")
async def submit(request: Request, optout_id: str, parts: PartsOf, caller: Writer) -> dict[str, Any]:
    """Put a draft into force: from the next decision on, what it names is held for people."""
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _found(connection, optout_id, caller.account_id)
        changed = await optouts.submit(connection, row.id, caller.account_id)
        return await _acted(connection, request, caller, "optout:submit", changed)


@router.post("/{optout_id}/verify")
async def verify(request: Request, optout_id: str, parts: PartsOf, caller: Verifier) -> dict[str, Any]:
    """Note that the right is proven: from the next decision on, what the entry names is blocked."""
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _found(connection, optout_id, None)
        changed = await optouts.verify(connection, row.id, caller.account_id)
        return await _acted(connection, request, caller, "optout:verify", changed, ActionClass.POLICY)


@router.post("/{optout_id}/withdraw")
async def withdraw(request: Request, optout_id: str, parts: PartsOf, caller: Writer) -> dict[str, Any]:
    """Take an entry out of force for good."""
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _found(connection, optout_id, caller.account_id)
        changed = await optouts.withdraw(connection, row.id, caller.account_id)
        return await _acted(connection, request, caller, "optout:withdraw", changed)


@router.post("/{optout_id}/preview")
async def preview(
    request: Request,
    optout_id: str,
    parts: PartsOf,
    caller: Previewer,
    last: Annotated[int, Query(ge=1, le=1000, description="how many submissions to look at")] = 500,
) -> dict[str, Any]:
    """Say what the entry would have matched: public clips by id, private ones in tens, from ten on."""
    desk = parts.of(Desk)
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _found(connection, optout_id, caller.account_id)
        asked = await optouts.last_asked(connection, last)
        await enter(connection, request, caller, "optout:preview", ("optout", row.id), ActionClass.CONSENT)
    effect = await asyncio.to_thread(effect_of, desk.policy, row, asked)
    return {
        "object": "optout.preview",
        "optout_id": row.id,
        "looked_at": effect.looked_at,
        "published": {"matched": effect.published, "examples": list(effect.examples)},
        "private": {"matched_at_least": effect.private, "hidden_under": FEWEST_TOLD},
        "codes": list(effect.codes),
    }


def shown(row: OptOutRow) -> dict[str, Any]:
    """Return an entry as clients see it."""
    return {
        "id": row.id,
        "object": "optout",
        "owner": row.owner,
        "subject": {"kind": row.kind, "names": row.names, "aliases": row.aliases},
        "uses": row.uses,
        "territories": row.territories,
        "valid_from": rfc3339(row.valid_from),
        "valid_to": rfc3339(row.valid_to),
        "stance": row.stance,
        "tier": row.tier,
        "status": row.status,
        "created_at": rfc3339(row.created_at),
        "updated_at": rfc3339(row.updated_at),
        "submitted_at": rfc3339(row.submitted_at),
        "verified_at": rfc3339(row.verified_at),
        "withdrawn_at": rfc3339(row.withdrawn_at),
    }


async def _found(connection: Connection, optout_id: str, account_id: str | None) -> OptOutRow:
    found = await optouts.find(connection, optout_id, account_id) if is_id(optout_id, "optout") else None
    if found is None:
        raise Problem("not_found")  # another's and none are told alike
    return found


async def _acted(
    connection: Connection,
    request: Request,
    caller: Caller,
    action: str,
    changed: OptOutRow | None,
    action_class: ActionClass = ActionClass.CONSENT,
) -> dict[str, Any]:
    if changed is None:
        raise Problem("conflict")
    await enter(connection, request, caller, action, ("optout", changed.id), action_class)
    return shown(changed)
