"""Webhooks: addresses of an account that are told what happens to its clips."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.acting import enter
from api.auth import Caller, require
from api.creation import Desk
from api.db.pool import Connection
from api.db.stores import webhooks
from api.db.stores.webhooks import Delivery, Endpoint
from api.errors import AddressRefused
from api.idempotency import IdempotencyKey, fingerprint, once
from api.ids import is_id, new_id
from api.outbound import outbound_of
from api.paging import PagingOf
from api.parts import Parts, PartsOf
from api.problems import Problem, problem_of_error
from api.routes.accounts import rfc3339
from api.webhooks import EVENTS, PING, Secrets
from policies.ruling import Sentence
from safety.audit.entry import ActionClass

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

Reader = Annotated[Caller, Depends(require("webhooks:read", limit="read"))]
Writer = Annotated[Caller, Depends(require("webhooks:write", limit="write"))]
Url = Annotated[str, Field(min_length=1, max_length=2_000)]
Events = Annotated[list[str], Field(min_length=1, max_length=32)]

_ENOUGH = Sentence(
    en=f"An account has up to {webhooks.MOST_ENDPOINTS} webhooks; delete one first.",
    fr=f"Un compte a jusqu’à {webhooks.MOST_ENDPOINTS} webhooks ; supprimez-en un d’abord.",
)


class WebhookBody(BaseModel):
    """A new webhook: where to, and of which events."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    events: Events


class WebhookChange(BaseModel):
    """What to change; enabling one that was disabled for not answering starts it anew."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = None
    events: Events | None = None
    enabled: bool | None = None


@router.post("", status_code=201)
async def create(
    body: WebhookBody, request: Request, parts: PartsOf, caller: Writer, key: IdempotencyKey = None
) -> Response:
    """Add a webhook; the secret that signs what it is sent is in the answer and nowhere else."""
    secret, made_id = Secrets(home=parts.home).fresh(), new_id("webhook")
    endpoint = Endpoint(
        id=made_id,
        account_id=caller.account_id,
        url=_checked_url(parts, body.url),
        events=_checked_events(body.events),
        sealed_secret=Secrets(home=parts.home).seal(made_id, secret),
        created_at=dt.datetime.now(dt.UTC),
        disabled_at=None,
    )

    async def work(connection: Connection) -> Response:
        if not await webhooks.add(connection, endpoint):
            raise Problem("conflict", _ENOUGH)
        await enter(
            connection, request, caller, "webhook:create", ("webhook", endpoint.id), ActionClass.ACCESS
        )
        return JSONResponse({**shown(endpoint), "secret": secret}, 201)

    return await once(parts.pool, caller, key, fingerprint(request, await request.body()), work)


@router.get("")
async def listed(parts: PartsOf, paging: PagingOf, caller: Reader) -> dict[str, Any]:
    """The caller's webhooks, newest first."""
    async with parts.pool.connection() as connection:
        return paging.page(await webhooks.listed(connection, caller.account_id, paging), shown)


@router.get("/{webhook_id}")
async def retrieve(webhook_id: str, parts: PartsOf, caller: Reader) -> dict[str, Any]:
    """One webhook, without its secret."""
    async with parts.pool.connection() as connection:
        return shown(await _own(connection, caller, webhook_id))


@router.patch("/{webhook_id}")
async def change(
    webhook_id: str, body: WebhookChange, request: Request, parts: PartsOf, caller: Writer
) -> dict[str, Any]:
    """Change where a webhook leads, what it is told of, or whether it is; the secret stays."""
    url = None if body.url is None else _checked_url(parts, body.url)
    events = None if body.events is None else _checked_events(body.events)
    async with parts.pool.connection() as connection, connection.transaction():
        await _own(connection, caller, webhook_id)
        await webhooks.change(connection, webhook_id, url=url, events=events, is_enabled=body.enabled)
        await enter(
            connection, request, caller, "webhook:change", ("webhook", webhook_id), ActionClass.ACCESS
        )
        return shown(await _own(connection, caller, webhook_id))


