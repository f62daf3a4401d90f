"""Who is told of what, and the deliveries that tell them; a delivery holds ids only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from api.db.paging import Paging
from api.db.pool import Connection
from api.ids import new_id

MOST_ENDPOINTS = 10
LEASE = dt.timedelta(seconds=60)
"""How long an attempt may take before another may be made: longer than the call is bounded to."""
KEPT = dt.timedelta(days=30)

_LIVE = sql.SQL("delivered_at IS NULL AND given_up_at IS NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address of an account, and the events it is told of."""

    id: str
    account_id: str
    url: str
    events: list[str]
    sealed_secret: bytes = field(repr=False)
    created_at: dt.datetime
    disabled_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: str
    endpoint_id: str
    event_id: str
    event_type: str
    data: dict[str, str]
    created_at: dt.datetime
    attempts: int
    next_at: dt.datetime
    last_status: int | None
    delivered_at: dt.datetime | None
    given_up_at: dt.datetime | None


async def add(connection: Connection, endpoint: Endpoint) -> bool:
    """Store an endpoint; False where the account has as many as it may."""
    await connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", (endpoint.account_id,))
    cursor = await connection.execute(
        "INSERT INTO webhook_endpoints (id, account_id, url, events, sealed_secret, created_at)"
        " SELECT %s, %s, %s, %s, %s, %s"
        " WHERE (SELECT count(*) FROM webhook_endpoints WHERE account_id = %s) < %s",
        (
            endpoint.id, endpoint.account_id, endpoint.url, endpoint.events, endpoint.sealed_secret,
            endpoint.created_at, endpoint.account_id, MOST_ENDPOINTS,
        ),
    )  # fmt: skip
    return cursor.rowcount == 1


async def of_account(connection: Connection, account_id: str, endpoint_id: str) -> Endpoint | None:
    """Return the account's own endpoint, or None: another's does not exist."""
    async with connection.cursor(row_factory=class_row(Endpoint)) as cursor:
        await cursor.execute(
            "SELECT * FROM webhook_endpoints WHERE id = %s AND account_id = %s", (endpoint_id, account_id)
        )
        return await cursor.fetchone()


async def listed(connection: Connection, account_id: str, paging: Paging) -> list[Endpoint]:
    """Return a page of the account's endpoints, and one more if there is a next page."""
    query = sql.SQL("SELECT * FROM webhook_endpoints WHERE account_id = %(account)s AND {}")
    async with connection.cursor(row_factory=class_row(Endpoint)) as cursor:
        await cursor.execute(query.format(paging.clause()), {**paging.values, "account": account_id})
        return await cursor.fetchall()


async def change(
    connection: Connection,
    endpoint_id: str,
    *,
    url: str | None,
    events: Sequence[str] | None,
    is_enabled: bool | None,
) -> None:
    """Change what is given; one that was disabled starts anew when enabled."""
    await connection.execute(
        "UPDATE webhook_endpoints SET url = COALESCE(%(url)s, url), events = COALESCE(%(events)s, events),"
        " disabled_at = CASE WHEN %(enabled)s::boolean IS NULL THEN disabled_at"
        " WHEN %(enabled)s THEN NULL ELSE COALESCE(disabled_at, now()) END WHERE id = %(id)s",
        {
            "id": endpoint_id,
            "url": url,
            "events": None if events is None else list(events),
            "enabled": is_enabled,
        },
    )


async def delete(connection: Connection, account_id: str, endpoint_id: str) -> bool:
    """Delete the account's endpoint with all that waits for it; tell whether there was one."""
    cursor = await connection.execute(
        "DELETE FROM webhook_endpoints WHERE id = %s AND account_id = %s", (endpoint_id, account_id)
    )
    return cursor.rowcount == 1


async def enqueue(
    connection: Connection, account_id: str, event_type: str, data: Mapping[str, str]
) -> list[str]:
    """Store one event for every endpoint of the account that wants it; return the ids of the deliveries."""
    rows = await connection.execute(
        "SELECT id FROM webhook_endpoints WHERE account_id = %s AND disabled_at IS NULL"
        " AND %s = ANY (events) FOR KEY SHARE",
        (account_id, event_type),
    )
    event_id = new_id("evt")
    return [
        await add_delivery(connection, str(endpoint_id), event_id, event_type, data)
        for (endpoint_id,) in await rows.fetchall()
    ]


