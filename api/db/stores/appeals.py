"""Appeals: filed once a decision, waiting among the cases, answered by somebody new to the matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from api.db.paging import Paging
from api.db.pool import Connection
from api.ids import new_id
from safety.decision import Decision

_KEPT = dt.timedelta(days=180)

_APPEALS = sql.SQL(
    """
    SELECT a.*, c.id AS case_id, c.due_at, l.lent_to,
      CASE WHEN a.decided_at IS NOT NULL THEN 'decided' WHEN c.outcome = 'withdrawn' THEN 'withdrawn'
           WHEN l.lent_to IS NOT NULL THEN 'assigned' ELSE 'submitted' END AS state
    FROM appeals a JOIN cases c ON c.appeal_id = a.id
      CROSS JOIN LATERAL (SELECT CASE WHEN c.lease_until >= now() THEN c.claimed_by END AS lent_to) l
    WHERE {}
    """
)
_SEEN_BY = sql.SQL("%(account)s IN (a.account_id, a.decided_by, l.lent_to)")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealRow:
    """
    An appeal as stored, with what its case tells.

    `state` is submitted, assigned (`lent_to` has it on lease), decided, or withdrawn (what it is about was
    deleted by its owner).
    """

    id: str
    decision_id: str
    account_id: str
    reason: str
    submitted_at: dt.datetime
    decided_at: dt.datetime | None
    decided_by: str | None
    outcome: str | None
    reply: str | None
    final_decision_id: str | None
    restored_video_id: str | None
    case_id: str
    due_at: dt.datetime
    lent_to: str | None
    state: str


class AnsweredBefore(Exception):  # noqa: N818  (it tells a state, not a fault)
    """The appeal is answered, or this person has decided about the same thing before."""


async def add(connection: Connection, decision: Decision, reason: str, at: dt.datetime) -> str | None:
    """Store an appeal of the decision's account and return its id; None where there was one."""
    row = await (
        await connection.execute(
            "INSERT INTO appeals (id, decision_id, account_id, reason, submitted_at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (decision_id) DO NOTHING RETURNING id",
            (new_id("appeal"), decision.id, decision.account_id, reason, at),
        )
    ).fetchone()
    return None if row is None else str(row[0])


async def find(connection: Connection, appeal_id: str) -> AppealRow | None:
    """Return any appeal, or None; the caller asks who may see it."""
    rows = await _rows(connection, sql.SQL("a.id = %(id)s"), {"id": appeal_id})
    return rows[0] if rows else None


async def against(connection: Connection, decision_id: str) -> AppealRow | None:
    """Return the appeal against a decision, or None."""
    rows = await _rows(connection, sql.SQL("a.decision_id = %(id)s"), {"id": decision_id})
    return rows[0] if rows else None


async def of_decisions(
    connection: Connection, account_id: str, decision_ids: Sequence[str | None]
) -> dict[str, AppealRow]:
    """Return the account's appeals against any of these decisions, by the decision's id."""
    where = sql.SQL("a.account_id = %(account)s AND a.decision_id = ANY (%(ids)s)")
    rows = await _rows(connection, where, {"account": account_id, "ids": list(decision_ids)})
    return {row.decision_id: row for row in rows}


async def of_account(connection: Connection, account_id: str, limit: int) -> list[AppealRow]:
    """Return the newest appeals that the account filed."""
    where = sql.SQL("a.account_id = %(account)s ORDER BY a.id DESC LIMIT %(limit)s")
    return await _rows(connection, where, {"account": account_id, "limit": limit})


async def seen_by(connection: Connection, account_id: str, appeal_id: str) -> AppealRow | None:
    """Return an appeal that the account filed, has on lease or answered; others do not exist."""
    where = sql.SQL("a.id = %(id)s AND {}").format(_SEEN_BY)
    rows = await _rows(connection, where, {"id": appeal_id, "account": account_id})
    return rows[0] if rows else None


async def listed(
    connection: Connection, account_id: str, decision_id: str | None, paging: Paging
) -> list[AppealRow]:
    """Return a page of the appeals that `seen_by` gives, against one decision or any, and one row more."""
    where = sql.SQL("{} AND (%(decision)s::text IS NULL OR a.decision_id = %(decision)s) AND {}").format(
        _SEEN_BY, paging.clause("a.id")
    )
    return await _rows(connection, where, {"account": account_id, "decision": decision_id, **paging.values})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """How an appeal was answered; the last two are given where something was overturned."""

    outcome: str
    reply: str
    decided_by: str
    decided_at: dt.datetime
    final_decision_id: str | None = None
    restored_video_id: str | None = None


async def answer(connection: Connection, appeal_id: str, given: AnswerRow) -> None:
    """
    Note the answer, for good.

    Raises:
        AnsweredBefore: there is one, or who answers has decided before; the transaction is lost.
    """
    try:
        await connection.execute(
            "UPDATE appeals SET outcome = %s, reply = %s, decided_by = %s, decided_at = %s,"
            " final_decision_id = %s, restored_video_id = %s WHERE id = %s",
            (
                given.outcome, given.reply, given.decided_by, given.decided_at, given.final_decision_id,
                given.restored_video_id, appeal_id,
            ),
        )  # fmt: skip
    except psycopg.errors.RestrictViolation as error:
        raise AnsweredBefore(appeal_id) from error


async def sweep(connection: Connection) -> None:
    """Forget cases that closed 180 days ago, and the appeals that waited in them."""
    await connection.execute("DELETE FROM cases WHERE state = 'closed' AND closed_at < now() - %s", (_KEPT,))
    await connection.execute(
        "DELETE FROM appeals a WHERE NOT EXISTS (SELECT FROM cases WHERE appeal_id = a.id)"
        " AND submitted_at < now() - %s",
        (_KEPT,),
    )


async def _rows(connection: Connection, where: sql.Composable, values: dict[str, object]) -> list[AppealRow]:
    async with connection.cursor(row_factory=class_row(AppealRow)) as cursor:
        await cursor.execute(_APPEALS.format(where), values)
        return await cursor.fetchall()
