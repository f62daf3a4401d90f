"""Accounts: the operator makes and changes them, each reads its own."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.acting import enter
from api.auth import Caller, require
from api.db.pool import Connection
from api.db.stores import accounts
from api.idempotency import IdempotencyKey, fingerprint, once
from api.ids import is_id
from api.paging import PagingOf
from api.parts import PartsOf
from api.problems import Problem
from policies.facts import AgeBand, Tier
from safety.audit.entry import ActionClass

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])

Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=100, pattern=r"^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$"
    ),
]
Territory = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]


class AccountBody(BaseModel):
    """A new account."""

    model_config = ConfigDict(extra="forbid")

    display_name: Name
    tier: Tier = Tier.FREE
    age_band: AgeBand = AgeBand.UNKNOWN
    territory: Territory = "ZZ"
    locale: Locale = "en"


class AccountChanges(BaseModel):
    """What to change of an account; absent members stay."""

    model_config = ConfigDict(extra="forbid")

    display_name: Name | None = None
    tier: Tier | None = None
    age_band: AgeBand | None = None
    territory: Territory | None = None
    locale: Locale | None = None
    is_suspended: bool | None = None


@router.post("", status_code=201)
async def create(
    body: AccountBody,
    request: Request,
    parts: PartsOf,
    caller: Annotated[Caller, Depends(require("accounts:write"))],
    key: IdempotencyKey = None,
) -> Response:
    """Make an account."""

    async def work(connection: Connection) -> Response:
        made = await accounts.create(connection, accounts.NewAccount(**body.model_dump()))
        await enter(connection, request, caller, "account:create", ("account", made.id), ActionClass.ACCESS)
        return JSONResponse(shown(made), 201, headers={"Location": f"/v1/accounts/{made.id}"})

    return await once(parts.pool, caller, key, fingerprint(request, await request.body()), work)


@router.get("")
async def listed(
    parts: PartsOf, paging: PagingOf, _caller: Annotated[Caller, Depends(require("accounts:read"))]
) -> dict[str, Any]:
    """All accounts, newest first."""
    async with parts.pool.connection() as connection:
        return paging.page(await accounts.listed(connection, paging), shown)


@router.get("/{account_id}")
async def read(
    account_id: str, parts: PartsOf, caller: Annotated[Caller, Depends(require("account:read"))]
) -> dict[str, Any]:
    """One account: the caller's own (also as ``me``), or anyone's for the operator."""
    wanted = caller.account_id if account_id == "me" else account_id
    if wanted != caller.account_id and not caller.may("accounts:read"):
        raise Problem("not_found")  # whether it exists is nobody's business
    async with parts.pool.connection() as connection:
        found = await accounts.by_id(connection, wanted) if is_id(wanted, "acct") else None
    if found is None:
        raise Problem("not_found")
    return shown(found)


@router.patch("/{account_id}")
async def change(
    account_id: str,
    body: AccountChanges,
    request: Request,
    parts: PartsOf,
    caller: Annotated[Caller, Depends(require("accounts:write"))],
) -> dict[str, Any]:
    """Change an account, suspend it or end its suspension."""
    changes = _changes(body)
    if not changes:
        raise Problem("invalid", pointer="")
    if not is_id(account_id, "acct"):
        raise Problem("not_found")
    async with parts.pool.connection() as connection, connection.transaction():
        changed = await accounts.change(connection, account_id, changes)
        if changed is None:
            raise Problem("not_found")
        resource, changed_what = ("account", account_id), ",".join(sorted(changes))
        await enter(
            connection, request, caller, "account:change", resource, ActionClass.ACCESS, reason=changed_what
        )
    return shown(changed)


def shown(account: accounts.Account) -> dict[str, Any]:
    """Return the account as clients see it."""
    return {
        "id": account.id,
        "object": "account",
        "display_name": account.display_name,
        "tier": account.tier,
        "age_band": account.age_band,
        "territory": account.territory,
        "locale": account.locale,
        "created_at": rfc3339(account.created_at),
        "suspended_at": rfc3339(account.suspended_at),
    }


def rfc3339(at: dt.datetime | None) -> str | None:
    """Return a time as RFC 3339 in UTC, to the millisecond."""
    if at is None:
        return None
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _changes(body: AccountChanges) -> dict[str, object]:
    changes: dict[str, object] = body.model_dump(exclude_none=True)
    is_suspended = changes.pop("is_suspended", None)
    if is_suspended is not None:
        changes["suspended_at"] = dt.datetime.now(dt.UTC) if is_suspended else None
    return changes
