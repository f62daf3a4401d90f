"""Cases: what policy could not decide, waiting for people, lent to one reviewer at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from psycopg.rows import class_row, dict_row

from api import acts
from api.db.pool import Connection
from api.db.stores.decisions import Context
from api.ids import new_id
from safety.audit.entry import SYSTEM, ActionClass
from safety.decision import Decision

LEASE = dt.timedelta(minutes=15)
_DUE = dt.timedelta(hours=24)
_QUEUES = {"likeness": "likeness", "rights": "rights", "minors": "minors", "sexual_minors": "minors"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """
    A case as stored; `claimed_by` counts only until `lease_until`.

    `appeal_id` is given where somebody appealed; `is_for_lead` keeps child safety to lead reviewers.
    """

    id: str
    subject_type: str
    subject_id: str
    account_id: str
    decision_id: str
    queue: str
    state: str
    priority: int
    opened_at: dt.datetime
    due_at: dt.datetime
    claimed_by: str | None
    lease_until: dt.datetime | None
    closed_at: dt.datetime | None
    outcome: str | None
    final_decision_id: str | None
    appeal_id: str | None
    is_for_lead: bool


def queue_of(decision: Decision) -> str:
    """Return the queue whose reviewers know the strictest reason's field."""
    families = (reason.category.split(".")[0] for reason in decision.ruling.reasons)
    return _QUEUES.get(next(families, ""), "general")


async def open_case(
    connection: Connection,
    decision: Decision,
    subject: tuple[str, str],
    context: Context,
    *,
    appeal_id: str | None = None,
    is_for_lead: bool = False,
) -> str | None:
    """
    Open a case for a decision to review, or one appealed, in its transaction; return the case's id.

    None where one about the same subject waits already.
    """
    case_id = new_id("case")
    opened = await connection.execute(
        "INSERT INTO cases (id, subject_type, subject_id, account_id, decision_id, queue, priority,"
        " opened_at, due_at, appeal_id, is_for_lead) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (subject_type, subject_id) WHERE state <> 'closed' AND appeal_id IS NULL DO NOTHING",
        (
            case_id, *subject, decision.account_id, decision.id, queue_of(decision),
            len(decision.ruling.reasons), context.at, context.at + _DUE, appeal_id, is_for_lead,
        ),
    )  # fmt: skip
    if opened.rowcount == 0:
        return None
    await acts.enter(
        connection,
        SYSTEM,
        "case:open",
        ("case", case_id),
        action_class=ActionClass.REVIEW,
        request_id=context.request_id,
    )
    return case_id


async def find(connection: Connection, case_id: str) -> CaseRow | None:
    """Return a case, or None."""
    async with connection.cursor(row_factory=class_row(CaseRow)) as cursor:
        await cursor.execute("SELECT * FROM cases WHERE id = %s", (case_id,))
        return await cursor.fetchone()


async def claim_next(
    connection: Connection, reviewer_id: str, queue: str | None, at: dt.datetime, *, is_lead: bool
) -> CaseRow | None:
    """
    Lend the most urgent waiting case to a reviewer; nobody else gets it while the lease runs.

    A reviewer who holds one already gets that one again.  Nobody reviews a case of the own account, nor
    an appeal against what they have decided.
    """
    async with connection.cursor(row_factory=class_row(CaseRow)) as cursor:
        await cursor.execute(
            """
            UPDATE cases SET claimed_by = %(reviewer)s, lease_until = %(until)s WHERE id = (
              SELECT id FROM cases
              WHERE state <> 'closed' AND account_id <> %(reviewer)s
                AND (%(queue)s::text IS NULL OR queue = %(queue)s)
                AND (%(is_lead)s OR NOT is_for_lead)
                AND (appeal_id IS NULL OR NOT has_decided(%(reviewer)s, decision_id, NULL))
                AND (claimed_by IS NULL OR lease_until < %(at)s OR claimed_by = %(reviewer)s)
              ORDER BY (claimed_by = %(reviewer)s AND lease_until >= %(at)s) DESC NULLS LAST,
                       state = 'escalated' DESC, priority DESC, opened_at
              LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """,
            {"reviewer": reviewer_id, "until": at + LEASE, "queue": queue, "at": at, "is_lead": is_lead},
        )
        return await cursor.fetchone()


async def lock_claimed(
    connection: Connection, case_id: str, reviewer_id: str, at: dt.datetime
) -> CaseRow | None:
    """Return the case, locked, if the reviewer's lease on it runs; else None."""
    async with connection.cursor(row_factory=class_row(CaseRow)) as cursor:
        await cursor.execute(
            "SELECT * FROM cases WHERE id = %s AND claimed_by = %s AND lease_until >= %s"
            " AND state <> 'closed' FOR UPDATE",
            (case_id, reviewer_id, at),
        )
        return await cursor.fetchone()


async def give_back(connection: Connection, case_id: str, *, is_escalated: bool) -> None:
    """End the lease; an escalated case goes to the lead reviewers."""
    await connection.execute(
        "UPDATE cases SET claimed_by = NULL, lease_until = NULL,"
        " state = CASE WHEN %s THEN 'escalated' ELSE state END WHERE id = %s",
        (is_escalated, case_id),
    )


async def close(
    connection: Connection, case_id: str, outcome: str, decision_id: str | None, at: dt.datetime
) -> None:
    """Close a case with its outcome and, where people decided, their decision."""
    await connection.execute(
        "UPDATE cases SET state = 'closed', outcome = %s, final_decision_id = %s, closed_at = %s,"
        " claimed_by = NULL, lease_until = NULL WHERE id = %s",
        (outcome, decision_id, at, case_id),
    )


async def withdraw_of(connection: Connection, video_id: str, at: dt.datetime) -> None:
    """Close the open case of a clip that its owner deleted: there is nothing left to decide."""
    await connection.execute(
        "UPDATE cases SET state = 'closed', outcome = 'withdrawn', closed_at = %s, claimed_by = NULL,"
        " lease_until = NULL WHERE subject_type = 'video' AND subject_id = %s AND state <> 'closed'",
        (at, video_id),
    )


async def statistics(connection: Connection, at: dt.datetime) -> list[dict[str, Any]]:
    """Return, for each queue, what waits, how old the oldest is (s), what is escalated, overdue, appealed."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            """
            SELECT queue, count(*) FILTER (WHERE state = 'open') AS pending,
              COALESCE(extract(epoch FROM %(at)s - min(opened_at))::bigint, 0) AS oldest_age_s,
              count(*) FILTER (WHERE state = 'escalated') AS escalated,
              count(*) FILTER (WHERE due_at < %(at)s) AS overdue,
              count(appeal_id) AS appeals
            FROM cases WHERE state <> 'closed' GROUP BY queue ORDER BY queue
            """,
            {"at": at},
        )
        return await cursor.fetchall()
