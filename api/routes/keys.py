"""API keys: made, listed and revoked by the account that holds them, or by the operator."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.acting import enter
from api.auth import Caller, require
from api.db.pool import Connection
from api.db.stores import accounts, keys
from api.idempotency import IdempotencyKey, fingerprint, once
from api.ids import is_id
from api.paging import PagingOf
from api.parts import PartsOf
from api.problems import Problem
from api.roles import EVERY_SCOPE, Role, scopes_of
from api.routes.accounts import Name, rfc3339
from policies.ruling import Sentence
from safety.audit.entry import ActionClass

router = APIRouter(prefix="/v1/keys", tags=["keys"])


class KeyBody(BaseModel):
    """A new key: for the caller's account and role unless told otherwise; `scopes` narrow the role's."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    role: Role | None = None
    scopes: list[str] | None = Field(default=None, min_length=1, max_length=64)
    account_id: str | None = Field(default=None, pattern=r"^acct_[0-9a-f]{32}$")


@router.post("", status_code=201)
async def create(
    body: KeyBody,
    request: Request,
    parts: PartsOf,
    caller: Annotated[Caller, Depends(require("keys:write"))],
    key: IdempotencyKey = None,
) -> Response:
    """Make a key; its text is in the answer and nowhere else."""
    new = _checked(body, caller)

    async def work(connection: Connection) -> Response:
        if await accounts.by_id(connection, new.account_id) is None:
            raise Problem("not_found", pointer="/account_id")
        made, text = await keys.create(connection, new)
        await enter(connection, request, caller, "key:create", ("key", made.id), ActionClass.KEY)
        return JSONResponse({**shown(made), "key": text}, 201)

    return await once(parts.pool, caller, key, fingerprint(request, await request.body()), work)


@router.get("")
async def listed(
    parts: PartsOf,
    paging: PagingOf,
    caller: Annotated[Caller, Depends(require("keys:read"))],
    account_id: Annotated[str | None, Query(pattern=r"^acct_[0-9a-f]{32}$")] = None,
) -> dict[str, Any]:
    """The caller's keys, newest first; for the operator, those of `account_id`."""
    wanted = account_id or caller.account_id
    if wanted != caller.account_id and not caller.may("keys:manage"):
        raise Problem("not_found")
    async with parts.pool.connection() as connection:
        return paging.page(await keys.listed(connection, wanted, paging), shown)


@router.delete("/{key_id}")
async def revoke(
    key_id: str, request: Request, parts: PartsOf, caller: Annotated[Caller, Depends(require("keys:write"))]
) -> dict[str, Any]:
    """Revoke a key for good; it stops working with the next request."""
    if not is_id(key_id, "key"):
        raise Problem("not_found")
    whose = None if caller.may("keys:manage") else caller.account_id
    async with parts.pool.connection() as connection, connection.transaction():
        revoked = await keys.revoke(connection, key_id, whose)
        if revoked is None:
            raise Problem("not_found")
        await enter(connection, request, caller, "key:revoke", ("key", key_id), ActionClass.KEY)
    return shown(revoked)


def shown(key: keys.Key) -> dict[str, Any]:
    """Return the key as clients see it, without its secret."""
    narrowed = frozenset(key.scopes) if key.scopes is not None else None
    return {
        "id": key.id,
        "object": "key",
        "account_id": key.account_id,
        "name": key.name,
        "role": key.role,
        "scopes": sorted(scopes_of(Role(key.role), narrowed)),
        "created_at": rfc3339(key.created_at),
        "last_used_at": rfc3339(key.last_used_at),
        "revoked_at": rfc3339(key.revoked_at),
    }


def _checked(body: KeyBody, caller: Caller) -> keys.NewKey:
    """Return what to make, if the caller may: nobody gives a scope that they lack themselves."""
    account_id = body.account_id or caller.account_id
    if account_id != caller.account_id and not caller.may("keys:manage"):
        raise Problem("not_found", pointer="/account_id")
    scopes = frozenset(body.scopes) if body.scopes is not None else None
    if unknown := sorted((scopes or frozenset()) - EVERY_SCOPE):
        raise Problem("invalid", pointer="/scopes", members={"unknown_scopes": unknown[:20]})
    role = body.role or caller.role
    if role is not caller.role and not caller.may("keys:manage"):
        raise Problem(
            "missing_scope", _ONLY_OWN_ROLE, pointer="/role", members={"missing_scopes": ["keys:manage"]}
        )
    if role is caller.role and scopes is None:
        scopes = caller.scopes if caller.scopes != scopes_of(role, None) else None
    given = scopes_of(role, scopes)
    if lacking := sorted(given - caller.scopes):
        raise Problem("missing_scope", pointer="/scopes", members={"missing_scopes": lacking})
    if not given:
        raise Problem("invalid", pointer="/scopes")
    return keys.NewKey(account_id=account_id, role=role, name=body.name, scopes=scopes)


_ONLY_OWN_ROLE = Sentence(
    en="Keys of another role are made by the operator.",
    fr="Les clés d’un autre rôle sont faites par l’exploitant.",
)