@router.delete("/{webhook_id}")
async def delete(webhook_id: str, request: Request, parts: PartsOf, caller: Writer) -> dict[str, Any]:
    """Delete a webhook and all that waits for it."""
    async with parts.pool.connection() as connection, connection.transaction():
        await _own(connection, caller, webhook_id)
        await webhooks.delete(connection, caller.account_id, webhook_id)
        await enter(
            connection, request, caller, "webhook:delete", ("webhook", webhook_id), ActionClass.ACCESS
        )
    return {"id": webhook_id, "object": "webhook.deleted", "deleted": True}


@router.post("/{webhook_id}/test", status_code=202)
async def test(webhook_id: str, parts: PartsOf, caller: Writer) -> dict[str, Any]:
    """Send a signed `webhook.ping`; what came of it is among the deliveries."""
    async with parts.pool.connection() as connection, connection.transaction():
        endpoint = await _own(connection, caller, webhook_id)
        if endpoint.disabled_at is not None:
            raise Problem("conflict")
        delivery_id = await webhooks.add_delivery(
            connection, webhook_id, new_id("evt"), PING, {"id": webhook_id}
        )
        await parts.of(Desk).jobs.defer_delivery(connection, delivery_id)
    return {"id": delivery_id, "object": "webhook.delivery", "type": PING}


@router.get("/{webhook_id}/deliveries")
async def deliveries(webhook_id: str, parts: PartsOf, paging: PagingOf, caller: Reader) -> dict[str, Any]:
    """What a webhook was told in the last 30 days, newest first, and how it answered."""
    async with parts.pool.connection() as connection:
        endpoint = await _own(connection, caller, webhook_id)
        return paging.page(await webhooks.deliveries(connection, endpoint.id, paging), _told)


def shown(endpoint: Endpoint) -> dict[str, Any]:
    """Return the webhook as its account sees it, without its secret."""
    return {
        "id": endpoint.id,
        "object": "webhook",
        "url": endpoint.url,
        "events": endpoint.events,
        "created_at": rfc3339(endpoint.created_at),
        "disabled_at": rfc3339(endpoint.disabled_at),
    }


def _told(delivery: Delivery) -> dict[str, Any]:
    is_over = delivery.delivered_at is not None or delivery.given_up_at is not None
    return {
        "id": delivery.id,
        "object": "webhook.delivery",
        "webhook_message_id": delivery.event_id,
        "type": delivery.event_type,
        "data": delivery.data,
        "created_at": rfc3339(delivery.created_at),
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "next_attempt_at": None if is_over else rfc3339(delivery.next_at),
        "delivered_at": rfc3339(delivery.delivered_at),
        "given_up_at": rfc3339(delivery.given_up_at),
    }


def _checked_url(parts: Parts, url: str) -> str:
    """Raises: Problem, where it is no address that we call."""
    try:
        return outbound_of(parts.settings).check(url)
    except AddressRefused as error:
        raise problem_of_error(error, pointer="/url") from error


def _checked_events(events: list[str]) -> list[str]:
    if unknown := sorted(set(events) - EVENTS):
        named = ", ".join(sorted(EVENTS))
        raise Problem(
            "invalid",
            Sentence(en=f"The events are {named}.", fr=f"Les évènements sont {named}."),
            pointer="/events",
            members={"unknown_events": unknown[:20]},
        )
    return sorted(set(events))


async def _own(connection: Connection, caller: Caller, webhook_id: str) -> Endpoint:
    """Return the caller's webhook; another's does not exist, whatever its id."""
    is_known = is_id(webhook_id, "webhook")
    found = await webhooks.of_account(connection, caller.account_id, webhook_id) if is_known else None
    if found is None:
        raise Problem("not_found")
    return found
