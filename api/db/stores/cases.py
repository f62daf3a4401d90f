"""Cases: what policy could not decide, waiting for people."""

from __future__ import annotations

import datetime as dt

from api.db.pool import Connection
from api.db.stores import log
from api.db.stores.decisions import Context
from api.ids import new_id
from safety.audit.entry import SYSTEM, ActionClass, Event
from safety.decision import Decision

_DUE = dt.timedelta(hours=24)
_QUEUES = {"likeness": "likeness", "rights": "rights", "minors": "minors"}


def queue_of(decision: Decision) -> str:
    """Return the queue whose reviewers know the strictest reason's field."""
    families = (reason.category.split(".")[0] for reason in decision.ruling.reasons)
    return _QUEUES.get(next(families, ""), "general")


async def open_case(
    connection: Connection, decision: Decision, subject_type: str, subject_id: str, context: Context
) -> str:
    """Open a case for a decision to review, in its transaction, and return the case's id."""
    case_id = new_id("case")
    await connection.execute(
        "INSERT INTO cases (id, subject_type, subject_id, account_id, decision_id, queue, priority,"
        " opened_at, due_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            case_id, subject_type, subject_id, decision.account_id, decision.id, queue_of(decision),
            len(decision.ruling.reasons), context.at, context.at + _DUE,
        ),
    )  # fmt: skip
    await log.record(
        connection,
        Event(
            event_id=new_id("event"),
            at=context.at,
            actor=SYSTEM,
            action="case:open",
            action_class=ActionClass.REVIEW,
            resource_type="case",
            resource_id=case_id,
            request_id=context.request_id,
        ),
    )
    return case_id