async def add_delivery(
    connection: Connection, endpoint_id: str, event_id: str, event_type: str, data: Mapping[str, str]
) -> str:
    """Store one delivery and return its id."""
    delivery_id = new_id("delivery")
    await connection.execute(
        "INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_type, data)"
        " VALUES (%s, %s, %s, %s, %s)",
        (delivery_id, endpoint_id, event_id, event_type, Jsonb(dict(data))),
    )
    return delivery_id


async def deliveries(connection: Connection, endpoint_id: str, paging: Paging) -> list[Delivery]:
    """Return a page of what an endpoint was told, and one more if there is a next page."""
    query = sql.SQL("SELECT * FROM webhook_deliveries WHERE endpoint_id = %(endpoint)s AND {}")
    async with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        await cursor.execute(query.format(paging.clause()), {**paging.values, "endpoint": endpoint_id})
        return await cursor.fetchall()


async def claim(connection: Connection, delivery_id: str) -> tuple[Delivery, Endpoint] | None:
    """
    Take the next attempt of a delivery that is due; None where it is done, not due, or being made.

    One conditional statement: of any number of workers at once, one makes the attempt.
    """
    query = sql.SQL(
        "UPDATE webhook_deliveries SET attempts = attempts + 1, next_at = now() + %s"
        " WHERE id = %s AND next_at <= now() AND {} RETURNING *"
    ).format(_LIVE)
    async with connection.cursor(row_factory=class_row(Delivery)) as cursor:
        await cursor.execute(query, (LEASE, delivery_id))
        delivery = await cursor.fetchone()
    if delivery is None:
        return None
    async with connection.cursor(row_factory=class_row(Endpoint)) as cursor:
        await cursor.execute("SELECT * FROM webhook_endpoints WHERE id = %s", (delivery.endpoint_id,))
        endpoint = await cursor.fetchone()
    return None if endpoint is None else (delivery, endpoint)


async def delivered(connection: Connection, delivery: Delivery, status: int) -> None:
    """Note that the endpoint took it, whichever attempt told it."""
    query = sql.SQL(
        "UPDATE webhook_deliveries SET delivered_at = now(), last_status = %s WHERE id = %s AND {}"
    )
    await connection.execute(query.format(_LIVE), (status, delivery.id))


async def postpone(
    connection: Connection, delivery: Delivery, status: int | None, wait: dt.timedelta
) -> bool:
    """Note that an attempt failed and when the next is due; False where that attempt no longer counts."""
    query = sql.SQL(
        "UPDATE webhook_deliveries SET next_at = now() + %s, last_status = %s"
        " WHERE id = %s AND attempts = %s AND {}"
    ).format(_LIVE)
    cursor = await connection.execute(query, (wait, status, delivery.id, delivery.attempts))
    return cursor.rowcount == 1


async def give_up(connection: Connection, delivery: Delivery, status: int | None) -> None:
    """End a delivery whose attempts all failed, and disable its endpoint: it has not answered for days."""
    query = sql.SQL(
        "UPDATE webhook_deliveries SET given_up_at = now(), last_status = %s WHERE id = %s AND {}"
    )
    await connection.execute(query.format(_LIVE), (status, delivery.id))
    await connection.execute(
        "UPDATE webhook_endpoints SET disabled_at = COALESCE(disabled_at, now()) WHERE id = %s",
        (delivery.endpoint_id,),
    )


async def overdue(connection: Connection, *, by: dt.timedelta = dt.timedelta(minutes=5)) -> list[str]:
    """Return deliveries that should long have been tried: their job died with its worker."""
    query = sql.SQL("SELECT id FROM webhook_deliveries WHERE next_at < now() - %s AND {} LIMIT 1000")
    rows = await connection.execute(query.format(_LIVE), (by,))
    return [str(row[0]) for row in await rows.fetchall()]


async def sweep(connection: Connection) -> None:
    """Forget deliveries of more than 30 days."""
    await connection.execute("DELETE FROM webhook_deliveries WHERE created_at < now() - %s", (KEPT,))
