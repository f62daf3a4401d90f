"""Opt-outs: what a rights holder forbids, drafted, previewed, submitted, verified and withdrawn."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.acts import enter
from api.auth import Caller, require
from api.creation import Desk
from api.db.pool import Connection
from api.db.stores import optouts
from api.db.stores.optouts import OptOutRow
from api.idempotency import IdempotencyKey, fingerprint, once
from api.ids import is_id
from api.opt_outs import FEWEST_TOLD, effect_of
from api.paging import PagingOf
from api.parts import PartsOf
from api.problems import Problem
from api.routes.accounts import Name, Territory, rfc3339
from policies.ruling import Sentence
from safety.audit.entry import ActionClass
from safety.rights.alias import check_alias

router = APIRouter(prefix="/v1/optouts", tags=["optouts"])

Reader = Annotated[Caller, Depends(require("optouts:read", limit="read"))]
Writer = Annotated[Caller, Depends(require("optouts:write", limit="write"))]
Previewer = Annotated[Caller, Depends(require("optouts:write", limit="preflight"))]
Verifier = Annotated[Caller, Depends(require("optouts:verify", limit="write"))]

MOST_NAMES = 50
Stance = Literal["allow", "deny", "constrained"]


class Owner(BaseModel):
    """Who holds the right; `agent_of` where somebody files for another."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["person", "organisation"]
    name: Name
    identifiers: list[Name] = Field(default_factory=list, max_length=10)
    agent_of: Name | None = None


class Subject(BaseModel):
    """What the right is about, and what it is called."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["character", "work", "franchise", "brand", "person"]
    names: list[Name] = Field(min_length=1, max_length=10)
    aliases: list[Name] = Field(default_factory=list, max_length=MOST_NAMES)


class Uses(BaseModel):
    """What may be done; what is not named is not spoken of.  `constrained` without detail is a deny."""

    model_config = ConfigDict(extra="forbid")
    generate: Stance | None = "deny"
    likeness: Stance | None = None
    voice: Stance | None = None
    style: Stance | None = None
    remix: Stance | None = None
    train_ai: Stance | None = None
    commercial: Stance | None = None


class Draft(BaseModel):
    """A new entry; nothing of it takes effect before it is submitted."""

    model_config = ConfigDict(extra="forbid")
    owner: Owner
    subject: Subject
    uses: Uses = Field(default_factory=Uses)
    territories: list[Territory] = Field(default_factory=list, max_length=250)
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    stance: Literal["opt_out", "opt_in_only"] = "opt_out"


class Changes(BaseModel):
    """What to change of a draft; absent members stay."""

    model_config = ConfigDict(extra="forbid")
    owner: Owner | None = None
    subject: Subject | None = None
    uses: Uses | None = None
    territories: list[Territory] | None = Field(default=None, max_length=250)
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    stance: Literal["opt_out", "opt_in_only"] | None = None


@router.post("", status_code=201)
async def draft(
    body: Draft, request: Request, parts: PartsOf, caller: Writer, key: IdempotencyKey = None
) -> Response:
    """Draft an entry; a name that everybody needs is refused, with the reason."""
    content = _content(body)

    async def work(connection: Connection) -> Response:
        made = await optouts.add(connection, caller.account_id, content)
        await _enter(connection, request, caller, "optout:draft", made.id)
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
            await _enter(connection, request, caller, "optout:read", row.id, ActionClass.ACCESS)
        return paging.page(rows, shown)


@router.get("/{optout_id}")
async def retrieve(request: Request, optout_id: str, parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """Return an entry: the caller's own, or for who verifies anybody's; the latter is entered in the log."""
    whose = None if caller.may("optouts:verify") else caller.account_id
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _found(connection, optout_id, whose)
        if row.account_id != caller.account_id:
            await _enter(connection, request, caller, "optout:read", row.id, ActionClass.ACCESS)
    return shown(row)


@router.patch("/{optout_id}")
async def change(
    optout_id: str, body: Changes, request: Request, parts: PartsOf, caller: Writer
) -> dict[str, Any]:
    """Change a draft; what was submitted stays as it is, so that what was verified is what holds."""
    content = _content(body)
    async with parts.pool.connection() as connection, connection.transaction():
        row = await _found(connection, optout_id, caller.account_id)
        _check_dates(content.get("valid_from", row.valid_from), content.get("valid_to", row.valid_to))
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
        await _enter(connection, request, caller, "optout:preview", row.id)
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


def _content(body: Draft | Changes) -> dict[str, Any]:
    """Return the columns that a body names, with every name allowed."""
    content = body.model_dump(exclude_none=True)
    subject = content.pop("subject", None)
    if subject is not None:
        _check_names(subject)
        content["kind"] = subject["kind"]
        content["names"] = list(dict.fromkeys(subject["names"]))
        content["aliases"] = list(dict.fromkeys(subject["aliases"]))
    if "territories" in content:
        content["territories"] = sorted(set(content["territories"]))
    if isinstance(body, Draft):
        _check_dates(body.valid_from or dt.datetime.now(dt.UTC), body.valid_to)
    return content


def _check_names(subject: dict[str, Any]) -> None:
    if len(subject["names"]) + len(subject["aliases"]) > MOST_NAMES:
        raise Problem(
            "invalid",
            Sentence(
                en=f"At most {MOST_NAMES} names and aliases.", fr=f"Au plus {MOST_NAMES} noms et alias."
            ),
            pointer="/subject/aliases",
        )
    for member in ("names", "aliases"):
        for index, name in enumerate(subject[member]):
            refusal = check_alias(name)
            if refusal is not None:
                raise Problem(
                    "invalid",
                    Sentence(en=refusal.english, fr=refusal.french),
                    pointer=f"/subject/{member}/{index}",
                    members={"reason": refusal.reason.value},
                )


def _check_dates(valid_from: dt.datetime, valid_to: dt.datetime | None) -> None:
    if valid_to is not None and valid_to <= valid_from:
        raise Problem(
            "invalid",
            Sentence(en="It must end after it begins.", fr="La fin doit suivre le début."),
            pointer="/valid_to",
        )


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
    await _enter(connection, request, caller, action, changed.id, action_class)
    return shown(changed)


async def _enter(
    connection: Connection,
    request: Request,
    caller: Caller,
    action: str,
    optout_id: str,
    action_class: ActionClass = ActionClass.CONSENT,
) -> None:
    await enter(
        connection,
        caller.actor,
        action,
        ("optout", optout_id),
        action_class=action_class,
        request_id=request.scope["request_id"],
    )
