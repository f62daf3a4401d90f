"""
Both directions between acts and the log: every act has exactly one entry, and every entry its act.

Constraints already refuse most gaps; this finds those that somebody with the owner's rights made.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.db.pool import Connection
from safety.audit.entry import leaf_commits_to

_PAGE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The first thing that does not agree: what, and which row shows it."""

    what: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """How much was compared, and the first gap, if any."""

    events: int
    entries: int
    decisions: int
    gap: Gap | None


_ACTS_WITHOUT_ENTRY = {
    "a decision has no event": """
        SELECT d.id FROM decisions d LEFT JOIN audit_events e USING (event_id)
        WHERE e.event_id IS NULL OR (e.resource_type, e.resource_id) <> ('decision', d.id)
        ORDER BY d.id LIMIT 1""",
    "a key has no event of its creation": """
        SELECT k.id FROM api_keys k WHERE NOT EXISTS (SELECT FROM audit_events e
          WHERE (e.resource_type, e.resource_id) = ('key', k.id) AND e.action = 'key:create')
        ORDER BY k.id LIMIT 1""",
    "a case has no event of its opening": """
        SELECT c.id FROM cases c WHERE NOT EXISTS (SELECT FROM audit_events e
          WHERE (e.resource_type, e.resource_id) = ('case', c.id) AND e.action = 'case:open')
        ORDER BY c.id LIMIT 1""",
    "an appeal has no event of its filing": """
        SELECT a.id FROM appeals a WHERE NOT EXISTS (SELECT FROM audit_events e
          WHERE (e.resource_type, e.resource_id) = ('appeal', a.id) AND e.action = 'appeal:submit')
        ORDER BY a.id LIMIT 1""",
    "an answered appeal has no event of its answer": """
        SELECT a.id FROM appeals a WHERE a.decided_at IS NOT NULL AND NOT EXISTS (SELECT FROM audit_events e
          WHERE (e.resource_type, e.resource_id) = ('appeal', a.id) AND e.action = 'appeal:decide'
            AND e.actor_id = a.decided_by)
        ORDER BY a.id LIMIT 1""",
    "a released clip has no event of its release": """
        SELECT v.id FROM videos v WHERE v.status = 'completed' AND NOT EXISTS (SELECT FROM audit_events e
          WHERE (e.resource_type, e.resource_id) = ('video', v.id) AND e.action = 'video:release')
        ORDER BY v.id LIMIT 1""",
    "an event has neither a place nor a place in the queue": """
        SELECT e.event_id FROM audit_events e LEFT JOIN audit_entries n USING (event_id)
          LEFT JOIN audit_intake i USING (event_id)
        WHERE n.event_id IS NULL AND i.event_id IS NULL ORDER BY e.event_id LIMIT 1""",
}
_ENTRIES_WITHOUT_ACT = {
    "an event tells of a decision that is not there": """
        SELECT e.event_id FROM audit_events e LEFT JOIN decisions d USING (event_id)
        WHERE e.resource_type = 'decision' AND e.action IN ('decision:record', 'decision:review')
          AND d.id IS NULL ORDER BY e.event_id LIMIT 1""",
    "an event tells twice of one release": """
        SELECT min(event_id) FROM audit_events WHERE action = 'video:release'
        GROUP BY resource_id HAVING count(*) > 1 ORDER BY 1 LIMIT 1""",
    "an event tells twice of one answer to an appeal": """
        SELECT min(event_id) FROM audit_events WHERE action = 'appeal:decide'
        GROUP BY resource_id HAVING count(*) > 1 ORDER BY 1 LIMIT 1""",
    "places in the log are not gapless": """
        SELECT index::text FROM (SELECT index, lag(index, 1, -1::bigint) OVER (ORDER BY index) AS before
          FROM audit_entries) places WHERE index <> before + 1 ORDER BY index LIMIT 1""",
}


async def reconcile(connection: Connection) -> Reconciliation:
    """
    Compare acts and entries both ways, and every kept event with the leaf that commits to it.

    Run as a role that reads all tables and the intake: the owner.
    """
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        gap = await _first_gap(connection) or await _first_bent_leaf(connection)
        return Reconciliation(
            events=await _count(connection, "audit_events"),
            entries=await _count(connection, "audit_entries"),
            decisions=await _count(connection, "decisions"),
            gap=gap,
        )


async def _first_gap(connection: Connection) -> Gap | None:
    for what, query in {**_ACTS_WITHOUT_ENTRY, **_ENTRIES_WITHOUT_ACT}.items():
        row = await (await connection.execute(query.encode())).fetchone()
        if row is not None:
            return Gap(what=what, id=str(row[0]))
    return None


async def _first_bent_leaf(connection: Connection) -> Gap | None:
    after = ""
    while True:
        rows = await (
            await connection.execute(
                "SELECT e.event_id, e.body, e.salt, n.leaf FROM audit_events e JOIN audit_entries n"
                " USING (event_id) WHERE e.event_id > %s ORDER BY e.event_id LIMIT %s",
                (after, _PAGE),
            )
        ).fetchall()
        for event_id, body, salt, leaf in rows:
            if not leaf_commits_to(leaf, bytes(salt), bytes(body)):
                return Gap(what="an event is not what its leaf commits to", id=str(event_id))
        if len(rows) < _PAGE:
            return None
        after = str(rows[-1][0])


async def _count(connection: Connection, table: str) -> int:
    row = await (await connection.execute(f"SELECT count(*) FROM {table}".encode())).fetchone()  # noqa: S608  (ours)
    return 0 if row is None else int(row[0])
