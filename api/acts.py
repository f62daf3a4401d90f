"""Acts of callers, entered in the log within the transaction that makes them."""

from __future__ import annotations

import datetime as dt

from api.db.pool import Connection
from api.db.stores import log
from api.ids import new_id
from safety.audit.entry import ActionClass, Actor, Event


async def enter(
    connection: Connection,
    actor: Actor,
    action: str,
    resource: tuple[str, str],
    *,
    action_class: ActionClass,
    request_id: str | None = None,
    outcome: str = "done",
    reason: str | None = None,
) -> str:
    """Enter what `actor` did to `resource` (its type and id); return the event's id."""
    event = Event(
        event_id=new_id("event"),
        at=dt.datetime.now(dt.UTC),
        actor=actor,
        action=action,
        action_class=action_class,
        resource_type=resource[0],
        resource_id=resource[1],
        outcome=outcome,
        request_id=request_id,
        reason=reason,
    )
    return await log.record(connection, event)
