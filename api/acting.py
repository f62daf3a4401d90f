"""Who acts in a request, and what of it is entered in the log."""

from __future__ import annotations

import datetime as dt

from fastapi import Request

from api import acts
from api.auth import Caller
from api.db.pool import Connection
from api.db.stores.decisions import Context
from safety.audit.entry import ActionClass


def context_of(request: Request, caller: Caller) -> Context:
    """Return what every entry of a request shares; its moment is now."""
    return Context(actor=caller.actor, at=dt.datetime.now(dt.UTC), request_id=request.scope.get("request_id"))


async def enter(
    connection: Connection,
    request: Request,
    caller: Caller,
    action: str,
    resource: tuple[str, str],
    action_class: ActionClass,
    *,
    reason: str | None = None,
) -> None:
    """Enter what a request's caller did to `resource` (its type and id)."""
    await acts.enter(
        connection,
        caller.actor,
        action,
        resource,
        action_class=action_class,
        request_id=request.scope.get("request_id"),
        reason=reason,
    )
